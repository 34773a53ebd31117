"""RDF documents that are deep, swell, fetch, or hold patterns that never end."""

from __future__ import annotations

import json

from tests.hostile.attack import NESTED, Attack, Canary, attack, reaching, wrapped

TURTLE = "text/turtle"
TRIG = "application/trig"
N_TRIPLES = "application/n-triples"
N_QUADS = "application/n-quads"
JSON_LD = "application/ld+json"
RDF_XML = "application/rdf+xml"
_RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="urn:e"'
_READABLE = "readable: a report says what is found in it"
_NAMES_ONLY = "an address in a document is a name; nobody goes and fetches it"


def documents() -> list[Attack]:
    """Every attack that is an RDF document."""
    return [*_turtle(), *_lines(), *_json_ld(), *_json_ld_reaching(), *_xml(), *_shapes()]


def _turtle() -> list[Attack]:
    return [
        attack(
            "turtle collections",
            f"<urn:s> <urn:p> {wrapped('(', '1', ')')} .",
            TURTLE,
            harmless=_READABLE,
        ),
        attack(
            "turtle blank nodes",
            f"{wrapped('[ <urn:p> ', '1', ' ]')} <urn:p> 1 .",
            TURTLE,
            harmless=_READABLE,
        ),
        attack("turtle unclosed", "<urn:s> <urn:p> " + "[ <urn:p> (" * 20_000, TURTLE),
        attack(
            "turtle triple terms",
            f"<urn:s> <urn:p> {wrapped('<<( <urn:s> <urn:p> ', '1', ' )>>')} .",
            TURTLE,
        ),
        attack(
            "turtle reified triples",
            f"{wrapped('<< ', '<urn:s>', ' <urn:p> 1 >>')} <urn:p> 1 .",
            TURTLE,
        ),
        attack("turtle annotations", "<urn:s> <urn:p> 1 " + "{| <urn:p> 1 " * NESTED, TURTLE),
        attack(
            "turtle objects",
            f"<urn:s> <urn:p> {', '.join(['1'] * 20_000)} .",
            TURTLE,
            harmless=_READABLE,
        ),
        attack(
            "turtle long text", f'<urn:s> <urn:p> "{"x" * 500_000}" .', TURTLE, harmless=_READABLE
        ),
        attack("turtle unclosed text", '<urn:s> <urn:p> """' + '"" ' * 50_000, TURTLE),
        attack("turtle half a character", '<urn:s> <urn:p> "\\uD800" .', TURTLE),
        attack(
            "turtle not utf-8",
            b'<urn:s> <urn:p> "\xff" .',
            TURTLE,
            harmless="pasted into a form or into JSON it is text already",
        ),
        attack("turtle other bytes", "<urn:s> <urn:p> 1 .".encode("utf-16"), TURTLE),
        attack(
            "turtle long number", f"<urn:s> <urn:p> {'9' * 100_000} .", TURTLE, harmless=_READABLE
        ),
        reaching(
            "turtle imports",
            lambda c: (
                f"<urn:o> a <http://www.w3.org/2002/07/owl#Ontology> ; "
                f"<http://www.w3.org/2002/07/owl#imports> <{c.address}> , <{c.file_iri}> ."
            ),
            TURTLE,
            harmless=_NAMES_ONLY,
        ),
        reaching(
            "turtle base",
            lambda c: f"@base <{c.address}> . <x> <y> <z> .",
            TURTLE,
            harmless=_NAMES_ONLY,
        ),
        attack(
            "turtle python module",
            "@prefix owlready: <http://www.lesfleursdunormal.fr/static/_downloads/owlready_ontology.owl#> .\n"
            '<urn:o> a <http://www.w3.org/2002/07/owl#Ontology> ; owlready:python_module "antigravity" .',
            TURTLE,
            harmless="an annotation is a fact like another; no module is imported",
        ),
        attack("text that is an address", "http://127.0.0.1/", TURTLE),
        attack("text that is a path", "/etc/passwd", TURTLE),
    ]


def _lines() -> list[Attack]:
    deep = wrapped("<<( <urn:s> <urn:p> ", "<urn:o>", " )>>")
    return [
        attack("n-triples triple terms", f"<urn:s> <urn:p> {deep} .", N_TRIPLES),
        attack(
            "n-triples long iri",
            f"<urn:{'s' * 500_000}> <urn:p> <urn:o> .",
            N_TRIPLES,
            harmless=_READABLE,
        ),
        attack("n-triples unclosed", "<urn:s> <urn:p> <" + "o" * 300_000, N_TRIPLES),
        attack("n-quads triple terms", f"<urn:s> <urn:p> {deep} <urn:g> .", N_QUADS),
        attack(
            "n-quads many graphs",
            "\n".join(f"<urn:s> <urn:p> <urn:o> <urn:g{n}> ." for n in range(5000)),
            N_QUADS,
            harmless=_READABLE,
        ),
        attack("trig collections", f"<urn:g> {{ <urn:s> <urn:p> {wrapped('(', '1', ')')} }}", TRIG),
        attack("trig graphs in graphs", wrapped("<urn:g> { ", "<urn:s> <urn:p> 1", " }"), TRIG),
    ]


def _json_ld() -> list[Attack]:
    return [
        attack("json-ld arrays", wrapped("[", "1", "]"), JSON_LD),
        attack("json-ld objects", wrapped('{"urn:p":', "1", "}"), JSON_LD),
        attack(
            "json-ld lists",
            f'{{"urn:p": {wrapped(chr(123) + chr(34) + "@list" + chr(34) + ": [", "1", "]}")}}}',
            JSON_LD,
        ),
        attack("json-ld contexts", wrapped('{"@context":', "{}", "}"), JSON_LD),
        attack("json-ld context lists", f'{{"@context": {wrapped("[", "{}", "]")}}}', JSON_LD),
        attack("json-ld graphs", wrapped('{"@graph":[', "", "]}"), JSON_LD),
        attack("json-ld reverse", wrapped('{"@reverse":{"urn:p":', "{}", "}}"), JSON_LD),
        attack("json-ld nests", wrapped('{"@nest":', "{}", "}"), JSON_LD),
        attack("json-ld unclosed", '{"urn:p":[' * 20_000, JSON_LD),
        attack(
            "json-ld twice", '{"@id":"urn:s","@id":"urn:t","urn:p":1}', JSON_LD, harmless=_READABLE
        ),
        attack("json-ld half a character", '{"@id":"urn:s","urn:p":"\\ud800"}', JSON_LD),
        attack(
            "json-ld number",
            f'{{"@id":"urn:s","urn:p":1e{"9" * 400}}}',
            JSON_LD,
            harmless=_READABLE,
        ),
        attack(
            "json-ld terms in a circle",
            json.dumps({"@context": {"a": "b:x", "b": "a:y"}, "@id": "urn:s", "a": 1}),
            JSON_LD,
            harmless=_READABLE,
        ),
        attack(
            "json-ld terms that swell",
            json.dumps(
                {
                    "@context": {f"t{n}": f"t{n - 1}:t{n - 1}:" for n in range(1, 60)}
                    | {"t0": "urn:x"},
                    "@id": "urn:s",
                    "t59": 1,
                }
            ),
            JSON_LD,
            harmless=_READABLE,
        ),
    ]


def _json_ld_reaching() -> list[Attack]:
    def context(name: str, value: object) -> Attack:
        def make(canary: Canary) -> str:
            shown = json.dumps({"@context": value, "@id": "urn:s", "a": 1})
            return shown.replace("CANARY", canary.address).replace("FILE", canary.file_iri)

        return reaching(f"json-ld context {name}", make, JSON_LD)

    return [
        context("elsewhere", "CANARY"),
        context("in a file", "FILE"),
        context("among others", [{}, "CANARY"]),
        context("imported", {"@import": "CANARY"}),
        context("of a term", {"a": {"@id": "urn:a", "@context": "CANARY"}}),
        context("relative", {"@base": "CANARY", "a": {"@id": "urn:a", "@context": "x"}}),
    ]


def _xml() -> list[Attack]:
    def with_entities(declared: str, used: str) -> str:
        return (
            f"<!DOCTYPE rdf:RDF [{declared}]><rdf:RDF {_RDF}>"
            f'<rdf:Description rdf:about="urn:s"><e:p>{used}</e:p></rdf:Description></rdf:RDF>'
        )

    bomb = '<!ENTITY a0 "aaaaaaaaaa">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)
    )
    deep = wrapped("<e:p><rdf:Description>", "", "</rdf:Description></e:p>", 3000)
    return [
        attack("xml entity bomb", with_entities(bomb, "&a11;"), RDF_XML),
        attack(
            "xml quadratic entity",
            with_entities(f'<!ENTITY a "{"a" * 50_000}">', "&a;" * 20_000),
            RDF_XML,
        ),
        attack(
            "xml entities in a circle",
            with_entities('<!ENTITY a "&b;"><!ENTITY b "&a;">', "&a;"),
            RDF_XML,
        ),
        reaching(
            "xml file",
            lambda c: with_entities(f'<!ENTITY a SYSTEM "{c.file_iri}">', "&a;"),
            RDF_XML,
        ),
        reaching(
            "xml address",
            lambda c: with_entities(f'<!ENTITY a SYSTEM "{c.address}">', "&a;"),
            RDF_XML,
        ),
        reaching(
            "xml parameter entity",
            lambda c: with_entities(f'<!ENTITY % a SYSTEM "{c.address}"> %a;', "x"),
            RDF_XML,
        ),
        reaching(
            "xml external type",
            lambda c: f'<!DOCTYPE r SYSTEM "{c.address}"><rdf:RDF {_RDF}/>',
            RDF_XML,
        ),
        reaching(
            "xml inclusion",
            lambda c: (
                f'<rdf:RDF {_RDF} xmlns:xi="http://www.w3.org/2001/XInclude">'
                f'<xi:include href="{c.file_iri}" parse="text"/></rdf:RDF>'
            ),
            RDF_XML,
            harmless=_NAMES_ONLY,
        ),
        attack(
            "xml nested",
            f'<rdf:RDF {_RDF}><rdf:Description rdf:about="urn:s">{deep}</rdf:Description></rdf:RDF>',
            RDF_XML,
        ),
        attack("xml unclosed", f"<rdf:RDF {_RDF}>" + "<rdf:Description><e:p>" * 20_000, RDF_XML),
        attack(
            "xml attributes",
            f'<rdf:RDF {_RDF}><rdf:Description rdf:about="urn:s" '
            + " ".join(f'e:a{n}="1"' for n in range(5000))
            + "/></rdf:RDF>",
            RDF_XML,
            harmless=_READABLE,
        ),
        attack(
            "xml literal",
            f'<rdf:RDF {_RDF}><rdf:Description><e:p rdf:parseType="Literal">{wrapped("<a>", "", "</a>")}</e:p></rdf:Description></rdf:RDF>',
            RDF_XML,
        ),
        attack("xml in utf-7", "+ADw-?xml version='1.0' encoding='UTF-7'?+AD4-", RDF_XML),
        attack("xml of unknown coding", "<?xml version='1.0' encoding='rot13'?><a/>", RDF_XML),
    ]


def _shapes() -> list[Attack]:
    """Shapes of a stranger are data like any other: nothing in them is carried out."""
    prefixes = (
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
        "@prefix core: <https://w3id.org/rengang/ontology/core#> .\n"
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
    )
    said = "a stranger's shape is a fact like another; it is not applied"
    slow = '"^(([a-z])+.)+[A-Z]([a-z])+$"'
    return [
        attack(
            "shape with a slow pattern",
            prefixes + f"<urn:s> a sh:NodeShape ; sh:targetSubjectsOf skos:prefLabel ; "
            f"sh:property [ sh:path skos:prefLabel ; sh:pattern {slow} ] .\n"
            f'<urn:x> skos:prefLabel "{"a" * 60}" .',
            TURTLE,
            harmless=said,
        ),
        attack(
            "label for a slow pattern",
            prefixes + f"<https://w3id.org/rengang/position/{'a-' * 60}> a core:Position ; "
            f'skos:prefLabel "{"a" * 5000}!" ; core:code "{"1" * 5000}x" ; '
            f'<http://purl.org/dc/terms/identifier> "{"a-" * 2000}!" .',
            TURTLE,
            harmless=_READABLE,
        ),
        reaching(
            "shape with a query",
            lambda c: (
                prefixes
                + "<urn:s> a sh:NodeShape ; sh:targetNode <urn:x> ; sh:sparql [ "
                + f'sh:select "SELECT $this {{ SERVICE <{c.address}> {{ $this ?p ?o }} }}" ] .'
            ),
            TURTLE,
            harmless=said,
        ),
        reaching(
            "shape with script",
            lambda c: (
                prefixes
                + "<urn:s> a sh:NodeShape ; sh:targetNode <urn:x> ; sh:js [ "
                + f'sh:jsLibrary [ sh:jsLibraryURL "{c.address}" ] ; sh:jsFunctionName "x" ] .'
            ),
            TURTLE,
            harmless=said,
        ),
        attack(
            "shapes in a circle",
            prefixes
            + "<urn:s> sh:node <urn:t> . <urn:t> sh:node <urn:s> ; sh:targetNode <urn:x> .",
            TURTLE,
            harmless=said,
        ),
        attack(
            "requirements in a circle",
            prefixes + "<https://w3id.org/rengang/position-model/x> a core:PositionModel ; "
            "core:hasRequirement <https://w3id.org/rengang/position-model/x> .",
            TURTLE,
            harmless=_READABLE,
        ),
    ]
