"""Rules that can never conclude anything, because nothing writes or asserts what they read."""

from __future__ import annotations

from collections.abc import Iterator

from rdflib import RDF, URIRef, Variable

from kb_service.engine.checker.ontology import Kind
from kb_service.engine.checker.parsing import ParsedRule
from kb_service.engine.checker.reading import ABSENT, REQUIRED, Book, Thing, can_be
from kb_service.engine.checker.texts import BODY, shown
from kb_service.findings import Finding
from kb_service.vocabulary import iri

_TOLD = {
    iri("judgement", "clock").value: frozenset(
        iri("judgement", name).value for name in ("asOf", "asksAbout")
    )
}
"""What the engine itself says while it judges: the day, and which models are asked about."""


def dead_faults(book: Book) -> Iterator[Finding]:
    """Everything read that nothing can be: a violation where the rule can then never fire."""
    dead: set[str] = set()
    count = -1
    while count != len(dead):
        count = len(dead)
        for rule in book.rules:
            if any(
                thing.kind == REQUIRED and not _can_be_met(book, thing, dead)
                for thing in book.read[rule.name]
            ):
                dead.add(rule.name)
    for rule in book.rules:
        for thing in book.read[rule.name]:
            if _is_declared(book, thing) and not _can_be_met(book, thing, dead):
                yield _fault(book, rule, thing, dead)


def _is_declared(book: Book, thing: Thing) -> bool:
    """Whether all its terms are declared; what is not is a finding of its own."""
    named = thing.classes | thing.properties
    if isinstance(thing.subject, URIRef):
        named |= {str(thing.subject)}
    return named <= book.ontology.declared | {str(RDF.type)}


def _can_be_met(book: Book, thing: Thing, dead: set[str]) -> bool:
    return any(_meets(book, thing, kind) for kind in _kinds(book, thing, dead))


def _kinds(book: Book, thing: Thing, dead: set[str]) -> Iterator[Kind]:
    if isinstance(thing.subject, URIRef):
        name = str(thing.subject)
        known = book.ontology.individuals.get(name)
        if known is not None:
            yield Kind(known.classes, known.properties | _TOLD.get(name, frozenset()))
        return
    yield from book.ontology.asserted
    yield from book.ontology.admitted
    for writer in book.rules:
        if writer.name not in dead:
            yield book.written[writer.name]


def _meets(book: Book, thing: Thing, kind: Kind) -> bool:
    if isinstance(thing.subject, Variable):
        return can_be(thing, kind, book.ontology)
    return thing.classes <= kind.classes and thing.properties <= kind.properties


def _fault(book: Book, rule: ParsedRule, thing: Thing, dead: set[str]) -> Finding:
    nobody = _unmet_terms(book, thing, dead)
    what = ", ".join(map(shown, nobody or sorted(thing.classes | thing.properties)))
    reason_zh, reason_en = "没有规则写出、也没有事实用到", "No rule writes and no fact states"
    if not nobody:
        reason_zh = "没有任何事物同时具有"
        reason_en = "Nothing has all of these at once:"
    if thing.kind == REQUIRED:
        effect_zh, effect_en = "这条规则永远得不出结论", "so the rule can never conclude anything"
    else:
        effect_zh, effect_en = "这一段永远不起作用", "so this part never makes a difference"
    tell = rule.source.violation if thing.kind == REQUIRED else rule.source.warning
    terms = nobody or sorted(thing.classes | thing.properties)
    line = rule.source.line_of(
        URIRef(terms[0]) if terms else thing.subject,
        BODY,
        subject=thing.subject,
        absent=thing.kind == ABSENT,
    )
    return tell(
        line,
        f"{reason_zh} {what}（{shown(thing.subject)}），{effect_zh}；请改用会有的词，或补上写出它的规则。",
        f"{reason_en} {what} ({shown(thing.subject)}), {effect_en}; use terms that occur together,"
        " or add the rule that writes them.",
        what,
    )


def _unmet_terms(book: Book, thing: Thing, dead: set[str]) -> list[str]:
    """The terms read that do not occur anywhere at all."""
    kinds = list(_kinds(book, thing, dead))
    classes = {name for kind in kinds for name in kind.classes}
    properties = {name for kind in kinds for name in kind.properties}
    return sorted((thing.classes - classes) | (thing.properties - properties))
