"""What stands around a term, or makes up a module, as a small graph to draw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kb_service.knowledge_base.terms.book import Kind, Module, Term, TermBook, Texts, prefixed

MOST_OF_A_KIND = 6
"""So many things stand in one relation to a term in its drawing; its page lists all of them."""
_MOST_CLASSES = 40
"""A drawing of more classes than these is read by nobody."""


@dataclass(frozen=True)
class Box:
    """A term in a drawing; `term` is its IRI, which a property that is drawn twice shares."""

    id: str
    term: str
    label: Texts
    kind: Kind
    is_subject: bool = False


@dataclass(frozen=True)
class Arrow:
    """From one box to another; `is_kind_of` leads from the narrower to the wider."""

    source: str
    target: str
    is_kind_of: bool


@dataclass(frozen=True)
class Neighbourhood:
    """Boxes and arrows between them, and how many more neighbours were left out."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    left_out: int = 0


class _Sketch:
    """A neighbourhood in the making."""

    def __init__(self, book: TermBook, subject: str = "") -> None:
        self._book, self._subject = book, subject
        self._boxes: dict[str, Box] = {}
        self._arrows: dict[tuple[str, str], Arrow] = {}
        self.left_out = 0

    def box(self, term: str, id: str = "") -> str:
        """The id of the box of a term, which is added when it is not there."""
        id = id or term
        if id not in self._boxes:
            known = self._book.terms.get(term)
            kind = known.kind if known else Kind.CLASS
            label = known.texts.label if known else {}
            is_subject = id == self._subject
            self._boxes[id] = Box(id, term, label or _end_of(term), kind, is_subject)
        return id

    def kind_of(self, narrower: str, wider: str) -> None:
        """An arrow from a term to one that it is a kind, or an example, of."""
        self._arrow(self.box(narrower), self.box(wider), is_kind_of=True)

    def relation(self, source: str, property: str, target: str) -> None:
        """An arrow through a property, whose box stands between the two."""
        between = property if property == self._subject else f"{source} {property}"
        self._arrow(self.box(source), self.box(property, between), is_kind_of=False)
        if target:
            self.leads_to(between, target)

    def leads_to(self, box: str, target: str) -> None:
        """An arrow from the box of a property to what its values are."""
        self._arrow(box, self.box(target), is_kind_of=False)

    def some(self, things: Iterable[str]) -> list[str]:
        """The first of some things; the rest are counted as left out."""
        listed = list(dict.fromkeys(things))
        self.left_out += max(0, len(listed) - MOST_OF_A_KIND)
        return listed[:MOST_OF_A_KIND]

    def _arrow(self, source: str, target: str, *, is_kind_of: bool) -> None:
        self._arrows.setdefault((source, target), Arrow(source, target, is_kind_of))

    def done(self) -> Neighbourhood:
        return Neighbourhood(
            tuple(self._boxes.values()), tuple(self._arrows.values()), self.left_out
        )


def neighbourhood(book: TermBook, term: Term) -> Neighbourhood:
    """A term with what is above and below it, and what it relates or is related to."""
    sketch = _Sketch(book, term.iri)
    sketch.box(term.iri)
    near = term.near
    for wider in sketch.some((*near.above, *near.classes)):
        sketch.kind_of(term.iri, wider)
    for narrower in sketch.some(near.below):
        sketch.kind_of(narrower, term.iri)
    if term.kind is Kind.CLASS:
        _around_class(book, term, sketch)
    elif term.kind is Kind.INDIVIDUAL:
        _around_individual(book, term, sketch)
    else:
        for source in sketch.some(near.domain):
            sketch.relation(source, term.iri, "")
        for target in sketch.some(near.range):
            sketch.leads_to(term.iri, target)
    return sketch.done()


def _around_class(book: TermBook, term: Term, sketch: _Sketch) -> None:
    relations = [p for p in term.near.in_domain_of if book.terms[p].kind is Kind.OBJECT_PROPERTY]
    for property in sketch.some(relations):
        for target in book.terms[property].near.range or ("",):
            sketch.relation(term.iri, property, target)
    for property in sketch.some(term.near.in_range_of):
        for source in book.terms[property].near.domain:
            sketch.relation(source, property, term.iri)
    if not term.near.below:
        for member in sketch.some(term.near.members):
            sketch.kind_of(member, term.iri)


def _around_individual(book: TermBook, term: Term, sketch: _Sketch) -> None:
    said = term.near.statements
    things = [(each.property, each.value) for each in said if each.value in book.terms]
    kept = sketch.some(value for _, value in things)
    for property, value in things:
        if value in kept:
            sketch.relation(term.iri, property, value)
    kept = sketch.some(source for source, _ in term.near.named_by)
    for source, property in term.near.named_by:
        if source in kept:
            sketch.relation(source, property, term.iri)


def overview(book: TermBook, module: Module) -> Neighbourhood:
    """The classes of a module with those above them, and the relations between its classes.

    Empty for a module with no classes, or with more than fit into a drawing.
    """
    sketch = _Sketch(book)
    classes = [term for term in book.of(module, Kind.CLASS) if term.texts.label]
    if len(classes) > _MOST_CLASSES:
        return sketch.done()
    for term in classes:
        sketch.box(term.iri)
        for wider in term.near.above:
            sketch.kind_of(term.iri, wider)
    own = {term.iri for term in classes}
    for property in book.of(module, Kind.OBJECT_PROPERTY):
        for source in own.intersection(property.near.domain):
            for target in property.near.range:
                sketch.relation(source, property.iri, target)
    return sketch.done()


def _end_of(term: str) -> Texts:
    """What a term without a label is called in a drawing: its prefixed name."""
    prefix, local = prefixed(term)
    name = f"{prefix}:{local}" if prefix else term.rsplit("/", 1)[-1]
    return {"zh": name, "en": name}
