"""A reasoner in a process of its own that can be killed, the Java it started included."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType

from pyoxigraph import Triple

from kb_service.reasoning.ntriples import written
from kb_service.reasoning.reasoner_process import Request, Response
from kb_service.worker_process import receive, send

REASONERS = ("hermit", "pellet", "owl-rl")
_LONGEST_ANSWER = 256 * 1024 * 1024
_KEPT_ENVIRONMENT = ("DYLD_LIBRARY_PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "TZ")
# The collector and compiler that start fastest: most runs take less than a second.
_JAVA_OPTIONS = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]);"
    "from kb_service.reasoning.reasoner_process import run; run(int(sys.argv[2]), sys.argv[3])"
)


class ReasonerFailed(RuntimeError):
    """The reasoner gave no answer; the text is what it printed, or that its time was up."""


class Reasoner:
    """HermiT, Pellet and the OWL RL rules, for one caller at a time, until it is closed.

    Nothing of owlready2, which keeps global state and is not made for threads, is loaded in this
    process. Temporary files lie in one folder that goes with the process. Java has a heap of at
    most 1,000 MB, the process around it at most 3,000 MB.
    """

    def __init__(self, java: Path | None) -> None:
        self._java = java
        self._folder = TemporaryDirectory(prefix="rengang-reasoner-")
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None

    def __enter__(self) -> Reasoner:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._kill()
        self._folder.cleanup()

    def classify(self, name: str, facts: Iterable[Triple], seconds: float) -> Response:
        """All that the reasoner of this name concludes from the facts.

        Raises ReasonerFailed, after so many seconds at the latest.
        """
        return self._ask(name, facts, "everything", seconds)

    def judge(self, name: str, facts: Iterable[Triple], seconds: float) -> Response:
        """Whether the facts can all hold and every class have members. Raises as above."""
        return self._ask(name, facts, "soundness", seconds)

    def contradicts(self, name: str, facts: Iterable[Triple], seconds: float) -> bool:
        """Whether the facts cannot all hold, as far as the reasoner of this name sees.

        Raises as above.
        """
        return not self._ask(name, facts, "consistency", seconds).consistent

    def empty_classes(self, name: str, facts: Iterable[Triple], seconds: float) -> tuple[str, ...]:
        """The IRIs of classes that nothing can belong to, as far as the reasoner sees.

        The facts must not contradict each other. Raises ReasonerFailed, as above.
        """
        return self._ask(name, facts, "consistency", seconds).unsatisfiable

    def _ask(self, name: str, facts: Iterable[Triple], asks: str, seconds: float) -> Response:
        text = written(facts)
        request = Request(name, text, str(self._java or ""), asks)
        end = time.monotonic() + seconds
        channel = self._channel or self._start()
        try:
            channel.settimeout(max(seconds, 0.001))
            send(channel, pickle.dumps(request))
            response: Response = pickle.loads(receive(channel, _LONGEST_ANSWER, end))
        except TimeoutError as error:
            self._kill()
            raise ReasonerFailed(f"{name} did not finish within {seconds:.0f} s") from error
        except (EOFError, OSError) as error:
            self._kill()
            raise ReasonerFailed(f"the process of {name} ended: {error}") from error
        if response.failure:
            raise ReasonerFailed(response.failure)
        return response

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
        with theirs:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-c",
                    _BOOT,
                    json.dumps([str(entry) for entry in sys.path]),
                    str(theirs.fileno()),
                    self._folder.name,
                ],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env={**kept, "TMPDIR": self._folder.name, "JDK_JAVA_OPTIONS": _JAVA_OPTIONS},
            )
        self._channel = ours
        return ours

    def _kill(self) -> None:
        """End the process and what it started, which are a group of their own.

        Only then the channel is closed: a process that sees this takes the folder with it.
        """
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
        if self._channel is not None:
            self._channel.close()
            self._channel = None
