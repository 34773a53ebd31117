"""What reasoners found, kept in files: one for each content, reasoner and version of owlready2."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile

_LAYOUT = 1
_MOST_FILES = 32


@dataclass(frozen=True)
class Answer:
    """What a reasoner found, in a form that does not depend on what blank nodes are called.

    `inferred` are N-Triples; `reasons` lead from one of them to the names of the axioms it needs.
    """

    inferred: str
    unsatisfiable: tuple[str, ...] = ()
    reasons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def kept_answer(folder: Path, content: str, reasoner: str) -> Answer | None:
    """The answer kept for this content; None when there is none, or when its file is damaged."""
    try:
        text = _file(folder, content, reasoner).read_text(encoding="utf-8")
        checksum, _, body = text.partition("\n")
        if checksum != _checksum(body):
            return None
        kept = json.loads(body)
        return Answer(
            kept["inferred"],
            tuple(kept["unsatisfiable"]),
            {fact: tuple(names) for fact, names in kept["reasons"].items()},
        )
    except (OSError, ValueError, KeyError):
        return None


def keep_answer(folder: Path, content: str, reasoner: str, answer: Answer) -> None:
    """Keep an answer; whoever reads meanwhile sees the whole file or none. 32 files stay.

    A folder that cannot be written to keeps nothing: the answer is found again next time.
    """
    body = json.dumps(asdict(answer), ensure_ascii=False, sort_keys=True)
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=folder, encoding="utf-8", delete=False) as file:
            file.write(f"{_checksum(body)}\n{body}")
        Path(file.name).replace(_file(folder, content, reasoner))
        _forget_oldest(folder)


def _file(folder: Path, content: str, reasoner: str) -> Path:
    """Where the answer is; other versions of the libraries may answer otherwise."""
    versions = (version("owlready2"), version("owlrl"), _LAYOUT)
    name = hashlib.sha256(f"{content} {versions}".encode()).hexdigest()
    return folder / f"{name}-{reasoner}.json"


def _checksum(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def _forget_oldest(folder: Path) -> None:
    def age(path: Path) -> float:
        with suppress(OSError):
            return path.stat().st_mtime
        return 0.0

    for path in sorted(folder.glob("*.json"), key=age)[:-_MOST_FILES]:
        path.unlink(missing_ok=True)
