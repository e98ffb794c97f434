"""The command `icr` for a shell, without the second that a start of the program takes.

A server has loaded the program and forks for each command; what stands on the path is a client that starts in a few
milliseconds. The fork has the client's arguments, environment, folder and open files, and the client passes signals on
and ends with its code: to the shell it is the command.
"""

import contextlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]

_SERVER = """
import contextlib, importlib, json, os, pkgutil, select, signal, socket, sys
import adapters.cli, tools.commands
import tools.main as cli

for package in (adapters.cli, tools.commands):
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
import adapters.api.app, adapters.intake.imports, adapters.intake.kafka.consumer, adapters.service.projecting, adapters.questions
import adapters.service.opened, tools.simulator


def run(order, files):
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    sys.stdin = open(0, closefd=False)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    code = cli.main(order["arguments"])
    for output in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):  # whoever read it has gone
            output.flush()
    connection.sendall(b"%d\\n" % code)
    os._exit(code)


signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal's Ctrl-C is for the commands
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
running = set()
while True:
    ready, _, _ = select.select([listener, 0], [], [])
    running = {pid for pid in running if os.waitpid(pid, os.WNOHANG)[0] == 0}
    if 0 in ready:
        break
    connection, _ = listener.accept()
    size, files, _, _ = socket.recv_fds(connection, 4, 3)
    with connection.makefile("rb") as asked:
        order = json.loads(asked.read(int.from_bytes(size, "big")))
    pid = os.fork()
    if pid == 0:
        listener.close()
        run(order, files)
    running.add(pid)
    connection.sendall(b"%d\\n" % pid)
    connection.close()
    for file in files:
        os.close(file)
for pid in running:
    os.kill(pid, signal.SIGKILL)
"""

_CLIENT = """#!{python} -IS
import json, os, signal, socket, sys

HEARD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
signal.pthread_sigmask(signal.SIG_BLOCK, HEARD)
server = socket.socket(socket.AF_UNIX)
server.connect({address!r})
order = {{"arguments": sys.argv[1:], "folder": os.getcwd(), "environment": dict(os.environ)}}
order = json.dumps(order).encode()
socket.send_fds(server, [len(order).to_bytes(4, "big")], [0, 1, 2])
server.sendall(order)
told = server.makefile("rb")
pid = int(told.readline())
for number in HEARD:
    signal.signal(number, lambda number, _: os.kill(pid, number))
signal.pthread_sigmask(signal.SIG_UNBLOCK, HEARD)
sys.exit(int(told.readline() or 128 + signal.SIGKILL))
"""


@contextmanager
def warm_command(command: Path) -> Iterator[None]:
    """Put the command `icr` at a path; at the end what it still runs is killed."""
    folder = Path(tempfile.mkdtemp(prefix="icr-test-warm-"))  # an address of a socket is short, a test's folder is not
    address = folder / "socket"
    server = subprocess.Popen([sys.executable, "-c", _SERVER, str(address)], cwd=ROOT, stdin=subprocess.PIPE)
    try:
        end = time.monotonic() + 60
        while not address.exists():
            assert server.poll() is None, "the program could not be loaded"
            assert time.monotonic() < end, "the program was not loaded in time"
            time.sleep(0.02)
        command.write_text(_CLIENT.format(python=sys.executable, address=str(address)))
        command.chmod(0o755)
        yield
    finally:
        assert server.stdin is not None
        server.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(30)
        server.kill()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)
