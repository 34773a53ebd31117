"""The process of a reasoner: ended in time, with its Java and its files, whoever else ends first."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import gettempdir

import psutil
import pytest

from kb_service.reasoning.java import find_java
from kb_service.reasoning.reasoner import Reasoner, ReasonerFailed
from tests.test_reasoning_inferences import turtle

PIGEONS = 14
# One pigeon more than holes: true or not, a reasoner has to try every way to seat them.
HARD = (
    "ex:in a owl:ObjectProperty, owl:FunctionalProperty, owl:InverseFunctionalProperty ; "
    "rdfs:range ex:Hole . ex:Hole a owl:Class ; owl:equivalentClass [ a owl:Class ; owl:oneOf ("
    + " ".join(f"ex:h{n}" for n in range(PIGEONS - 1))
    + ") ] . ex:Pigeon a owl:Class ; rdfs:subClassOf [ a owl:Restriction ; owl:onProperty ex:in ; "
    "owl:someValuesFrom ex:Hole ] . [] a owl:AllDifferent ; owl:distinctMembers ("
    + " ".join(f"ex:p{n}" for n in range(PIGEONS))
    + ") . "
    + " ".join(f"ex:p{n} a ex:Pigeon ." for n in range(PIGEONS))
)
ASKING = """
from pathlib import Path
from kb_service.reasoning.java import find_java
from kb_service.reasoning.reasoner import Reasoner
from tests.test_reasoning_inferences import turtle
from tests.test_reasoning_process import HARD
with Reasoner(find_java()) as reasoner:
    reasoner.classify("hermit", turtle(HARD), 300)
"""


def java_below(process: psutil.Process) -> list[psutil.Process]:
    """The Java processes that a process, or one of its own, has started."""
    return [p for p in process.children(recursive=True) if p.name() == "java"]


def when(condition: Callable[[], object], seconds: float = 60.0) -> bool:
    """Whether the condition came to hold while one waited."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def has_ended(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files of this test alone."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert gettempdir() == str(tmp_path)
    yield tmp_path


def test_at_the_deadline_the_reasoner_ends_with_its_java_and_its_files(temporary: Path) -> None:
    seen: list[psutil.Process] = []
    me = psutil.Process()

    def watch() -> None:
        assert when(lambda: java_below(me))
        seen.extend(java_below(me))

    watcher = threading.Thread(target=watch)
    watcher.start()

    with Reasoner(find_java()) as reasoner:
        with pytest.raises(ReasonerFailed, match="did not finish within 15 s"):
            reasoner.classify("hermit", turtle(HARD), 15)
        watcher.join()
        assert seen
        assert when(lambda: all(map(has_ended, seen)))
        assert not reasoner.contradicts("hermit", turtle("ex:A a owl:Class ."), 60)

    assert list(temporary.iterdir()) == []
    assert java_below(me) == []


def test_whoever_asks_may_die_and_neither_java_nor_files_stay(tmp_path: Path) -> None:
    root = Path(__file__).parent.parent
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    asking = subprocess.Popen([sys.executable, "-c", ASKING], cwd=root, env=environment)
    asker = psutil.Process(asking.pid)
    assert when(lambda: java_below(asker))
    started = [*asker.children(recursive=True)]

    os.kill(asking.pid, signal.SIGKILL)
    asking.wait()

    assert when(lambda: all(map(has_ended, started)))
    assert list(tmp_path.iterdir()) == []


def test_one_reasoner_answers_many_questions_in_one_process() -> None:
    sound = turtle("ex:A a owl:Class . ex:x a ex:A .")
    unsound = turtle(
        "ex:A a owl:Class ; owl:disjointWith ex:B . ex:B a owl:Class . ex:x a ex:A, ex:B ."
    )

    with Reasoner(find_java()) as reasoner:
        answers = [
            reasoner.contradicts(name, facts, 60)
            for facts in (sound, unsound, sound)
            for name in ("hermit", "pellet", "owl-rl")
        ]
        own = [p for p in psutil.Process().children() if "reasoner_process" in str(p.cmdline())]

    assert answers == [False] * 3 + [True] * 3 + [False] * 3
    assert len(own) == 1


def test_what_the_reasoner_prints_is_told() -> None:
    outside_owl = """ex:since a owl:DatatypeProperty ; rdfs:range xsd:date .
        ex:x ex:since "2026-01-01"^^xsd:date ."""

    with Reasoner(find_java()) as reasoner, pytest.raises(ReasonerFailed, match="date"):
        reasoner.classify("hermit", turtle(outside_owl), 60)


def test_a_reasoner_without_java_says_that_it_could_not_start() -> None:
    with (
        Reasoner(Path("/nowhere/java")) as reasoner,
        pytest.raises(ReasonerFailed, match="/nowhere/java"),
    ):
        reasoner.classify("hermit", turtle("ex:A a owl:Class ."), 60)
