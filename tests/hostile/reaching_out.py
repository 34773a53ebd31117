"""SPARQL that would fetch from elsewhere or read files."""

from __future__ import annotations

from tests.hostile.attack import PATCHED, Attack, attack, reaching

_NAMED = "a graph that is not here is empty; nobody goes and fetches it"
_EMPTY = "where there is nothing, a product and a copy of it are nothing, and change nothing"


def reaching_queries() -> list[Attack]:
    """SERVICE, FROM and functions that name the canary."""
    return [
        reaching("service", lambda c: f"SELECT * {{ SERVICE <{c.address}> {{ ?s ?p ?o }} }}"),
        reaching(
            "service silent",
            lambda c: f"SELECT * {{ SERVICE SILENT <{c.address}> {{ ?s ?p ?o }} }}",
        ),
        reaching(
            "service named by data",
            lambda c: f"SELECT * {{ VALUES ?e {{ <{c.address}> }} SERVICE ?e {{ ?s ?p ?o }} }}",
        ),
        reaching(
            "service in a subselect",
            lambda c: f"ASK {{ {{ SELECT * {{ SERVICE <{c.address}> {{ ?s ?p ?o }} }} }} }}",
        ),
        reaching(
            "service in exists",
            lambda c: f"ASK {{ FILTER EXISTS {{ SERVICE <{c.address}> {{ ?s ?p ?o }} }} }}",
        ),
        reaching(
            "service of a file", lambda c: f"SELECT * {{ SERVICE <{c.file_iri}> {{ ?s ?p ?o }} }}"
        ),
        attack("service by name", "SELECT * { SERVICE <http://canary.invalid/> { ?s ?p ?o } }"),
        reaching("from", lambda c: f"SELECT * FROM <{c.address}> {{ ?s ?p ?o }}", harmless=_NAMED),
        reaching(
            "from named",
            lambda c: f"SELECT * FROM NAMED <{c.address}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
            harmless=_NAMED,
        ),
        reaching(
            "from a file", lambda c: f"SELECT * FROM <{c.file_iri}> {{ ?s ?p ?o }}", harmless=_NAMED
        ),
        reaching(
            "graph", lambda c: f"SELECT * {{ GRAPH <{c.address}> {{ ?s ?p ?o }} }}", harmless=_NAMED
        ),
        reaching(
            "function",
            lambda c: f"ASK {{ BIND (<{c.address}/run>(1) AS ?x) }}",
            harmless="a function that is unknown is an error of the expression",
        ),
        reaching("base", lambda c: f"BASE <{c.address}> DESCRIBE <x>", harmless=_NAMED),
        reaching("load as query", lambda c: f"LOAD <{c.address}>"),
    ]


def updates() -> list[Attack]:
    """Updates that fetch, explode, or name what is not the caller's."""
    every = "INSERT DATA { GRAPH <urn:x> { "
    people = "https://w3id.org/rengang/people/"
    return [
        reaching("load", lambda c: f"LOAD <{c.address}>"),
        reaching("load silent", lambda c: f"LOAD SILENT <{c.address}> INTO GRAPH <urn:x>"),
        reaching("load a file", lambda c: f"LOAD <{c.file_iri}> INTO GRAPH <urn:x>"),
        reaching(
            "service in an update",
            lambda c: f"INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <{c.address}> {{ ?s ?p ?o }} }}",
        ),
        attack("unclosed insert", every + "[ <urn:p> " * 5000),
        attack("deep insert", every + "<urn:s> <urn:p> " + "(" * 4000 + "1" + ")" * 4000 + " } }"),
        attack(
            "deep triple terms",
            every
            + "<urn:s> <urn:p> "
            + "<<( <urn:s> <urn:p> " * 4000
            + "1"
            + " )>>" * 4000
            + " } }",
        ),
        attack("deep where", "DELETE { ?s ?p ?o } WHERE " + "{ " * 4000 + "?s ?p ?o" + " }" * 4000),
        attack(
            "product inserted",
            "INSERT { GRAPH <urn:x> { ?a ?e ?i } } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }",
            harmless=_EMPTY,
            only_at=(PATCHED,),
        ),
        attack(
            "product deleted",
            "DELETE { ?a ?b ?c } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER (?a = ?i && ?b != ?b) }",
            harmless="the filter holds of nothing, which the engine may see before it joins",
        ),
        attack(
            "minted without end",
            "INSERT { GRAPH <urn:x> { ?n <urn:p> ?a } } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i "
            "BIND (UUID() AS ?n) }",
            harmless=_EMPTY,
            only_at=(PATCHED,),
        ),
        attack(
            "many operations",
            "CREATE SILENT GRAPH <urn:x> ; " * 20_000,
            harmless="a graph into which nothing is put is no change, however often it is made",
        ),
        attack(
            "copies",
            "COPY DEFAULT TO <urn:x> ; ADD <urn:x> TO <urn:y> ; " * 3000,
            harmless=_EMPTY,
            only_at=(PATCHED,),
        ),
        attack(
            "our conclusions",
            "INSERT DATA { GRAPH <https://w3id.org/rengang/conclusions/shared> { <urn:s> <urn:p> 1 } }",
        ),
        attack(
            "nobody's graph", f"INSERT DATA {{ GRAPH <{people}../../x> {{ <urn:s> <urn:p> 1 }} }}"
        ),
        attack("a query as update", "SELECT * { ?s ?p ?o }"),
        attack("half an update", 'INSERT DATA { <urn:s> <urn:p> "\ud800" }'),
    ]
