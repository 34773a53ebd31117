"""How long the layout of Turtle takes, for ontologies of several sizes as Protégé might save them.

    python -m tools.format_benchmark [LINES...]

The first size is that of gist, a well-known upper ontology of about 3,400 lines.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Sequence

from pyoxigraph import RdfFormat, parse, serialize

from kb_service.turtle_layout import format_turtle
from kb_service.vocabulary import NAMESPACES

_SIZES = (3_400, 13_600, 54_400)
_LINES_OF_A_CLASS = 33
_HEADER = "".join(
    f"@prefix {name}: <{NAMESPACES[name]}> .\n" for name in ("core", "owl", "rdfs", "skos")
)
_CLASS = """
core:C{number} a owl:Class ;
  rdfs:subClassOf core:C{above} ,
    [ a owl:Restriction ; owl:onProperty core:p{number} ; owl:someValuesFrom core:C{other} ] ,
    [ a owl:Class ; owl:unionOf ( core:C{other} core:C{above} [ a owl:Class ;
        owl:complementOf core:C{number} ] ) ] ;
  skos:prefLabel "第 {number} 类"@zh, "Class {number}"@en ;
  skos:definition "由基准程序写出的第 {number} 个类。"@zh, "The class number {number} of a benchmark."@en .
core:p{number} a owl:ObjectProperty ; skos:prefLabel "关系 {number}"@zh, "relation {number}"@en .
[] a owl:AllDisjointClasses ; owl:members ( core:C{number} core:C{other} ) .
"""


def ontology(lines: int) -> str:
    """An invented ontology that has about so many lines once it is laid out, in no order at all."""
    chance = random.Random(lines)
    count = max(2, lines // _LINES_OF_A_CLASS)
    text = "<https://w3id.org/rengang/ontology/benchmark> a owl:Ontology .\n" + "".join(
        _CLASS.format(number=number, above=number // 2, other=chance.randrange(count))
        for number in range(1, count + 1)
    )
    triples = [quad.triple for quad in parse(_HEADER + text, format=RdfFormat.TURTLE)]
    chance.shuffle(triples)
    shuffled = serialize(triples, format=RdfFormat.TURTLE)
    assert shuffled is not None
    return shuffled.decode()


def main(arguments: Sequence[str]) -> None:
    """Print a row for each size."""
    print("| lines | seconds | lines a second |\n|--:|--:|--:|")
    for size in map(int, arguments or _SIZES):
        text = ontology(size)
        begun = time.perf_counter()
        lines = format_turtle(text).count("\n")
        seconds = time.perf_counter() - begun
        print(f"| {lines:,} | {seconds:.2f} | {lines / seconds:,.0f} |")


if __name__ == "__main__":
    main(sys.argv[1:])
