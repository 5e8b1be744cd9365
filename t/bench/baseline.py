"""What is run today instead: a web framework that starts a process per run.

The controls are those that such services have: names that may not be in the
code, resource limits, a time limit.  bench.py measures against it.
"""

import ast
import json
import os
import pathlib
import resource
import subprocess
import time
import uuid

import fastapi
import pydantic

WORKSPACE = pathlib.Path(os.environ["WORKSPACE"])
PYTHON = os.environ["RUN_PYTHON"]
DENIED = {"asyncio", "ctypes", "importlib", "multiprocessing", "os", "pickle",
          "shutil", "signal", "socket", "subprocess", "sys", "threading"}
LIMITS = {resource.RLIMIT_AS: 1 << 31, resource.RLIMIT_CPU: 31,
          resource.RLIMIT_FSIZE: 200 << 20, resource.RLIMIT_NOFILE: 256}

app = fastapi.FastAPI()


class Request(pydantic.BaseModel):
    session_id: str
    code: str
    timeout_seconds: int = 30


def refused(code):
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name in DENIED)
        elif isinstance(node, ast.ImportFrom) and node.module in DENIED:
            yield node.module


def limit():
    for what, value in LIMITS.items():
        resource.setrlimit(what, (value, value))


@app.post("/api/execute-code")
def execute(request: Request):
    runs = WORKSPACE / request.session_id / "code_exec"
    directory = runs / uuid.uuid4().hex
    directory.mkdir(parents=True)
    (directory / "session").symlink_to("../..")
    (directory / "main.py").write_text(request.code)

    start = time.monotonic()
    reasons = list(refused(request.code))
    if reasons:
        status, out, err = "blocked", "", ", ".join(reasons)
    else:
        try:
            run = subprocess.run([PYTHON, "-I", "-B", "main.py"],
                                 cwd=directory, capture_output=True, text=True,
                                 env={"MPLBACKEND": "Agg", "HOME": "."},
                                 preexec_fn=limit,
                                 timeout=request.timeout_seconds)
            status = "error" if run.returncode else "ok"
            out, err = run.stdout, run.stderr
        except subprocess.TimeoutExpired:
            status, out, err = "timeout", "", ""

    result = {"run_id": directory.name, "status": status, "stdout": out,
              "stderr": err, "execution_time": time.monotonic() - start,
              "created_files": sorted(p.name for p in directory.iterdir())}
    (directory / "result.json").write_text(json.dumps(result))
    with open(runs / "runs.jsonl", "a") as history:
        history.write(json.dumps({"run_id": directory.name,
                                  "status": status}) + "\n")
    return result
