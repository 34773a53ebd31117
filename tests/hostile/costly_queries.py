"""SPARQL that is short and fine, and whose answer takes for ever or grows without bound."""

from __future__ import annotations

from tests.hostile.attack import ON_THE_PAGE, Attack, attack

_FIRST_ROWS = "the page shows the first rows, and that there are more"
_FALSE = "the condition is false whatever is joined, which the engine sees before it joins"
_CROSS = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"


def _doubling(first: str, step: str, times: int) -> str:
    """BINDs of which each holds the one before twice."""
    binds = [f"BIND ({first} AS ?x0)"]
    binds += [f"BIND ({step.replace('?x', f'?x{n}')} AS ?x{n + 1})" for n in range(times)]
    return " ".join(binds)


def costly_queries() -> list[Attack]:
    """Products, paths, expressions that explode, and windows beyond all rows."""
    cross = f"{_CROSS} . ?j ?k ?l"
    tens = " ".join(f"VALUES ?v{n} {{ 0 1 2 3 4 5 6 7 8 9 }}" for n in range(12))
    everything = "(<urn:p>|!<urn:p>)*"
    return [
        attack("product counted", f"SELECT (COUNT(*) AS ?n) WHERE {{ {cross} }}"),
        attack("product sorted", f"SELECT * WHERE {{ {cross} }} ORDER BY ?l ?a"),
        attack("product distinct", f"SELECT DISTINCT ?a ?f ?i WHERE {{ {cross} }} OFFSET 99999999"),
        attack("product grouped", f"SELECT ?a (SUM(?c) AS ?n) WHERE {{ {cross} }} GROUP BY ?a ?d"),
        attack("product constructed", f"CONSTRUCT {{ ?a ?e ?i }} WHERE {{ {cross} }}"),
        attack(
            "product streamed",
            f"SELECT * WHERE {{ {cross} }}",
            harmless=_FIRST_ROWS,
            only_at=(ON_THE_PAGE,),
        ),
        attack("product described", f"DESCRIBE ?a ?d ?g WHERE {{ {cross} }}"),
        attack("product asked", f"ASK {{ {cross} FILTER (?a = ?i && ?b != ?b) }}", harmless=_FALSE),
        attack("product of values", f"SELECT (COUNT(*) AS ?n) WHERE {{ {tens} }}"),
        attack(
            "product joined late",
            f"SELECT (COUNT(*) AS ?n) {{ {cross} FILTER (STR(?a) < STR(?l)) }}",
        ),
        attack(
            "group concat",
            f'SELECT (GROUP_CONCAT(?c; separator="xxxxxxxxxxxx") AS ?n) WHERE {{ {cross} }}',
        ),
        attack("offset", f"SELECT * WHERE {{ {cross} }} OFFSET 9000000000000000000 LIMIT 1"),
        attack(
            "limit",
            f"SELECT * WHERE {{ {cross} }} LIMIT 9223372036854775807",
            harmless=_FIRST_ROWS,
            only_at=(ON_THE_PAGE,),
        ),
        attack("minus product", f"SELECT * WHERE {{ {_CROSS} MINUS {{ {cross} }} }}"),
        attack(
            "exists product",
            f"SELECT * WHERE {{ ?s ?p ?o FILTER NOT EXISTS {{ {cross} FILTER (?l = ?s && false) }} }}",
            harmless=_FALSE,
        ),
        attack(
            "optional products",
            f"SELECT (COUNT(*) AS ?n) WHERE {{ ?s ?p ?o OPTIONAL {{ {cross} }} }}",
        ),
        attack(
            "any path",
            f"SELECT (COUNT(*) AS ?n) WHERE {{ ?s {everything} ?o . ?o {everything} ?z }}",
        ),
        attack(
            "any path sorted",
            f"SELECT * WHERE {{ ?s {everything}/{everything}/{everything} ?o }} ORDER BY ?o",
        ),
        attack(
            "any path nested",
            f"SELECT * WHERE {{ ?s (({everything})/({everything})*)* ?o }} ORDER BY ?s",
        ),
        attack(
            "doubling text",
            f"SELECT (STRLEN(?x40) AS ?n) WHERE {{ {_doubling(chr(34) + 'aaaaaaaa' + chr(34), 'CONCAT(?x, ?x)', 40)} }}",
        ),
        attack(
            "doubling escapes",
            f"SELECT (STRLEN(?x40) AS ?n) WHERE {{ {_doubling(chr(34) + '%%' + chr(34), 'ENCODE_FOR_URI(CONCAT(?x, ?x))', 40)} }}",
        ),
        attack(
            "doubling replaced",
            f"SELECT (STRLEN(?x40) AS ?n) WHERE {{ {_doubling(chr(34) + 'aa' + chr(34), f'REPLACE(?x, {chr(34)}a{chr(34)}, {chr(34)}aaaa{chr(34)})', 40)} }}",
        ),
        attack(
            "doubling digests",
            f"SELECT ?x3000 WHERE {{ {_doubling(chr(34) + 'a' + chr(34), 'SHA512(CONCAT(?x, ?x))', 3000)} }}",
            harmless="every digest is as long as the last, so that one after the other takes no time",
        ),
        attack(
            "squared number",
            f"SELECT ?x60 WHERE {{ {_doubling('99999999999999999999.5', '?x * ?x', 60)} }}",
            harmless="an overflow is an error of the expression, which leaves it unbound",
        ),
        attack(
            "catastrophic pattern",
            f'ASK {{ ?a ?b ?c FILTER REGEX(CONCAT(STR(?a), "{"a" * 5000}!"), "^(([a-z])+.)+[A-Z]([a-z])+$") }}',
            harmless="the engine's patterns run in linear time",
        ),
        attack(
            "back references",
            'ASK { FILTER REGEX("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "^(a+)+\\\\1$") }',
            harmless="a pattern that does not compile is an error of the expression",
        ),
        attack(
            "repeated repetitions",
            'ASK { FILTER REGEX("a", "((((a{1,200}){1,200}){1,200}){1,200}){1,200}") }',
            harmless="a pattern that is too large is an error of the expression",
        ),
        attack(
            "pattern of classes",
            'ASK { ?s ?p ?o FILTER REGEX(STR(?o), "' + "[a-z]?" * 3000 + "[a-z]" * 3000 + '") }',
            harmless="a pattern that is too large is an error of the expression",
        ),
        attack(
            "patterns from data",
            f"SELECT (COUNT(*) AS ?n) WHERE {{ {_CROSS} FILTER REGEX(STR(?c), STR(?f)) }}",
        ),
        attack(
            "random order",
            f"SELECT * WHERE {{ {_CROSS} }} ORDER BY RAND() SHA512(STR(?c))",
        ),
        attack(
            "everything",
            "SELECT * WHERE { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } } ORDER BY ?o",
            harmless="the service that is attacked holds a few thousand facts, soon sorted",
        ),
    ]
