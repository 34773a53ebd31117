"""HermiT asked one thing only: whether everything can hold, and which classes stay empty.

owlready2 always has it order all object and data properties as well. That takes five times as
long on the shipped knowledge, and says nothing about soundness.
"""

from __future__ import annotations

import os
import re
import subprocess
from importlib.util import find_spec
from pathlib import Path
from tempfile import NamedTemporaryFile

_COMMAND = "org.semanticweb.HermiT.cli.CommandLine"
_INCONSISTENT = "InconsistentOntologyException"
_CLASS = re.compile(r"^\s*<([^>]+)>\s*$", re.MULTILINE)


class Inconsistent(Exception):
    """The facts contradict each other."""


class NoAnswer(Exception):
    """The reasoner gave no answer; the text is what it printed."""


def empty_classes(java: str, facts: bytes, heap_mb: int) -> tuple[str, ...]:
    """The IRIs of the named classes that nothing can belong to, by these N-Triples.

    Raises Inconsistent, and NoAnswer when HermiT says neither. It has no time limit of its own: the
    process that calls this is ended from outside, and Java with it.
    """
    with NamedTemporaryFile(suffix=".nt") as file:
        file.write(facts)
        file.flush()
        asked = Path(file.name).as_uri()
        ended = subprocess.run(
            [java, f"-Xmx{heap_mb}M", "-cp", _class_path(), _COMMAND, "-U", asked],
            capture_output=True,
            check=False,
            encoding="utf-8",
            errors="replace",
        )
    if _INCONSISTENT in ended.stderr:
        raise Inconsistent
    if ended.returncode:
        raise NoAnswer(ended.stderr or ended.stdout)
    return tuple(sorted(_CLASS.findall(ended.stdout)))


def _class_path() -> str:
    """Where owlready2 brings HermiT along; loading owlready2 itself would take longer."""
    found = find_spec("owlready2")
    if found is None or found.origin is None:
        raise NoAnswer("owlready2, which brings HermiT, is not installed")
    folder = Path(found.origin).parent / "hermit"
    return os.pathsep.join([str(folder), str(folder / "HermiT.jar")])
