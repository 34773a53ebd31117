"""What the head of a rule must be like: one conclusion that names its rule, said in declared terms."""

from __future__ import annotations

from collections.abc import Iterator

from rdflib import RDF, URIRef, Variable

from kb_service.engine.checker.binding import types_in
from kb_service.engine.checker.ontology import CONCLUSION
from kb_service.engine.checker.parsing import ParsedRule
from kb_service.engine.checker.reading import Book
from kb_service.engine.checker.templates import definitions, iri_template
from kb_service.engine.checker.texts import HEAD, shown
from kb_service.engine.checker.values import NUMBER
from kb_service.findings import Finding
from kb_service.vocabulary import iri

_CONCLUDED_BY = URIRef(iri("judgement", "concludedBy").value)


def conclusion_faults(book: Book) -> Iterator[Finding]:
    """Heads that explanations and other rules could not work with."""
    for rule in book.rules:
        yield from _names_its_rule(rule)
        yield from _is_one_thing(rule)
        yield from _is_a_conclusion(book, rule)
        yield from _has_a_settled_iri(book, rule)


def _names_its_rule(rule: ParsedRule) -> Iterator[Finding]:
    named = [o for _, predicate, o in rule.head if predicate == _CONCLUDED_BY]
    if named != [URIRef(rule.rule.iri.value)]:
        yield rule.source.violation(
            rule.source.line_of(_CONCLUDED_BY, HEAD),
            f"结论要写明出自哪条规则；请在结论中写且只写一次：judgement:concludedBy rule:{rule.name}",
            "A conclusion names the rule that drew it; write in the head exactly once:"
            f" judgement:concludedBy rule:{rule.name}",
        )


def _is_one_thing(rule: ParsedRule) -> Iterator[Finding]:
    conclusion = Variable(rule.rule.conclusion_variable)
    for other in sorted({s for s, _, _ in rule.head if s != conclusion}, key=str):
        yield rule.source.violation(
            rule.source.line_of(other, HEAD),
            f"结论部分还说了 {shown(other)}；一条规则只得出一个结论，请另写一条规则。",
            f"The head also speaks of {shown(other)}; a rule draws one conclusion, so write another"
            " rule for it.",
            shown(other),
        )


def _is_a_conclusion(book: Book, rule: ParsedRule) -> Iterator[Finding]:
    classes = [URIRef(name) for name in sorted(book.classes_of(rule))]
    own = frozenset[str]().union(*(book.ontology.broader(str(each)) for each in classes))
    for each in classes:
        if CONCLUSION not in book.ontology.broader(str(each)):
            yield rule.source.violation(
                rule.source.line_of(each, HEAD),
                f"{shown(each)} 不是一种推断；请在本体中声明它是 judgement:Conclusion 的子类，或改用已有的推断类。",
                f"{shown(each)} is no kind of conclusion; declare it a subclass of"
                " judgement:Conclusion, or use one that there is.",
                shown(each),
            )
    if CONCLUSION not in own:
        return
    for _, predicate, _ in rule.head:
        domains = book.ontology.domains.get(str(predicate), frozenset())
        if predicate != RDF.type and domains and not domains & own:
            meant = ", ".join(sorted(map(shown, domains)))
            yield rule.source.violation(
                rule.source.line_of(predicate, HEAD),
                f"{shown(predicate)} 是为 {meant} 声明的；请改用适合 {', '.join(map(shown, classes))} 的属性。",
                f"{shown(predicate)} is declared for {meant}; use a property that suits"
                f" {', '.join(map(shown, classes))}.",
                shown(predicate),
            )


def _has_a_settled_iri(book: Book, rule: ParsedRule) -> Iterator[Finding]:
    conclusion = Variable(rule.rule.conclusion_variable)
    template = iri_template(conclusion, definitions(rule.body))
    name = shown(conclusion)
    if template is None:
        yield rule.source.violation(
            rule.source.line_of(conclusion, HEAD),
            f'{name} 没有自己的 IRI；请写：BIND (IRI(CONCAT(STR(?…), "/…")) AS {name})',
            f'{name} has no IRI of its own; write: BIND (IRI(CONCAT(STR(?…), "/…")) AS {name})',
            name,
        )
        return
    types = types_in(rule.body, book.ontology)
    for hole in template.holes:
        if hole.variable is None or types.get(hole.variable) == NUMBER:
            part = shown(hole.variable) if hole.variable else "(…)"
            yield rule.source.violation(
                rule.source.line_of_word("AS", name),
                f"{name} 的 IRI 里有数值 {part}，6.50 存取之后会变成 6.5；请只用事物的名称，例如 STR(?requirement)。",
                f"The IRI of {name} has a number in it, {part}, and 6.50 comes back as 6.5; make it"
                " from the names of things only, such as STR(?requirement).",
                part,
            )
