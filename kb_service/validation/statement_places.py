"""Where in a document a finding stands, known by what each of its statements says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import NamedNode

from kb_service.validation.text import LONGEST_NAME, shown
from kb_service.vocabulary import shorten


@dataclass(frozen=True)
class PlacedStatement:
    """A statement of a document, and where its subject, predicate and object are written.

    Terms are text as findings have it: an IRI, `_:` and a label, or what a literal says.
    """

    subject: str
    predicate: str
    object: str
    subject_at: str
    predicate_at: str
    object_at: str


@dataclass(frozen=True)
class StatementPlaces:
    """The places of all statements of one document, in the order in which they are written."""

    statements: tuple[PlacedStatement, ...] = ()

    def place(self, focus: str, path: str, value: str) -> str:
        """Where somebody would correct what a finding complains of; empty when that is unknown.

        That is the value, be it said of the focus or of what the focus points at; or else the last
        that is said by this path, of the focus or about it; or else the focus. Of several equals it
        is the last: what is one too many is seldom the first.
        """
        return next(self._candidates(focus, path, value), "") if focus else ""

    def _candidates(self, focus: str, path: str, value: str) -> Iterator[str]:
        own = self._by_subject.get(focus, [])
        by_path = [each for each in own if each.predicate == path]
        if value:
            yield from _saying(by_path, value)
            yield from self._beyond(by_path, value)
            yield from _saying(own, value)
        yield from (each.object_at for each in reversed(by_path))
        towards = self._by_object.get(shown(focus), [])
        yield from (each.object_at for each in reversed(towards) if each.predicate == path)
        yield from (each.subject_at for each in own)
        yield from (each.object_at for each in reversed(towards))

    def _beyond(self, by_path: Iterable[PlacedStatement], value: str) -> Iterator[str]:
        """Where what these statements point at has the value."""
        nodes = {each.object for each in by_path}
        said = self._by_object.get(value, [])
        return (each.object_at for each in reversed(said) if each.subject in nodes)

    @cached_property
    def _by_subject(self) -> dict[str, list[PlacedStatement]]:
        """Statements by their subject as a finding names it."""
        found: dict[str, list[PlacedStatement]] = defaultdict(list)
        for each in self.statements:
            found[shown(each.subject, LONGEST_NAME)].append(each)
        return found

    @cached_property
    def _by_object(self) -> dict[str, list[PlacedStatement]]:
        """Statements by their object as a finding shows a value."""
        found: dict[str, list[PlacedStatement]] = defaultdict(list)
        for each in self.statements:
            found[shown(each.object)].append(each)
        return found


def _saying(said: Iterable[PlacedStatement], value: str) -> Iterator[str]:
    """Where these statements have the value, or a word that is shortened to it."""
    statements = list(said)
    yield from (each.object_at for each in reversed(statements) if shown(each.object) == value)
    for each in statements:
        if _shortened(each.predicate) == value:
            yield each.predicate_at
        if _shortened(each.object) == value:
            yield each.object_at


def _shortened(term: str) -> str:
    """A word as a finding about unknown words writes it; other terms as they are."""
    try:
        return shown(shorten(NamedNode(term)))
    except ValueError:
        return term
