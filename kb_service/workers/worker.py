"""One worker process and the socket to it."""

from __future__ import annotations

import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import time
from typing import Any

from kb_service.worker_process import Inbox, Kind, Oversized, Setup, send_within

START_LIMIT = 60.0
_KEPT_ENVIRONMENT = (
    "DYLD_LIBRARY_PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "PATH",
    "PYTHONHOME",
    "TMPDIR",
    "TZ",
    "VIRTUAL_ENV",
)
_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]);"
    "from kb_service.worker_process import run; run(int(sys.argv[2]))"
)


class WorkerTimedOut(Exception):
    """The deadline passed; the worker was killed and a new one is starting."""


class WorkerDied(Exception):
    """The worker's process ended before it answered; a new one is starting."""


class WorkerBusy(Exception):
    """No worker became free in the time that a caller waits for one."""


class WorkerSetBack(Exception):
    """The worker was taken away for others before it gave anything; ask for it again."""


class WorkerFailed(Exception):
    """The handler raised, its answer was too large, or the worker could not start."""


class Worker:
    """A process that answers one request at a time, for one caller at a time."""

    def __init__(self, setup: Setup) -> None:
        self.channel, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    _BOOT,
                    json.dumps([str(entry) for entry in sys.path]),
                    str(theirs.fileno()),
                ],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ},
            )
        self._inbox = Inbox(self.channel)
        self._limit = setup.max_answer_bytes
        self._setup = setup

    def await_ready(self) -> None:
        """Wait until the entry is loaded; raises WorkerFailed with its reason when it is not."""
        try:
            self.tell(pickle.dumps(self._setup), START_LIMIT)
            self.hear(time.monotonic() + START_LIMIT)
        except WorkerTimedOut as error:
            raise WorkerFailed(f"the worker did not start in {START_LIMIT:g} s") from error
        except WorkerDied as error:
            raise WorkerFailed(f"the worker did not start: {error}") from error

    def tell(self, message: bytes, seconds: float) -> None:
        """Hand the worker a pickled message; raises WorkerTimedOut or WorkerDied."""
        try:
            send_within(self.channel, message, seconds)
        except TimeoutError as error:
            raise WorkerTimedOut(f"stopped after {seconds:g} s") from error
        except (OSError, EOFError) as error:
            raise WorkerDied(self._cause_of_death()) from error

    def hear(self, end: float) -> tuple[Kind, Any]:
        """The next piece of the answer, or the answer itself, come before the monotonic time `end`.

        Raises WorkerTimedOut, WorkerDied, or WorkerFailed when the handler raised.
        """
        try:
            number, value = pickle.loads(self._inbox.receive(self._limit, end))
            kind = Kind(number)
        except TimeoutError as error:
            raise WorkerTimedOut("stopped at the deadline") from error
        except (OSError, EOFError) as error:
            raise WorkerDied(self._cause_of_death()) from error
        except Oversized as error:
            raise WorkerDied(f"it sent too much: {error}") from error
        if kind is Kind.FAILURE:
            raise WorkerFailed(value)
        return kind, value

    def is_waiting(self) -> bool:
        """Whether an idle process lives: then its socket has nothing to read, not even an end."""
        return not self.is_heard(0)

    def is_heard(self, seconds: float) -> bool:
        """Whether there is something to hear within so many seconds, be it that the process ended."""
        return self._inbox.is_heard(seconds)

    def _cause_of_death(self) -> str:
        try:
            status = self.process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            return "it closed its connection"
        if status < 0:
            return f"ended by {signal.Signals(-status).name}"
        return f"ended with exit status {status}"

    def kill(self) -> None:
        """End the process now; `reap` collects it, and whoever holds the worker closes its channel."""
        self.process.kill()

    def reap(self) -> None:
        """Collect the killed process, so that no zombie stays."""
        self.process.wait()
