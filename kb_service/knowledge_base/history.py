"""What was changed and when, so that facts of a past day can be had again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
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
_REMOVED = iri("history", "removed")
_WITH = iri("prov", "wasAssociatedWith")
_DATE_TIME = iri("xsd", "dateTime")
_AGENTS = NAMESPACES["agent"]

CONTENT = frozenset({_ADDED, _BEFORE, _CREATES, _REMOVED})
"""How it is remembered what a change did, beside who made it and when."""

REASON = iri("history", "reason")
"""Why a change was made, in words: documents have it, the store has not, since names may be in it."""

Told = Callable[[NamedNode], object]
"""Told the IRI of what is remembered of a change, before it is stored."""


@dataclass(frozen=True)
class Because:
    """Who makes a change, and who is told of it, so as to keep why."""

    by: str
    told: Told | None = None


_because: ContextVar[Because | None] = ContextVar("because", default=None)


@contextmanager
def without_reason() -> Iterator[None]:
    """Have changes made inside remembered with who makes them, and nobody told of them.

    Why something about a person was changed is personal, and belongs to no other change.
    """
    known = _because.get()
    before = _because.set(known and Because(known.by))
    try:
        yield
    finally:
        _because.reset(before)


@contextmanager
def because(by: str, told: Told | None = None) -> Iterator[None]:
    """Have every change made inside remembered with who makes it, and somebody told of each."""
    before = _because.set(Because(by, told))
    try:
        yield
    finally:
        _because.reset(before)


def who_changes(otherwise: str) -> str:
    """Who makes the changes that are made here and now; `otherwise` where nobody said so."""
    known = _because.get()
    return known.by if known else otherwise


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

    node: NamedNode
    at: datetime
    creates: bool = False
    removed: str = ""
    added: str = ""
    before: str | None = None
    by: str | None = None
    """Who made it, where that is known."""

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
    """Who makes the change, as PROV-O says it."""
    known = _because.get()
    if known is None:
        return
    if known.told:
        known.told(node)
    agent = NamedNode(_AGENTS + quote(known.by, safe=""))
    yield Triple(agent, A, iri("prov", "Agent"))
    yield Triple(node, _WITH, agent)


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
    changes = [(node, each) for node, each in said.items() if _ENDED in each]
    for node, each in sorted(changes, key=lambda change: change[1][_ENDED]):
        made = Revision(
            node=node,
            at=datetime.fromisoformat(each[_ENDED]),
            creates=each.get(_CREATES) == "true",
            removed=each.get(_REMOVED, ""),
            added=each.get(_ADDED, ""),
            before=each.get(_BEFORE),
            by=unquote(each[_WITH].removeprefix(_AGENTS)) if _WITH in each else None,
        )
        found.setdefault(NamedNode(each[_OF_GRAPH]), []).append(made)
    return found


def _has_blank_node(triple: Triple) -> bool:
    return isinstance(triple.subject, BlankNode) or isinstance(triple.object, BlankNode)


def _written(triples: Iterable[Triple]) -> str:
    return (serialize(sorted(triples, key=str), format=RdfFormat.N_TRIPLES) or b"").decode()


def _read(text: str) -> list[Triple]:
    return [quad.triple for quad in parse(text, format=RdfFormat.N_TRIPLES)]
