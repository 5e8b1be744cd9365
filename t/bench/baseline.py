"""What the module is measured against: the API as it is usually written.

A FastAPI application that starts one interpreter for each run, with what such
applications do for safety: a look at the imports and calls, rlimits, a limit
of time.  No wall, and no part of the product.

    WORKSPACE=dir RUN_PYTHON=python uvicorn --app-dir t/bench baseline:app
"""

import ast
import hashlib
import json
import os
import resource
import subprocess
import sys
import time
import uuid
from datetime import datetime, timezone
from pathlib import Path

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

WORKSPACE = Path(os.environ.get("WORKSPACE", "workspace")).resolve()
PYTHON = os.environ.get("RUN_PYTHON", sys.executable)

DENIED_IMPORTS = frozenset("""
    asyncio ctypes importlib multiprocessing os pickle shutil signal socket
    subprocess sys threading
""".split())

DENIED_CALLS = frozenset("eval exec compile __import__".split())

# matplotlib's list of fonts is made once, as it is where HOME can be written

ENVIRONMENT = {
    "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
    "MPLBACKEND": "Agg",
    "MPLCONFIGDIR": str(WORKSPACE / ".matplotlib"),
}

app = FastAPI()


class Job(BaseModel):
    code: str
    session_id: str = "default"
    timeout_seconds: int = 30
    auto_correct: bool = True
    max_attempts: int = 3


@app.post("/api/execute-code")
def execute(job: Job):
    if not job.session_id or "/" in job.session_id or ".." in job.session_id:
        raise HTTPException(400, "session_id is not valid")

    started = datetime.now(timezone.utc)
    run_id = started.strftime("%Y%m%dT%H%M%S-") + uuid.uuid4().hex[:12]
    runs = WORKSPACE / job.session_id / "code_exec"
    directory = runs / run_id
    directory.mkdir(parents=True)
    (directory / "session").symlink_to("../..")

    begin = time.perf_counter()
    status, stdout, stderr = run(job, directory)
    elapsed = time.perf_counter() - begin

    line = {
        "run_id": run_id,
        "started_at": started.isoformat(),
        "status": status,
        "execution_time_seconds": round(elapsed, 6),
        "created_files": sorted(
            str(path.relative_to(runs.parent)) for path in directory.rglob("*")
            if path.is_file() and path.name != "main.py"),
    }
    result = dict(line, session_id=job.session_id, stdout=stdout,
                  stderr=stderr,
                  code_sha256=hashlib.sha256(job.code.encode()).hexdigest())

    (directory / "result.json").write_text(json.dumps(result))
    with open(runs / "runs.jsonl", "a") as history:
        history.write(json.dumps(line) + "\n")

    return result


def run(job, directory):
    try:
        reasons = refusals(job.code)
    except SyntaxError as exc:
        return "syntax_error", "", str(exc)
    if reasons:
        return "blocked", "", "\n".join(reasons)

    (directory / "main.py").write_text(job.code)

    def limit():
        seconds = job.timeout_seconds + 1
        for which, most in ((resource.RLIMIT_CPU, seconds),
                            (resource.RLIMIT_AS, 1500 << 20),
                            (resource.RLIMIT_FSIZE, 200 << 20),
                            (resource.RLIMIT_NOFILE, 256)):
            resource.setrlimit(which, (most, most))

    try:
        done = subprocess.run([PYTHON, "-I", "-B", "main.py"], cwd=directory,
                              env=ENVIRONMENT, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, errors="replace",
                              timeout=job.timeout_seconds,
                              start_new_session=True, preexec_fn=limit)
    except subprocess.TimeoutExpired as exc:
        return "timeout", *((text or b"").decode(errors="replace")
                            for text in (exc.stdout, exc.stderr))

    return "error" if done.returncode else "ok", done.stdout, done.stderr


def refusals(code):
    found = []

    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            names = []
        found += ["import of " + name for name in names
                  if name.partition(".")[0] in DENIED_IMPORTS]

        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) \
                and node.func.id in DENIED_CALLS:
            found.append("call of " + node.func.id)

    return found
