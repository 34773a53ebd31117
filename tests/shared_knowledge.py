"""Questions that tests put to the shared knowledge: ontology, frameworks, models, catalogue, policy."""

from __future__ import annotations

from functools import cache

from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from kb_service.knowledge_files import read_shared_knowledge
from kb_service.vocabulary import NAMESPACES, shorten

PREFIXES = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in NAMESPACES.items())

# What a requirement asks: its own level, else the one that policy gives to its tier.
LEVEL_ASKED = """
    ?model core:requires ?requirement .
    ?requirement core:dimension ?dimension ; core:tier ?tier .
    ?dimension core:part ?part ; core:scale ?scale .
    ?default a judgement:TierDefault ; core:part ?part ; core:tier ?tier ; core:scale ?scale ;
        core:requiredLevel ?byTier .
    OPTIONAL { ?requirement core:requiredLevel ?own }
    BIND (COALESCE(?own, ?byTier) AS ?level)
"""


@cache
def knowledge() -> Store:
    """Everything shared, each file in its own graph."""
    store = Store()
    for graph, triples in read_shared_knowledge().items():
        store.extend(Quad(t.subject, t.predicate, t.object, graph) for t in triples)
    return store


def rows(pattern: str) -> list[tuple[str, ...]]:
    """The solutions of a SELECT over all graphs, IRIs as `prefix:name`."""
    solutions = knowledge().query(PREFIXES + pattern, use_default_graph_as_union=True)
    assert isinstance(solutions, QuerySolutions)
    return [tuple(_text(term) for term in solution) for solution in solutions]


def _text(term: object) -> str:
    if isinstance(term, NamedNode):
        return shorten(term)
    return term.value if isinstance(term, Literal) else ""


def column(pattern: str) -> list[str]:
    """The first column of the solutions."""
    return [row[0] for row in rows(pattern)]
