"""What tells that somebody reached out: a listener, a secret file, and a log of every look-up."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.hostile.attack import Canary

SECRET = "kept-in-a-file-that-nobody-may-read"
_WITNESS = '''
import os, sys

def _seen(event, arguments):
    """Write down each name that is looked up and each connection that is made from Python."""
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        where = arguments[0]
    elif event == "socket.connect":
        where = arguments[1]
    elif event == "open" and isinstance(arguments[0], str) and "canary" in arguments[0]:
        where = arguments[0]
    else:
        return
    log = os.open({log!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(log, f"{{event}} {{where}}\\n".encode())
    os.close(log)

sys.addaudithook(_seen)
'''


@dataclass
class Watch:
    """The canary, and what was seen of those who touched it."""

    canary: Canary
    visits: list[str] = field(default_factory=list)
    log: Path = Path()

    def begin(self) -> None:
        """Forget what was seen so far: a service that starts makes sure that it can be reached."""
        self.log.write_text("")

    @property
    def touched(self) -> list[str]:
        """Every visit to the address, and every look-up, connection or opening from Python."""
        seen = self.log.read_text().splitlines() if self.log.exists() else []
        return [*self.visits, *seen]


@contextmanager
def watching(folder: Path) -> Iterator[tuple[Watch, dict[str, str]]]:
    """A watch, and the environment in which a service has to run to be watched."""
    secret = folder / "canary.ttl"
    secret.write_text(f'<urn:secret> <urn:says> "{SECRET}" .\n')
    log, witness = folder / "seen.log", folder / "witness"
    witness.mkdir()
    (witness / "sitecustomize.py").write_text(_WITNESS.format(log=str(log)))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        watch = Watch(Canary(f"http://localhost:{port}/canary", str(secret)), log=log)
        threading.Thread(target=_count, args=(listener, watch.visits), daemon=True).start()
        yield watch, {"PYTHONPATH": str(witness)}
        listener.shutdown(socket.SHUT_RDWR)


def _count(listener: socket.socket, visits: list[str]) -> None:
    """Note whoever connects, and hand out nothing."""
    while True:
        try:
            visitor, address = listener.accept()
        except OSError:
            return
        visits.append(f"connected from {address}")
        visitor.close()
