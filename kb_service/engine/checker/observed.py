"""Conclusions, once drawn, that say two things where only one can be."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import NamedNode, Store
from rdflib import URIRef

from kb_service.engine.checker.reading import Book
from kb_service.engine.checker.texts import HEAD, shown
from kb_service.findings import Finding
from kb_service.sparql import select
from kb_service.vocabulary import iri

_DOUBLED = f"""SELECT ?conclusion ?property
    (GROUP_CONCAT(DISTINCT STR(?rule); separator=" ") AS ?rules)
    (MIN(STR(?value)) AS ?least) (MAX(STR(?value)) AS ?greatest)
  WHERE {{ ?conclusion {iri("judgement", "concludedBy")} ?rule ; ?property ?value . }}
  GROUP BY ?conclusion ?property HAVING (COUNT(DISTINCT ?value) > 1)"""


def doubled_values(book: Book, store: Store, place: str) -> Iterator[Finding]:
    """A violation for each property that can have one value and was concluded to have two.

    `place` says on which facts the rules were run.
    """
    seen: set[tuple[str, str]] = set()
    for conclusion, name, rules, least, greatest in select(store, _DOUBLED):
        key = (rules.value, name.value)
        if name.value in book.ontology.functional and key not in seen:
            seen.add(key)
            names = {node.rsplit("/", 1)[-1] for node in rules.value.split()}
            yield from _two_values(
                book, names, name, conclusion, (least.value, greatest.value), place
            )


def _two_values(
    book: Book,
    names: set[str],
    name: NamedNode,
    conclusion: NamedNode,
    values: tuple[str, str],
    place: str,
) -> Iterator[Finding]:
    writers = [rule for rule in book.rules if rule.name in names]
    told = ", ".join(rule.name for rule in writers)
    for rule in writers[-1:]:
        yield rule.source.violation(
            rule.source.line_of(URIRef(name.value), HEAD),
            f"在 {place} 上，{told} 对同一个结论 {shown(conclusion.value)} 得出了两个 {shown(name.value)}："
            f"{values[0]} 和 {values[1]}；请让条件互相排除，或让 IRI 包含使它们不同的事物。",
            f"On {place}, {told} concluded two values of {shown(name.value)} for one conclusion,"
            f" {shown(conclusion.value)}: {values[0]} and {values[1]}. Let the conditions exclude"
            " each other, or let the IRI name what makes them differ.",
            shown(name.value),
        )
