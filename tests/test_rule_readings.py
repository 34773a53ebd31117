"""What rules are taken to read is what their algebra says, as rdflib has it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import count
from typing import Any

import pytest
from rdflib import Variable
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from kb_service.engine.patterns import reading_of
from kb_service.engine.rules import Rule
from tests.rule_reading import all_rules
from tests.small_rules import rule

Place = tuple[int, int, str]
Line = tuple[str, str, str]

ODD = (
    ("?it core:tier ?t . FILTER (?t != 1 || NOT EXISTS { ?it core:status ?s })", {"absent"}),
    ("?it core:tier ?t . FILTER (?t != 1 && exists { ?it core:status ?s })", {"optional"}),
    ("?it core:tier ?t . BIND (EXISTS { ?it core:status ?s } AS ?has)", {"optional"}),
    ("?it core:tier ?t MINUS { ?it core:tier 2 OPTIONAL { ?it core:status ?s } }", {"absent"}),
    ("?it core:tier ?t . { { ?it core:status ?s } }", {"required"}),
    ("?it core:tier ?t . { ?it core:status ?s } UNION { ?it core:tier 3 }", {"optional"}),
    (
        "VALUES ?t { 1 } { SELECT ?it (MAX(?s) AS ?m) WHERE { ?it core:status ?s } GROUP BY ?it }",
        (),
    ),
)


def algebra(each: Rule) -> Any:
    return translateQuery(parseQuery(each.text)).algebra


def patterns(node: Any, place: Place, numbers: Iterator[int]) -> Iterator[tuple[Place, Line]]:
    """Each triple pattern below a node, with its sub-select, its block and its kind."""
    scope, block, kind = place
    if isinstance(node, list | tuple):
        for part in node:
            yield from patterns(part, place, numbers)
    if not isinstance(node, CompValue):
        return

    def within(part: Any, inner: str) -> Iterator[tuple[Place, Line]]:
        inner = "absent" if kind == "absent" else inner
        return patterns(part, (scope, next(numbers), inner), numbers)

    if node.name == "BGP":
        yield from ((place, line(triple)) for triple in node.triples)
    elif node.name == "LeftJoin":
        yield from patterns(node.p1, place, numbers)
        yield from within((node.p2, node.expr), "optional")
    elif node.name == "Union":
        yield from within(node.p1, "optional")
        yield from within(node.p2, "optional")
    elif node.name == "Minus":
        yield from patterns(node.p1, place, numbers)
        yield from within(node.p2, "absent")
    elif node.name in ("Builtin_EXISTS", "Builtin_NOTEXISTS"):
        yield from within(node.graph, "absent" if "NOT" in node.name else "optional")
    elif node.name == "ToMultiSet":
        yield from patterns(node.p, (next(numbers), block, kind), numbers)
    else:
        for part in node.values():
            yield from patterns(part, place, numbers)


def line(triple: Iterable[Any]) -> Line:
    subject, predicate, value = (f"?{t}" if isinstance(t, Variable) else t.n3() for t in triple)
    return subject, predicate, value


def grouped(read: Iterable[tuple[Place, Line]]) -> list[Any]:
    """The patterns by sub-select and block, whatever numbers these have."""
    blocks: dict[tuple[int, int], list[tuple[str, Line]]] = defaultdict(list)
    for (scope, block, kind), triple in read:
        blocks[scope, block].append((kind, triple))
    scopes: dict[int, list[Any]] = defaultdict(list)
    for (scope, block), found in blocks.items():
        scopes[scope].append((block == 0, sorted(found)))
    return sorted((scope == 0, sorted(found)) for scope, found in scopes.items())


def read_of(each: Rule) -> list[tuple[Place, Line]]:
    return [
        ((p.scope, p.block, p.kind), (str(p.subject), str(p.predicate), str(p.object)))
        for p in reading_of(each).body
    ]


@cache
def odd_rules() -> tuple[Rule, ...]:
    return tuple(
        rule(f"odd-{number}", "a judgement:Gap", body) for number, (body, _) in enumerate(ODD)
    )


@pytest.mark.parametrize("each", (*all_rules(), *odd_rules()), ids=lambda each: each.name)
def test_a_rule_reads_what_its_algebra_says(each: Rule) -> None:
    whole = algebra(each)

    assert grouped(read_of(each)) == grouped(patterns(whole.p, (0, 0, "required"), count(1)))
    head = sorted(tuple(map(str, triple)) for triple in reading_of(each).head)
    assert head == sorted(map(line, whole.template))


@pytest.mark.parametrize("number", range(len(ODD)))
def test_what_need_not_be_there_is_not_required(number: int) -> None:
    kinds = {
        kind
        for (_, _, kind), (_, predicate, _) in read_of(odd_rules()[number])
        if predicate.endswith("core#status>")
    }

    assert kinds == set(ODD[number][1] or {"required"})


def test_sub_selects_are_numbered_as_the_text_has_them() -> None:
    scopes = {scope for (scope, _, _), _ in read_of(odd_rules()[-1])}

    assert scopes == {1}
    assert odd_rules()[-1].query.sub_selects[0].groups == ("it",)
