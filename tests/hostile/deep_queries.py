"""SPARQL that is nested deeply or goes on for long: parsers and planners call themselves."""

from __future__ import annotations

from tests.hostile.attack import LONG, Attack, attack, wrapped

_FLAT = "flat: an engine may well take it in its stride"
_T = "?s ?p ?o"


def _where(inside: str) -> str:
    return f"SELECT * WHERE {{ {inside} }} LIMIT 1"


def _filter(condition: str) -> str:
    return _where(f"{_T} FILTER ({condition})")


def _path(path: str) -> str:
    return f"PREFIX : <http://example.org/> SELECT * WHERE {{ ?s {path} ?o }} LIMIT 1"


def _joined(one: str, by: str, times: int = LONG) -> str:
    return by.join([one] * times)


def deep_queries() -> list[Attack]:
    """Nesting of every kind that the grammar has."""
    return [
        attack("unclosed groups", "SELECT * WHERE " + "{" * 2200),
        attack("groups", f"SELECT * WHERE {wrapped('{ ', _T, ' }')}"),
        attack("optionals", _where(wrapped("OPTIONAL { ", _T, " }"))),
        attack("unions", _where(wrapped("{ ", _T, " } UNION { ?a ?b ?c }").strip())),
        attack("unions nested", _where(wrapped("{ { ?a ?b ?c } UNION ", "{ ?s ?p ?o }", " }"))),
        attack("minus", _where(_T + wrapped(" MINUS { ", _T, " }"))),
        attack("exists", _where(_T + wrapped(" FILTER EXISTS { ", _T, " }"))),
        attack("not exists", _where(_T + wrapped(" FILTER NOT EXISTS { ", _T, " }"))),
        attack("subselects", wrapped("SELECT * WHERE { { ", "SELECT * { ?s ?p ?o }", " } }")),
        attack("graphs", _where(wrapped("GRAPH ?g { ", _T, " }"))),
        attack("services", _where(wrapped("SERVICE <http://localhost/> { ", _T, " }"))),
        attack("parentheses", _filter(wrapped("(", "true", ")"))),
        attack("unclosed parentheses", _where(f"{_T} FILTER (" + "(" * 3000)),
        attack("nots", _filter("!" * 5000 + "false"), harmless="a chain, not a nest"),
        attack("minuses", _filter("1 = " + "- " * 5000 + "1")),
        attack("functions", _filter(wrapped("STR(", "?s", ")") + ' = ""')),
        attack("conditions", _filter(wrapped("IF(true, ", "true", ", false)"))),
        attack("coalesce", _filter(wrapped("COALESCE(", "true", ")"))),
        attack("concatenations", _filter(wrapped("CONCAT(", '"a"', ', "b")') + ' = ""')),
        attack("in lists nested", _filter(wrapped("1 IN (", "1", ")"))),
        attack("exists in bind", _where(wrapped("BIND (EXISTS { ", _T, " } AS ?b)", 2000))),
        attack("paths", _path(wrapped("(", ":p", ")"))),
        attack("paths starred", _path(wrapped("(", ":p", ")*"))),
        attack("paths optional", _path(wrapped("(", ":p", "/:q)?"))),
        attack("paths inverted", _path(wrapped("^(", ":p", ")"))),
        attack("paths alternating", _path(wrapped("(", ":p", "|:q)"))),
        attack("collections", _where(wrapped("(", "1", ")") + " ?p ?o")),
        attack("blank node lists", _where(wrapped("[ ?p ", "1", " ]") + " ?p ?o")),
        attack("unclosed blank nodes", "SELECT * WHERE { " + "[ ?p " * 5000),
        attack("reified triples", _where(wrapped("<< ", "?s", " ?p ?o >>") + " ?p ?o")),
        attack("triple terms", _where("?s ?p " + wrapped("<<( ?s ?p ", "?o", " )>>"))),
        attack("aggregates", f"SELECT ({wrapped('SUM(', '1', ')')} AS ?n) WHERE {{ {_T} }}"),
        attack("having", f"SELECT ?s WHERE {{ {_T} }} GROUP BY ?s HAVING {wrapped('(', '1', ')')}"),
        attack("order by", f"SELECT * WHERE {{ {_T} }} ORDER BY {wrapped('(', '?s', ')')}"),
        attack(
            "construct lists", f"CONSTRUCT {{ ?s ?p {wrapped('(', '1', ')')} }} WHERE {{ {_T} }}"
        ),
        attack("values within groups", _where(wrapped("{ VALUES ?x { 1 } ", _T, " }"))),
    ]


def long_queries() -> list[Attack]:
    """The same without nesting: chains and lists of which grammars make trees."""
    return [
        attack("ands", _filter(_joined("true", " && ")), harmless=_FLAT),
        attack("ors", _filter(_joined("false", " || ")), harmless=_FLAT),
        attack("sums", _filter(_joined("1", " + ") + " > 0"), harmless=_FLAT),
        attack("quotients", _filter(_joined("1", " / ") + " > 0"), harmless=_FLAT),
        attack("union chain", _where(_joined("{ ?s ?p ?o }", " UNION ", 3000)), harmless=_FLAT),
        attack("optional chain", _where(_joined("OPTIONAL { ?s ?p ?o }", " ", 3000))),
        attack(
            "minus chain",
            _where(_T + _joined(" MINUS { ?x ?y ?z }", " ", 3000)),
            harmless=_FLAT,
        ),
        attack("path sequence", _path(_joined(":p", "/")), harmless=_FLAT),
        attack("path alternatives", _path(_joined(":p", "|")), harmless=_FLAT),
        attack("negated set", _path(f"!({_joined(':p', '|')})"), harmless=_FLAT),
        attack("in list", _filter(f"?o IN ({_joined('1', ', ')})"), harmless=_FLAT),
        attack("values", _where(f"VALUES ?x {{ {_joined('1', ' ')} }}"), harmless=_FLAT),
        attack("list", _where(f"({_joined('1', ' ')}) ?p ?o"), harmless=_FLAT),
        attack("patterns", _where(_joined("?s ?p ?o", " . ", 5000)), harmless=_FLAT),
        attack(
            "joins",
            _where(" . ".join(f"?v{n} ?p{n} ?v{n + 1}" for n in range(2000))),
            harmless=_FLAT,
        ),
        attack(
            "binds",
            _where(" ".join(f"BIND ({n} AS ?v{n})" for n in range(3000))),
            harmless=_FLAT,
        ),
        attack(
            "columns",
            f"SELECT {' '.join(f'(1 AS ?v{n})' for n in range(5000))} {{ }}",
            harmless=_FLAT,
        ),
        attack(
            "prefixes",
            "\n".join(f"PREFIX p{n}: <http://example.org/{n}#>" for n in range(5000))
            + " ASK { ?s ?p ?o }",
            harmless=_FLAT,
        ),
        attack("arguments", _filter(f"CONCAT({_joined('?s', ', ')}) = ''"), harmless=_FLAT),
        attack("described", f"DESCRIBE {_joined('<http://example.org/x>', ' ')}", harmless=_FLAT),
        attack(
            "template",
            f"CONSTRUCT {{ {_joined(_T, ' . ', 3000)} }} {{ {_T} }} LIMIT 1",
            harmless=_FLAT,
        ),
        attack("comments", "#" * 100_000 + "\n" * 50_000 + "ASK { }", harmless=_FLAT),
        attack("escapes", 'ASK { ?s ?p "' + "\\u0041" * 50_000 + '" }', harmless=_FLAT),
        attack("long text", f'ASK {{ ?s ?p "{"x" * 500_000}" }}', harmless=_FLAT),
        attack("long name", f"ASK {{ ?{'x' * 100_000} ?p ?o }}", harmless=_FLAT),
        attack("long iri", f"ASK {{ <http://example.org/{'x' * 200_000}> ?p ?o }}", harmless=_FLAT),
        attack("long number", f"ASK {{ FILTER ({'9' * 200_000} > 1) }}", harmless=_FLAT),
        attack("long exponent", "ASK { FILTER (1e999999999 > 1) }", harmless=_FLAT),
    ]


def broken_queries() -> list[Attack]:
    """Text that is no SPARQL, in ways that scanners stumble over."""
    return [
        attack("nothing", "", harmless="on the page it is the empty form"),
        attack("not utf-8", b'ASK { ?s ?p "\xff\xfe" }'),
        attack("half a character", 'ASK { ?s ?p "\ud800" }'),
        attack("escaped half a character", 'ASK { ?s ?p "\\uD800" }'),
        attack("beyond unicode", 'ASK { ?s ?p "\\UFFFFFFFF" }'),
        attack("nul", 'ASK { ?s ?p "\x00" }\x00', harmless="a string may hold any character"),
        attack("unclosed text", 'ASK { ?s ?p """' + '"" ' * 20_000),
        attack("unclosed iri", "ASK { <http://" + "a" * 50_000),
        attack("quotes", "'" * 50_000),
        attack("backslashes", 'ASK { ?s ?p "' + "\\" * 50_001),
        attack("limit beyond numbers", "SELECT * { ?s ?p ?o } LIMIT " + "9" * 400),
        attack("offset beyond numbers", "SELECT * { ?s ?p ?o } OFFSET 99999999999999999999"),
        attack("two queries", "ASK { } ASK { }"),
        attack("an update as query", "DELETE WHERE { ?s ?p ?o }"),
        attack("json", '{"query": "ASK {}"}'),
        attack("xml", "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
        attack("byte order marks", "\ufeff" * 1000 + "ASK { }"),
        attack("directional marks", "ASK { ?s ?p \u202e\u2066 }"),
    ]
