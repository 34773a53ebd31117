"""Updates worked out to quads, compared with the engine's own updates of a store in memory."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    Store,
)

from kb_service.store.placement import OwnDefaultGraph, UpdateProblem
from kb_service.store.quad_state import QuadState, TooManyQuads
from kb_service.store.sparql_update import Existence, QuadChange, UpdateEvaluator
from kb_service.store.update_syntax import UpdateText

G, H = NamedNode("http://e/g"), NamedNode("http://e/h")
PROLOGUE = "PREFIX e: <http://e/>\nBASE <http://e/>\n"

SUBJECTS = [NamedNode("http://e/a"), NamedNode("http://e/b"), BlankNode("known")]
PREDICATES = [NamedNode("http://e/p"), NamedNode("http://e/q")]
VALUES = [*SUBJECTS, Literal(1), Literal("1"), Literal("x", language="en")]

quads = st.builds(
    Quad,
    st.sampled_from(SUBJECTS),
    st.sampled_from(PREDICATES),
    st.sampled_from(VALUES),
    st.sampled_from([DefaultGraph(), G, H]),
)
stored = st.lists(quads, max_size=12)

# Operations as texts

nodes = st.sampled_from(["e:a", "<b>", "e:a"])
values = st.sampled_from(["e:a", "e:b", "1", "'1'", '"x"@en', '"""y { ; }"""', "2.50"])
variables = st.sampled_from(["?s", "?p", "?o", "$o", "?g"])
properties = st.sampled_from(["e:p", "e:q"])


def said(parts: Iterable[str], separator: str = " ") -> str:
    """Pieces of SPARQL, one after another."""
    return separator.join(parts)


data = st.tuples(nodes, properties, values).map(said)
data_with_nodes = st.sampled_from(["_:n e:p [ e:q ( 1 2 ) ]", "[] e:p _:n", "e:a e:q _:n"])
pattern = st.tuples(
    nodes | variables, properties | st.sampled_from(["?p"]), values | variables
).map(said)
graph_names = st.sampled_from(["e:g", "<h>", "e:k"])


def blocks(
    triples: st.SearchStrategy[str], names: st.SearchStrategy[str]
) -> st.SearchStrategy[str]:
    """Groups of quads in braces."""
    plain = st.lists(triples, max_size=2).map(lambda some: said(some, " . "))
    named = st.tuples(names, plain).map(lambda pair: f"GRAPH {pair[0]} {{ {pair[1]} }}")
    return (
        st.lists(plain | named, min_size=1, max_size=2)
        .map(lambda parts: "{ " + said((part + " " for part in parts), " ") + "}")
        .filter(lambda block: not _runs_together(block))
    )


def _runs_together(block: str) -> bool:
    """Whether two lists of triples stand beside each other without a full stop."""
    try:
        Store().query(f"{PROLOGUE}ASK {block}")
    except SyntaxError:
        return True
    return False


where = st.sampled_from(
    [
        "{ ?s ?p ?o }",
        "{ GRAPH ?g { ?s ?p ?o } }",
        "{ GRAPH e:g { ?s ?p ?o } OPTIONAL { ?o ?p ?g } }",
        "{ ?s e:p ?o . FILTER NOT EXISTS { ?s e:q ?o } BIND (e:new AS ?p) }",
        "{ { SELECT ?s (COUNT(*) AS ?o) { ?s ?p ?x } GROUP BY ?s } VALUES ?p { e:p e:q } }",
        "{ VALUES (?s ?p ?o ?g) { (e:a e:p 1 e:g) (UNDEF e:q 2 <h>) } }",
        "{ ?s (e:p|e:q)+ ?o . BIND (BNODE() AS ?g) BIND (e:p AS ?p) }",
        "{ }",
    ]
)
templates = blocks(pattern, graph_names | st.sampled_from(["?g"]))
inserted = blocks(pattern | data_with_nodes, graph_names | st.sampled_from(["?g"]))
datasets = st.sampled_from(
    ["", "USING e:g", "USING e:g USING <h>", "USING NAMED e:g", "USING <h> USING NAMED e:g"]
)
withs = st.sampled_from(["", "WITH e:g ", "WITH <h> "])
modifications = st.one_of(
    st.tuples(withs, templates, inserted, datasets, where).map(
        lambda m: f"{m[0]}DELETE {m[1]} INSERT {m[2]} {m[3]} WHERE {m[4]}"
    ),
    st.tuples(withs, templates, datasets, where).map(
        lambda m: f"{m[0]}DELETE {m[1]} {m[2]} WHERE {m[3]}"
    ),
    st.tuples(withs, inserted, datasets, where).map(
        lambda m: f"{m[0]}insert {m[1]} {m[2]} where {m[3]}"
    ),
)
targets = st.sampled_from(["DEFAULT", "GRAPH e:g", "<h>", "GRAPH e:k"])
there = st.sampled_from(["DEFAULT", "e:g", "GRAPH <h>"])
operations = st.one_of(
    blocks(data | data_with_nodes, graph_names).map(lambda block: f"INSERT DATA {block}"),
    blocks(data, graph_names).map(lambda block: f"DELETE DATA {block}"),
    templates.map(lambda block: f"DELETE WHERE {block}"),
    modifications,
    st.sampled_from(["CLEAR DEFAULT", "CLEAR NAMED", "CLEAR ALL", "CLEAR SILENT GRAPH e:g"]),
    st.just("CREATE SILENT GRAPH e:k"),
    st.tuples(st.sampled_from(["ADD", "COPY SILENT"]), there, targets)
    .filter(lambda t: t[1].split()[-1] != t[2].split()[-1])
    .map(lambda t: f"{t[0]} {t[1]} TO {t[2]}"),
)
# After these a graph may be gone, where the engine and the standard see the next one otherwise.
dropped = st.sampled_from(
    [
        "",
        " ; DROP SILENT GRAPH e:g",
        " ;\nDROP ALL",
        " ; DROP NAMED ;",
        " ; MOVE DEFAULT TO <h>",
        " ; MOVE SILENT GRAPH e:g TO e:k ;",
    ]
)


def renumbered(texts: list[str]) -> list[str]:
    """The operations with blank nodes of their own, as the standard asks."""
    return [text.replace("_:n", f"_:n{number}") for number, text in enumerate(texts)]


updates = st.tuples(st.lists(operations, min_size=1, max_size=3).map(renumbered), dropped).map(
    lambda parts: PROLOGUE + said(parts[0], " ;\n# a comment ; }\n") + parts[1]
)


def worked_out(before: Iterable[Quad], update: UpdateText, most: int = 1000) -> QuadChange:
    """What an update comes to over these quads."""
    committed = Store()
    committed.extend(before)
    for graph in (G, H):
        committed.add_graph(graph)

    def copied() -> Store:
        copy = Store()
        copy.extend(committed)
        return copy

    state = QuadState(committed, copied, most)
    existence = Existence(frozenset({G, H}))
    return UpdateEvaluator(update, state, OwnDefaultGraph(), None, existence, most).change()


def after(before: Iterable[Quad], change: QuadChange) -> set[Quad]:
    """The quads that there are once a change is applied, which must be exact."""
    held = set(before)
    assert set(change.removed) <= held
    assert not set(change.added) & held
    return (held - set(change.removed)) | set(change.added)


def canonical(quads: Iterable[Quad]) -> set[Quad]:
    """The quads with blank nodes called by what is said of them."""
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return set(dataset)


@settings(suppress_health_check=list(HealthCheck), max_examples=150)
@given(stored, updates)
def test_an_update_comes_to_what_the_engine_makes_of_it(before: list[Quad], update: str) -> None:
    own = Store()
    own.extend(before)
    for graph in (G, H):
        own.add_graph(graph)
    own.update(update)

    change = worked_out(before, UpdateText(update))

    # The engine also makes graphs that are named by a blank node, which nobody could ever name.
    expected = (quad for quad in own if not isinstance(quad.graph_name, BlankNode))
    assert canonical(after(before, change)) == canonical(expected)


def quad(text: str) -> Quad:
    """The quad that a piece of TriG-like text in the prefix e: says."""
    store = Store()
    store.update(f"{PROLOGUE} INSERT DATA {{ {text} }}")
    found: list[Quad] = list(store)
    return found[0]


def changed(update: str, *before: str, **options: object) -> tuple[set[Quad], set[Quad]]:
    """What an update removes and adds."""
    text = UpdateText(PROLOGUE + update, **options)  # type: ignore[arg-type]
    change = worked_out([quad(each) for each in before], text)
    return set(change.removed), set(change.added)


def test_a_later_operation_sees_what_an_earlier_one_did() -> None:
    removed, added = changed(
        "DELETE { ?s e:p ?v } INSERT { ?s e:p ?w } WHERE { ?s e:p ?v BIND (?v + 1 AS ?w) } ;"
        "INSERT { ?s e:q e:seen } WHERE { ?s e:p 2 } ; DELETE WHERE { ?s e:p 1 }",
        "e:a e:p 1",
    )

    assert removed == {quad("e:a e:p 1")}
    assert added == {quad("e:a e:p 2"), quad("e:a e:q e:seen")}


def test_a_declaration_may_come_between_operations() -> None:
    _, added = changed(
        "INSERT DATA { e:a e:p 1 } ; PREFIX f: <http://f/> BASE <http://f/> "
        "INSERT DATA { f:a e:p <b> }"
    )

    assert added == {quad("e:a e:p 1"), quad("<http://f/a> e:p <http://f/b>")}


def test_what_cancels_out_is_no_change() -> None:
    update = "DELETE DATA { e:a e:p 1 } ; INSERT DATA { e:a e:p 1 , 2 } ; DELETE DATA { e:a e:p 2 }"

    assert changed(update, "e:a e:p 1") == (set(), set())


@pytest.mark.parametrize(
    ("options", "values"),
    [
        ({"using": ("http://e/g",), "using_named": ()}, "g"),
        ({"using": (), "using_named": ("http://e/h",)}, ""),
        ({"using": ("http://e/g", "http://e/h"), "using_named": ()}, "gh"),
        ({}, "d"),
    ],
)
def test_the_request_may_choose_what_is_read(options: dict[str, object], values: str) -> None:
    before = ("e:a e:p 'd'", "GRAPH e:g { e:a e:p 'g' }", "GRAPH e:h { e:a e:p 'h' }")

    _, added = changed("INSERT { e:a e:q ?o } WHERE { e:a e:p ?o }", *before, **options)

    assert added == {quad(f"e:a e:q '{value}'") for value in values}


@pytest.mark.parametrize(
    "said_twice", ["WITH e:g DELETE {} WHERE {}", "INSERT {} USING e:g WHERE {}"]
)
def test_request_and_update_cannot_both_choose(said_twice: str) -> None:
    with pytest.raises(UpdateProblem) as refused:
        changed(said_twice, using=("http://e/g",), using_named=())

    assert refused.value.status == 400


def test_a_single_graph_can_be_all_that_an_update_sees() -> None:
    removed, added = changed(
        "DELETE { ?s e:p ?o } INSERT { ?s e:q ?o } WHERE { ?s e:p ?o } ; INSERT { e:a e:q ?g } "
        "WHERE { GRAPH ?g { ?s ?p ?o } }",
        "GRAPH e:g { e:a e:p 1 }",
        "GRAPH e:h { e:a e:p 2 }",
        "e:a e:p 3",
        only_graph="http://e/g",
    )

    assert removed == {quad("GRAPH e:g { e:a e:p 1 }")}
    assert added == {quad("GRAPH e:g { e:a e:q 1 }"), quad("GRAPH e:g { e:a e:q e:g }")}


@pytest.mark.parametrize(
    ("update", "status", "place"),
    [
        ("INSERT DATA {\n  e:a e:p }", 400, "line 4, column 11"),
        ("INSERT DATA { e:a e:p 1 } ;\n INSERT DATA { e:a ! 1 }", 400, "line 4, column 2"),
        ("DELETE DATA { e:a e:p ?v }", 400, "line 3"),
        ("DELETE { e:a e:p _:n } WHERE { }", 400, "line 3"),
        ("INSERT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 1", 400, "Line 3, column 40"),
        ("INSERT DATA { e:a e:p 1", 400, "At the end"),
        ("INSERTDATA { e:a e:p 1 }", 400, "space"),
        ("SELECT * { ?s ?p ?o }", 400, "Line 3, column 1"),
        ("INSERT DATA { _:n e:p 1 } ; INSERT DATA { _:n e:p 1 }", 400, "_:n"),
        ("LOAD <http://127.0.0.1:1/>", 400, "LOAD is refused"),
        ("LOAD SILENT <file:///etc/passwd> INTO GRAPH e:g", 400, "LOAD is refused"),
        ("INSERT { ?s ?p ?o } WHERE { SERVICE SILENT <http://e/> { ?s ?p ?o } }", 400, "SERVICE"),
        ("INSERT {} WHERE " + "{" * 200 + "}" * 200, 400, "nested deeper"),
        ("COPY e:k TO e:g", 404, "no graph"),
        ("CREATE GRAPH e:g", 409, "exists already"),
    ],
)
def test_what_cannot_be_run_is_refused_with_its_place(update: str, status: int, place: str) -> None:
    with pytest.raises(UpdateProblem) as refused:
        changed(update, "GRAPH e:g { e:a e:p 1 }")

    assert refused.value.status == status
    assert place in str(refused.value)


def test_copying_a_graph_that_is_not_there_takes_nothing_from_the_target() -> None:
    assert changed("COPY SILENT e:k TO e:g", "GRAPH e:g { e:a e:p 1 }") == (set(), set())


def test_text_that_looks_like_operations_is_left_alone() -> None:
    _, added = changed(
        "INSERT DATA { e:a e:p \"} ; CLEAR ALL\", '''?v''' , \"\\u0022 } ; DROP ALL\" } # } ;"
    )

    texts = ("} ; CLEAR ALL", "?v", '" } ; DROP ALL')
    assert {triple.object for triple in added} == {Literal(text) for text in texts}


def test_a_variable_in_a_text_is_no_variable() -> None:
    _, added = changed("INSERT { ?s e:q '?s $o' , ?o } WHERE { ?s e:p ?o }", "e:a e:p 1")

    assert added == {quad("e:a e:q '?s $o'"), quad("e:a e:q 1")}


def test_a_change_is_bounded() -> None:
    update = "INSERT { ?s e:q ?x } WHERE { ?s e:p ?o VALUES ?x { 1 2 3 4 5 6 7 8 9 } }"

    with pytest.raises(TooManyQuads):
        worked_out([quad("e:a e:p 1")], UpdateText(PROLOGUE + update), most=5)
