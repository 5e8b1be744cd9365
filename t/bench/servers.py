"""What is measured: nginx with the module, the baseline, the floor."""

import contextlib
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path

import measure

TOP = Path(__file__).resolve().parents[2]
NGINX = os.environ.get("SERVER", "/usr/sbin/nginx")
BUILD = Path(os.environ.get("BUILD", TOP / "build"))
BEFORE = os.environ.get("BEFORE")
PYTHON = os.environ.get("PYTHON", "/usr")
EXECUTE = "/api/execute-code"

PATIENCE = 120           # seconds that anything may take to start or to end

CONF = """\
load_module {module};
{user}
worker_processes {workers};
worker_rlimit_nofile 16384;
error_log {dir}/error.log info;
pid {dir}/nginx.pid;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    keepalive_requests 1000000;
    client_max_body_size 8m;
    client_body_temp_path {dir}/temp-body;
    proxy_temp_path {dir}/temp-proxy;
    fastcgi_temp_path {dir}/temp-fastcgi;
    uwsgi_temp_path {dir}/temp-uwsgi;
    scgi_temp_path {dir}/temp-scgi;
    pyexec_pool {name} python={python} {pool};
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        pyexec_workspace {dir}/workspace;
        location = /api/execute-code {{ pyexec_execute {name}; }}
        location ~ ^/api/code-results/(?<pyexec_session>[^/]+)$ {{
            pyexec_results {name} $pyexec_session;
        }}
    }}
}}
"""


class Server:
    def __init__(self, directory):
        self.dir = Path(directory)
        self.port = free_port()
        self.workspace = self.dir / "workspace"
        self.workspace.mkdir(parents=True)
        self.workspace.chmod(0o777)

    def session(self, name, **uploads):
        """Make a session that has files uploaded: name=text."""
        directory = self.workspace / name / "uploads"
        directory.mkdir(parents=True)
        directory.parent.chmod(0o777)
        for name, text in uploads.items():
            (directory / name.replace("_", ".")).write_text(text)

    def cpu(self):
        return measure.cpu(self.processes())

    def load(self, path, *markers, body=None, clients=1, n=None, seconds=None,
             numbers=1, accept="*/*"):
        """Send requests; return the Sample."""
        args = [BUILD / "unit/load", "-c", clients, "-s", numbers,
                "-a", accept]
        args += ["-t", seconds] if n is None else ["-n", n]
        for marker in markers:
            args += ["-m", marker]
        args += [self.port, "GET" if body is None else "POST", path]
        args += [] if body is None else [body]

        before = self.cpu()
        text = subprocess.run([str(arg) for arg in args], check=True,
                              stdout=subprocess.PIPE, text=True).stdout
        head, *lines = text.splitlines()
        _, took, _, errors = head.split()

        if not lines:
            sys.exit("%s gave no right answer" % self)
        return measure.Sample(list(map(int, lines)), float(took), int(errors),
                              self.cpu() - before)

    def execute(self, code, session):
        """Run the code and return its result, whatever became of it."""
        body = json.dumps({"session_id": session, "code": code})
        request = urllib.request.Request(
            "http://127.0.0.1:%d%s" % (self.port, EXECUTE), body.encode(),
            {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)


class Nginx(Server):
    count = itertools.count()

    def __init__(self, directory, pool="", workers=2, module=None):
        super().__init__(directory)
        self.name = "bench%d-%d" % (os.getpid(), next(self.count))
        module = module or BUILD / "ngx_http_pyexec_module.so"
        conf = self.dir / "nginx.conf"
        self.log = self.dir / "error.log"
        conf.write_text(CONF.format(
            module=module, dir=self.dir, name=self.name, port=self.port,
            python=PYTHON, pool=pool, workers=workers, user=user(module)))
        subprocess.run([NGINX, "-p", self.dir, "-c", conf, "-e", self.log],
                       check=True)
        self.pid = int(until(lambda: read(self.dir / "nginx.pid")))
        self.zygotes = ("light",) if "preload=none" in pool else ("light",
                                                                  "full")

    def __str__(self):
        return "nginx, whose log ends with\n" + read(self.log)[-2000:]

    def wait(self):
        """Until all is loaded, and lies as what was learned wants it."""
        self.wait_ready()
        until(lambda: all("%s zygotes are of generation" % kind
                          in read(self.log) for kind in self.zygotes), self)
        return self

    def wait_ready(self):
        until(lambda: "is ready" in read(self.log), self)

    @property
    def walls(self):
        return read(self.log).partition("sandbox: ")[2].partition("\n")[0]

    def processes(self):
        """nginx's own, and the pool's, which is no child of nginx."""
        return measure.family(lambda process: process.pid == self.pid or
                              process.args.startswith("pyexec-pool %s "
                                                      % self.name))

    def kinds(self):
        """The processes by what they are."""
        kinds = {}
        for kind, process in self.each():
            kinds.setdefault(kind, []).append(process.pid)
        return kinds

    def each(self):
        mine = {process.pid: process for process in self.processes()}
        for process in mine.values():
            yield measure.kind(process, mine.get(process.ppid)), process

    def parts(self):
        """What the kinds have used, those that have ended too."""
        parts = Counter()
        for kind, process in self.each():
            parts[kind] += process.cpu
            parts[kind.replace("zygote", "child")] += process.dead
        return parts

    def stop(self):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGQUIT)
        until(lambda: not self.processes(), self)


class Before(Nginx):
    """Another build of the module, of which nothing but runs is asked."""

    def wait(self):
        self.wait_ready()
        return self


class Baseline(Server):
    def __init__(self, directory):
        super().__init__(directory)
        self.process = subprocess.Popen(
            [TOP / "build/bench-venv/bin/uvicorn", "--app-dir",
             TOP / "t/bench", "baseline:app", "--port", str(self.port),
             "--log-level", "warning"],
            env=dict(os.environ, WORKSPACE=str(self.workspace),
                     RUN_PYTHON=PYTHON + "/bin/python3",
                     PYTHONDONTWRITEBYTECODE="1"))

    def __str__(self):
        return "the baseline"

    def wait(self):
        until(self.answers, self)
        return self

    def answers(self):
        if self.process.poll() is not None:
            sys.exit("the baseline does not start")
        try:
            return self.execute("", "first")["status"] == "ok"
        except urllib.error.HTTPError:
            raise
        except urllib.error.URLError:
            return False

    def processes(self):
        return measure.family(lambda process: process.pid == self.process.pid)

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Floor:
    """An interpreter as warm as the zygote of that kind: see floor.py."""

    # or malloc() learns after some rounds that arrays need no mapping of their
    # own, and the same code takes a fifth less from then on

    MALLOC = {"MALLOC_MMAP_THRESHOLD_": "33554432",
              "MALLOC_TRIM_THRESHOLD_": "1073741824"}

    def __init__(self, kind, directory):
        self.process = subprocess.Popen(
            [PYTHON + "/bin/python3", "-I", TOP / "t/bench/floor.py", kind,
             directory], text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, env=dict(os.environ, **self.MALLOC))

    def measure(self, how, path, n, marker):
        before = self.cpu()
        start = time.monotonic()
        print(json.dumps([how, str(path), n, marker]), flush=True,
              file=self.process.stdin)
        line = self.process.stdout.readline()
        if not line:
            sys.exit("the floor has ended")
        return measure.Sample(json.loads(line), time.monotonic() - start, 0,
                              self.cpu() - before)

    def cpu(self):
        return measure.cpu(measure.family(
            lambda process: process.pid == self.process.pid))

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


def user(module):
    """The line of nginx.conf: nobody, where it can go where all is."""
    if os.geteuid() != 0:
        return ""
    pool = Path(module).with_name("pyexec-pool")
    can = subprocess.run([shutil.which("setpriv"), "--reuid=65534",
                          "--regid=65534", "--clear-groups", "test", "-x",
                          pool, "-a", "-r", PYTHON + "/lib"]).returncode == 0
    return "user nobody nogroup;" if can else "user root;"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def read(path):
    try:
        return path.read_text(errors="replace")
    except FileNotFoundError:
        return ""


def until(test, what="what is awaited"):
    end = time.monotonic() + PATIENCE
    while not (value := test()):
        if time.monotonic() > end:
            sys.exit("%s is not as it should be after %d s"
                     % (what, PATIENCE))
        time.sleep(0.01)
    return value
