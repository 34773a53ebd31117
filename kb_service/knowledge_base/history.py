"""What was changed and when, so that facts of a past day can be had again."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import quote, unquote

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse, serialize

from kb_service.vocabulary import HISTORY_GRAPHS, NAMESPACES, A, iri

_ADDED = iri("history", "added")
_BEFORE = iri("history", "before")
_CREATES = iri("history", "creates")
_ENDED = iri("prov", "endedAtTime")
_OF_GRAPH = iri("history", "ofGraph")
_REASON = iri("history", "reason")
_REMOVED = iri("history", "removed")
_WITH = iri("prov", "wasAssociatedWith")
_DATE_TIME = iri("xsd", "dateTime")
_AGENTS = NAMESPACES["agent"]


@dataclass(frozen=True)
class Because:
    """Who makes a change and, where they said so, why."""

    by: str
    reason: str = ""


_because: ContextVar[Because | None] = ContextVar("because", default=None)


@contextmanager
def without_reason() -> Iterator[None]:
    """Have changes made inside remembered with who makes them, and not with why.

    Why something about a person was changed is personal, and belongs into no other history.
    """
    known = _because.get()
    before = _because.set(known and Because(known.by))
    try:
        yield
    finally:
        _because.reset(before)


@contextmanager
def because(by: str, reason: str = "") -> Iterator[None]:
    """Have every change made inside remembered with who makes it, and why."""
    before = _because.set(Because(by, reason))
    try:
        yield
    finally:
        _because.reset(before)


class Moments:
    """The present time, never twice the same and never going back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        """A moment later than every one given before."""
        with self._lock:
            self._last = max(datetime.now(UTC), self._last + timedelta(microseconds=1))
            return self._last


def end_of(day: date) -> datetime:
    """The moment at which a day is over, by the clock of this machine."""
    return datetime.combine(day, time.max).astimezone(UTC)


def moment_literal(moment: datetime) -> Literal:
    """A moment as RDF has it."""
    return Literal(moment.isoformat(timespec="microseconds"), datatype=_DATE_TIME)


@dataclass(frozen=True)
class Revision:
    """One change of a graph. `before` is the whole graph where triples cannot be undone singly."""

    at: datetime
    creates: bool = False
    removed: str = ""
    added: str = ""
    before: str | None = None
    because: Because | None = None
    """Who made it and why, where that is known."""

    @property
    def undone(self) -> list[Triple]:
        """What was taken away, or all there was where triples cannot be undone singly."""
        return _read(self.removed if self.before is None else self.before)

    @property
    def done(self) -> list[Triple]:
        """What was put in its place, as far as it was written down singly."""
        return _read(self.added)

    @property
    def counts(self) -> tuple[int, int]:
        """How many triples were removed and added, as far as they were written down singly."""
        return self.removed.count("\n"), self.added.count("\n")


def revision(
    graph: NamedNode, before: Sequence[Triple], after: Sequence[Triple], at: datetime
) -> list[Triple]:
    """What to remember of a change; nothing when nothing changed."""
    old, new = set(before), set(after)
    if old == new:
        return []
    stamp = at.isoformat(timespec="microseconds")
    node = NamedNode(f"{HISTORY_GRAPHS}revision/{quote(graph.value, safe='')}/{quote(stamp)}")
    found = [
        Triple(node, A, iri("history", "Revision")),
        Triple(node, _OF_GRAPH, Literal(graph.value, datatype=iri("xsd", "anyURI"))),
        Triple(node, _ENDED, moment_literal(at)),
        *_by_whom(node),
    ]
    if not old:
        found.append(Triple(node, _CREATES, Literal(True)))
    elif any(map(_has_blank_node, old ^ new)):
        found.append(Triple(node, _BEFORE, Literal(_written(old))))
    else:
        found.append(Triple(node, _REMOVED, Literal(_written(old - new))))
        found.append(Triple(node, _ADDED, Literal(_written(new - old))))
    return found


def _by_whom(node: NamedNode) -> Iterator[Triple]:
    """Who makes the change, as PROV-O says it, and why."""
    known = _because.get()
    if known is None:
        return
    agent = NamedNode(_AGENTS + quote(known.by, safe=""))
    yield Triple(agent, A, iri("prov", "Agent"))
    yield Triple(node, _WITH, agent)
    if known.reason:
        yield Triple(node, _REASON, Literal(known.reason))


def at_moment(
    triples: Iterable[Triple], changes: Sequence[Revision], moment: datetime
) -> list[Triple]:
    """What a graph held at a moment: what it holds now with every later change undone."""
    facts = list(triples)
    for each in reversed(changes):
        if each.at <= moment:
            break
        if each.creates:
            facts = []
        elif each.before is not None:
            facts = _read(each.before)
        else:
            added = set(_read(each.added))
            facts = [triple for triple in facts if triple not in added] + _read(each.removed)
    return facts


def revisions(history: Iterable[Triple]) -> dict[NamedNode, list[Revision]]:
    """The remembered changes by graph, earliest first."""
    said: dict[NamedNode, dict[NamedNode, str]] = {}
    for triple in history:
        if isinstance(triple.subject, NamedNode) and isinstance(triple.object, NamedNode | Literal):
            said.setdefault(triple.subject, {})[triple.predicate] = triple.object.value
    found: dict[NamedNode, list[Revision]] = {}
    changes = [each for each in said.values() if _ENDED in each]
    for each in sorted(changes, key=lambda each: each[_ENDED]):
        made = Revision(
            at=datetime.fromisoformat(each[_ENDED]),
            creates=each.get(_CREATES) == "true",
            removed=each.get(_REMOVED, ""),
            added=each.get(_ADDED, ""),
            before=each.get(_BEFORE),
            because=_reported(each),
        )
        found.setdefault(NamedNode(each[_OF_GRAPH]), []).append(made)
    return found


def _reported(said: Mapping[NamedNode, str]) -> Because | None:
    if _WITH not in said:
        return None
    return Because(unquote(said[_WITH].removeprefix(_AGENTS)), said.get(_REASON, ""))


def _has_blank_node(triple: Triple) -> bool:
    return isinstance(triple.subject, BlankNode) or isinstance(triple.object, BlankNode)


def _written(triples: Iterable[Triple]) -> str:
    return (serialize(sorted(triples, key=str), format=RdfFormat.N_TRIPLES) or b"").decode()


def _read(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(text, format=RdfFormat.N_TRIPLES)]
