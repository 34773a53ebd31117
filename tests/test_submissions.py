"""Strangers' RDF is read, or refused with the place and what to write there, and ends nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from pyoxigraph import RdfFormat, Triple, parse

from kb_service.findings import RefusedInput
from kb_service.validation.precautions import DEEPEST
from kb_service.validation.submissions import MOST_BYTES, parse_submission
from kb_service.workers import WorkerDied, WorkerPool

FACT = Triple(*next(parse(b"<ex:a> <ex:b> <ex:c> .", format=RdfFormat.N_TRIPLES)).triple)
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="ex:"'
XML = f'<rdf:RDF {RDF}><rdf:Description rdf:about="ex:a">%s</rdf:Description></rdf:RDF>'
SAME_FACT = {
    "text/turtle": "@prefix ex: <ex:> . ex:a ex:b ex:c .",
    "application/n-triples": "<ex:a> <ex:b> <ex:c> .",
    "application/ld+json": '{"@id": "ex:a", "ex:b": {"@id": "ex:c"}}',
    "application/rdf+xml": XML % '<x:b rdf:resource="ex:c"/>',
}


def refusal(text: str | bytes, media_type: str = "text/turtle", filename: str = "") -> RefusedInput:
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(RefusedInput) as refused:
        parse_submission(data, media_type, filename)
    return refused.value


# Kinds of document


@pytest.mark.parametrize("media_type", SAME_FACT)
def test_four_formats_say_the_same(media_type: str) -> None:
    assert parse_submission(SAME_FACT[media_type].encode(), media_type) == [FACT]


@pytest.mark.parametrize(
    ("filename", "media_type"),
    [
        ("a.ttl", "text/turtle"),
        ("a.NT", "application/n-triples"),
        ("a.jsonld", "application/ld+json"),
        ("a.b.rdf", "application/rdf+xml"),
        ("a.owl", "application/rdf+xml"),
    ],
)
def test_the_name_tells_the_format_where_the_media_type_does_not(
    filename: str, media_type: str
) -> None:
    data = SAME_FACT[media_type].encode()

    assert parse_submission(data, "application/octet-stream", filename) == [FACT]
    assert parse_submission(data, "", filename) == [FACT]


def test_parameters_of_a_media_type_do_not_matter() -> None:
    data = SAME_FACT["text/turtle"].encode()

    assert parse_submission(data, "Text/Turtle; charset=UTF-8", "x.rdf") == [FACT]


def test_a_byte_order_mark_does_not_matter() -> None:
    assert parse_submission(SAME_FACT["text/turtle"].encode("utf-8-sig"), "text/turtle") == [FACT]


@pytest.mark.parametrize("media_type", ["application/trig", "application/n-quads", "image/png"])
def test_other_kinds_of_document_are_refused(media_type: str) -> None:
    refused = refusal("x", media_type)

    assert refused.status == 415
    assert refused.findings[0].value == media_type
    assert "Turtle" in refused.findings[0].message["zh"]


def test_a_document_that_is_too_long_is_refused_unread() -> None:
    refused = refusal(b" " * (MOST_BYTES + 1))

    assert refused.status == 413
    assert "20 MB" in refused.findings[0].message["en"]


# Syntax


@pytest.mark.parametrize(
    ("text", "where", "zh", "en"),
    [
        (
            "@prefix ex: <https://example.org/> .\nex:a core:rank 1 .",
            "line 2, column 6",
            "第 2 行第 6 列：前缀 core: 没有声明；请在文件开头加一行："
            "@prefix core: <https://w3id.org/rengang/ontology/core#> .",
            "Line 2, column 6: The prefix core: is not declared; put this at the top of the"
            " document: @prefix core: <https://w3id.org/rengang/ontology/core#> .",
        ),
        (
            "@prefix ex: <https://example.org/> .\nex:a ex:b 1\nex:c ex:d 2 .",
            "line 3, column 1",
            "第 3 行第 1 列：上一句没有结束；请在这里之前加一个英文句点“.”，若还是说同一个主语，则加“;”。",
            'Line 3, column 1: The statement before this place has no end; put a full stop "."'
            ' after it, or a semicolon ";" where the same subject goes on.',
        ),
        (
            "@prefix ex: <https://example.org/> .\nex:a ex:b",
            "line 2, column 10",
            "第 2 行第 10 列：文件在这里突然结束；请补全最后一句，并以英文句点“.”结尾。",
            "Line 2, column 10: The document ends in the middle of something; complete it, with a"
            ' full stop "." last.',
        ),
        (
            "@prefix ex: <https://example.org/> .\nex:a ex:b “耐心” 。",
            "line 2, column 11",
            '第 2 行第 11 列：这里有中文标点或全角字符 “ ，请改为半角的 " 。',
            'Line 2, column 11: There is a full-width “ here; write a plain " for it.',
        ),
        (
            "<a b> a <ex:c> .",
            "line 1, column 1",
            "第 1 行第 1 列：地址里不能有空格、引号或尖括号；请去掉它们，或用连字符代替空格。",
            "Line 1, column 1: An address has no spaces, quotes or angle brackets; remove them, or"
            " write hyphens for spaces.",
        ),
        (
            "<#me> a <ex:c> .",
            "line 1, column 1",
            "第 1 行第 1 列：请写完整的地址，例如 <https://w3id.org/rengang/position/team-leader>，"
            "或写前缀名。",
            "Line 1, column 1: Write the whole address, such as"
            " <https://w3id.org/rengang/position/team-leader>, or a prefixed name.",
        ),
        (
            '<ex:a> <ex:b> "one\ntwo" .',
            "line 1, column 19",
            '第 1 行第 19 列：这一行的文字没有以双引号结尾；请补上 "，'
            '多行文字请用三个双引号括起来，例如 """第一行…""" 。',
            'Line 1, column 19: The text on this line has no quote at its end; add ", or put text'
            ' of several lines between three double quotes, such as """first line …""".',
        ),
        (
            "<ex:g> { <ex:a> <ex:b> 1 . }",
            "line 1, column 8",
            "第 1 行第 8 列：主语之后应写属性，例如 core:weight 3.0 。",
            "Line 1, column 8: After the subject comes a property, such as core:weight 3.0 .",
        ),
    ],
    ids=["prefix", "dot", "end", "punctuation", "space", "relative", "line", "graph"],
)
def test_a_syntax_error_says_where_and_what_to_write(
    text: str, where: str, zh: str, en: str
) -> None:
    refused = refusal(text)

    assert refused.status == 400
    assert [(one.where, one.message["zh"], one.message["en"]) for one in refused.findings] == [
        (where, zh, en)
    ]


def test_broken_xml_has_its_line_and_column() -> None:
    refused = refusal(f"<rdf:RDF {RDF}>\n  <x:a></x:b>\n</rdf:RDF>", "application/rdf+xml")

    assert [(one.where, one.message["zh"]) for one in refused.findings] == [
        (
            "line 2, column 10",
            "第 2 行第 10 列的 XML 有误；请改正此处的标签、引号或前缀后再提交（mismatched tag）。",
        )
    ]


def test_broken_json_has_its_line_and_column() -> None:
    refused = refusal('{"@id": "ex:a",\n "ex:b": }', "application/ld+json")

    assert refused.findings[0].where == "line 2, column 10"


@pytest.mark.parametrize("encoding", ["gbk", "utf-16"])
def test_another_encoding_is_named_as_such(encoding: str) -> None:
    refused = refusal('<ex:a> <ex:b>\n "耐心" .'.encode(encoding))

    assert "UTF-8" in refused.findings[0].message["zh"]
    assert "UTF-8" in refused.findings[0].message["en"]


@pytest.mark.parametrize("encoding", ["rot13", "UTF-16", "windows-1252", "nonsense"])
def test_xml_that_declares_another_encoding_is_refused(encoding: str) -> None:
    declared = f"<?xml version='1.0' encoding='{encoding}'?><rdf:RDF {RDF}/>"

    refused = refusal(declared, "application/rdf+xml")

    assert refused.status == 400
    assert encoding in refused.findings[0].message["en"]
    assert refused.findings[0].where == "line 1"


def test_owl_xml_is_told_apart_from_rdf_xml() -> None:
    refused = refusal('<Ontology xmlns="http://www.w3.org/2002/07/owl#"/>', "", "model.owl")

    assert "Protégé" in refused.findings[0].message["en"]


@pytest.mark.parametrize(
    ("text", "media_type"),
    [
        ("", "text/turtle"),
        ('{"time-management": 7}', "application/ld+json"),
        (f"<rdf:RDF {RDF}/>", "application/rdf+xml"),
    ],
)
def test_a_document_without_triples_is_refused(text: str, media_type: str) -> None:
    assert "not one triple" in refusal(text, media_type).findings[0].message["en"]


def test_no_message_echoes_a_long_line() -> None:
    refused = refusal(f"<ex:a> <ex:b> {'x' * 5000}:y .")

    assert all(len(words) < 250 for words in refused.findings[0].message.values())
    assert len(refused.findings[0].value) <= 80


# What is meant to harm


@pytest.mark.parametrize(
    "context",
    [
        '"https://schema.org/"',
        '{"@import": "https://schema.org/"}',
        '{"p": {"@id": "ex:p", "@context": "file:///etc/passwd"}}',
    ],
)
def test_contexts_from_elsewhere_are_not_fetched(context: str) -> None:
    refused = refusal(
        f'{{"@context": {context}, "@id": "ex:a", "p": {{"name": "x"}}}}', "application/ld+json"
    )

    assert "not fetched" in refused.findings[0].message["en"]
    assert "不访问网络" in refused.findings[0].message["zh"]


def test_named_graphs_are_refused() -> None:
    refused = refusal(
        '{"@id": "ex:g", "@graph": [{"@id": "ex:a", "ex:b": 1}]}', "application/ld+json"
    )

    assert "Named graphs" in refused.findings[0].message["en"]


def doctype(entities: str) -> str:
    return f"<!DOCTYPE rdf:RDF [ {entities} ]>\n" + XML % "<x:b>&e;</x:b>"


@pytest.mark.parametrize(
    "entities",
    [
        '<!ENTITY a "aaaaaaaaaa"> <!ENTITY e "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">',
        '<!ENTITY e SYSTEM "file:///etc/passwd">',
        '<!ENTITY e PUBLIC "x" "http://example.org/x">',
        '<!ENTITY e "' + "x" * 400 + '">',
    ],
    ids=["multiplying", "file", "network", "long"],
)
def test_entities_that_multiply_or_fetch_are_refused(entities: str) -> None:
    refused = refusal(doctype(entities), "application/rdf+xml")

    assert refused.findings[0].where == "line 1"
    assert "entity" in refused.findings[0].message["en"]


def test_the_entities_that_protege_writes_are_read() -> None:
    triples = parse_submission(doctype('<!ENTITY e "ex:">').encode(), "application/rdf+xml")

    assert len(triples) == 1


@pytest.mark.parametrize(
    ("text", "media_type"),
    [
        ('{"@id":"ex:a","ex:b":' * 5000 + "1" + "}" * 5000, "application/ld+json"),
        ("[" * 200 + "]" * 200, "application/ld+json"),
        ("<ex:a> <ex:b> " + "<<( <ex:a> <ex:b> " * 500 + "1" + ")>>" * 500 + " .", "text/turtle"),
        (XML % ("<x:b><x:C>" * 5000 + "</x:C></x:b>" * 5000), "application/rdf+xml"),
    ],
    ids=["objects", "arrays", "quoted triples", "elements"],
)
def test_bottomless_nesting_is_refused_before_it_is_parsed(text: str, media_type: str) -> None:
    refused = refusal(text, media_type)

    assert f"{DEEPEST} levels" in refused.findings[0].message["en"]


def test_brackets_inside_text_are_no_nesting() -> None:
    text = json.dumps({"@id": "ex:a", "ex:b": '[{\\"' * 500})

    assert len(parse_submission(text.encode(), "application/ld+json")) == 1


def test_triples_about_triples_are_refused() -> None:
    refused = refusal("<ex:a> <ex:b> <<( <ex:a> <ex:b> 1 )>> .")

    assert "Triples about triples" in refused.findings[0].message["en"]


# The worker


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    with WorkerPool("kb_service.validation.worker:start", 1, 1024, 30.0) as workers:
        yield workers


def ask(pool: WorkerPool, text: str, media_type: str = "text/turtle") -> dict[str, Any]:
    request = {"kind": "rdf", "data": text.encode(), "media_type": media_type}
    answer: dict[str, Any] = pool.call({**request, "today": "2026-06-30"})
    return answer


PERSON = (
    "<https://w3id.org/rengang/person/p001> a <https://w3id.org/rengang/ontology/people#Person> ;"
    ' <http://purl.org/dc/terms/identifier> "p001" ; <https://schema.org/name> "林知夏" .'
)


def test_the_worker_answers_a_faultless_document_with_its_triples(pool: WorkerPool) -> None:
    answer = ask(pool, PERSON)

    assert (answer["findings"], answer["status"], answer["triples"]) == ([], 200, 3)
    assert len(list(parse(answer["ntriples"], format=RdfFormat.N_TRIPLES))) == 3


def test_the_worker_tells_what_a_document_breaks_and_gives_no_triples(pool: WorkerPool) -> None:
    answer = ask(pool, PERSON.replace('"p001"', '"p 001"'))

    assert [finding.value for finding in answer["findings"]] == ["p 001"]
    assert (answer["status"], answer["ntriples"]) == (422, b"")


def test_the_worker_tells_what_cannot_be_read(pool: WorkerPool) -> None:
    answer = ask(pool, "ex:a ex:b ex:c .")

    assert [finding.where for finding in answer["findings"]] == ["line 1, column 1"]
    assert (answer["status"], answer["triples"]) == (400, 0)


def test_the_worker_may_read_without_checking(pool: WorkerPool) -> None:
    request = {"kind": "read", "data": b"<ex:a> <ex:b> <ex:c> .", "filename": "a.ttl"}

    assert pool.call(request)["ntriples"] == b"<ex:a> <ex:b> <ex:c> .\n"


def test_the_worker_checks_triples_beside_others(pool: WorkerPool) -> None:
    post = "<https://w3id.org/rengang/person/p001/post>"
    holds = f"<https://w3id.org/rengang/person/p001> <http://www.w3.org/ns/org#holds> {post} .\n"
    kind = f"{post} a <https://w3id.org/rengang/ontology/people#Post> .\n".replace(
        " a ", " <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> "
    )
    position = (
        f"{post} <https://w3id.org/rengang/ontology/people#ofPosition>"
        " <https://w3id.org/rengang/position/team-leader> .\n"
    )
    request = {"kind": "triples", "ntriples": (kind + position).encode(), "today": "2026-06-30"}

    beside = pool.call({**request, "context_ntriples": holds.encode()})
    alone = pool.call(request)

    assert beside["findings"] == []
    assert [finding.shape.rsplit("/", 1)[-1] for finding in alone["findings"]] == [
        "Post-person-one"
    ]


def test_the_worker_refuses_a_document_that_would_fill_its_memory(pool: WorkerPool) -> None:
    entities = "".join(f'<!ENTITY e{number} "{"v" * 300}">' for number in range(50))
    uses = "".join(f"&e{number};" for number in range(50)) * 300
    bomb = f"<!DOCTYPE rdf:RDF [ {entities} ]>" + XML % (f"<x:b>{uses}</x:b>" * 100)

    assert ask(pool, bomb, "application/rdf+xml")["status"] == 400
    assert ask(pool, "[" * 100_000, "application/ld+json")["status"] == 400
    assert ask(pool, PERSON)["status"] == 200


def test_a_worker_that_dies_is_replaced(pool: WorkerPool) -> None:
    with pytest.raises(WorkerDied):
        pool.call({"kind": "rdf", "data": Poison(), "media_type": "", "today": "2026-06-30"})

    assert ask(pool, PERSON)["status"] == 200


class Poison:
    """Ends the process that unpickles it, as a parser out of stack would."""

    def __reduce__(self) -> tuple[object, tuple[int]]:
        import os

        return os._exit, (9,)
