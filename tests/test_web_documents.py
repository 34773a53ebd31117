"""Documents handed in: validated, imported, refused."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient

from kb_service.knowledge_base import KnowledgeBase
from kb_service.sheets.columns import ASSESSMENTS_SHEETS
from tests.conftest import RECENTLY, body

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MODEL = "customer-service-specialist"
GOOD_TURTLE = """
@prefix people: <https://w3id.org/rengang/ontology/people#> .
@prefix person: <https://w3id.org/rengang/person/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix schema: <https://schema.org/> .
person:zoe a people:Person ; dcterms:identifier "zoe" ; schema:name "Zoe" .
"""
BAD_TURTLE = GOOD_TURTLE.replace('schema:name "Zoe"', "schema:nome 1") + (
    "person:zoe people:salery 1 ."
)


def csv(*lines: str) -> bytes:
    """A CSV file with the header that tests need."""
    return "\n".join(["工号,姓名,日期,来源,耐心坚持,时间管理", *lines]).encode()


def upload(data: bytes, filename: str) -> dict[str, Any]:
    """A file as a form sends it."""
    return {"file": (io.BytesIO(data), filename)}


def stored(base: KnowledgeBase) -> tuple[int, int]:
    """What changes whenever anything is stored."""
    return base.store.generation, len(base.people_ids())


# Validate


def test_a_good_document_conforms(client: FlaskClient) -> None:
    answer = client.post("/api/v1/validate", data=GOOD_TURTLE, content_type="text/turtle")

    assert answer.status_code == 200
    assert body(answer)["conforms"] is True
    assert body(answer)["checked"] == {"triples": 3}
    assert body(answer)["findings"] == []


def test_a_document_with_faults_is_answered_with_them_in_both_languages(
    client: FlaskClient, knowledge_base: KnowledgeBase
) -> None:
    before = stored(knowledge_base)

    answer = client.post("/api/v1/validate", data=BAD_TURTLE, content_type="text/turtle")

    assert answer.status_code == 200
    assert body(answer)["conforms"] is False
    assert body(answer)["violations"] == len(
        [one for one in body(answer)["findings"] if one["severity"] == "violation"]
    )
    assert any("people:salery" in one["message"]["en"] for one in body(answer)["findings"])
    assert all(set(one["message"]) == {"zh", "en"} for one in body(answer)["findings"])
    assert stored(knowledge_base) == before


@pytest.mark.parametrize(
    ("accept", "words"),
    [
        ("text/turtle", "sh:conforms false"),
        ("application/ld+json", "http://www.w3.org/ns/shacl#conforms"),
        ("application/n-triples", "<http://www.w3.org/ns/shacl#conforms>"),
    ],
)
def test_findings_can_be_had_as_a_shacl_report(
    client: FlaskClient, accept: str, words: str
) -> None:
    answer = client.post(
        "/api/v1/validate", data=BAD_TURTLE, content_type="text/turtle", headers={"Accept": accept}
    )

    assert answer.status_code == 200
    assert answer.mimetype == accept
    assert words in answer.text


@pytest.mark.parametrize(
    ("data", "media_type", "status"),
    [
        (b"<a> <b", "text/turtle", 400),
        (b"\xff\xfe", "text/turtle", 400),
        (b"{", "application/ld+json", 400),
        (b"[" * 5000, "application/ld+json", 400),
        (b"<rdf:RDF", "application/rdf+xml", 400),
        (b"<a> <b> <c> .", "application/trig", 415),
        (b"<a> <b> <c> .", "text/html", 415),
        (b"no workbook", EXCEL, 422),
        (b"PK\x03\x04 broken", EXCEL, 422),
        (b"", "text/turtle", 400),
    ],
)
def test_a_document_that_cannot_be_read_is_a_problem(
    client: FlaskClient, data: bytes, media_type: str, status: int
) -> None:
    answer = client.post("/api/v1/validate", data=data, content_type=media_type)

    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"


def test_an_entity_bomb_is_refused(client: FlaskClient) -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE r [<!ENTITY e0 "x">{entities}]><r>&e11;</r>'

    answer = client.post("/api/v1/validate", data=bomb, content_type="application/rdf+xml")

    assert answer.status_code == 400


def test_a_sheet_is_validated_row_by_row_and_not_stored(
    client: FlaskClient, knowledge_base: KnowledgeBase
) -> None:
    before = stored(knowledge_base)
    sheet = csv(f"zoe,Zoe,{RECENTLY},测验,7,8")

    answer = client.post("/api/v1/validate", data=sheet, content_type="text/csv")

    assert answer.status_code == 200, answer.text
    assert body(answer)["checked"] == {"people": 1, "assessments": 1}
    assert body(answer)["conforms"] is True
    assert stored(knowledge_base) == before


# Import


def test_an_uploaded_sheet_is_stored_and_concluded(client: FlaskClient) -> None:
    sheet = csv(f"import-1,Ines,{RECENTLY},测验,7,8")

    answer = client.post("/api/v1/import", data=upload(sheet, "评分.csv"))

    assert answer.status_code == 200, answer.text
    assessment = f"t12-{RECENTLY}-test"
    assert answer.json == {
        "people": 1,
        "assessments": 1,
        "stored": [{"person": "import-1", "name": "Ines", "assessments": [assessment]}],
        "notes": [],
    }
    fit = body(client.get(f"/api/v1/people/import-1/fit/{MODEL}"))
    assert fit["verdict"] == "insufficient-evidence"


def test_a_sheet_of_ratings_takes_nobodys_post_away(client: FlaskClient) -> None:
    client.put("/api/v1/people/import-2", json={"name": "Ivo", "post": MODEL})

    client.post(
        "/api/v1/import", data=csv(f"import-2,,{RECENTLY},测验,7,8"), content_type="text/csv"
    )

    person = body(client.get("/api/v1/people/import-2"))
    assert (person["name"], person["post"], len(person["assessments"])) == ("Ivo", MODEL, 1)


def test_the_filled_template_comes_back_in(client: FlaskClient) -> None:
    template = client.get("/api/v1/template")
    assert template.mimetype == EXCEL
    book = openpyxl.load_workbook(io.BytesIO(template.data))
    page = book[ASSESSMENTS_SHEETS["t12"]]
    columns = {cell.value: cell.column for row in page.iter_rows(max_row=4) for cell in row}
    filled = {"person": "import-3", "name": "Ida", "date": RECENTLY, "source": "test"}
    for key, value in {**filled, "patience": 6}.items():
        page.cell(5, columns[key], value)
    out = io.BytesIO()
    book.save(out)

    answer = client.post("/api/v1/import", data=out.getvalue(), content_type=EXCEL)

    assert answer.status_code == 200, answer.text
    assert body(answer)["stored"][0]["person"] == "import-3"


TOMORROWS = date.max.isoformat()
BAD_SHEETS = {
    "a rating of 11": (csv(f"bad-1,B,{RECENTLY},测验,11,8"), "line 2, column E"),
    "a day to come": (csv(f"bad-1,B,{TOMORROWS},测验,7,8"), "line 2, column C"),
    "an unknown source": (csv(f"bad-1,B,{RECENTLY},占星,7,8"), "line 2, column D"),
    "an assessment twice": (
        csv(f"bad-1,B,{RECENTLY},测验,7,8", f"bad-1,B,{RECENTLY},测验,6,8"),
        "line 3",
    ),
    "no header": (b"hello,world\n1,2\n", ""),
}


@pytest.mark.parametrize("fault", BAD_SHEETS)
def test_a_sheet_with_a_fault_is_refused_with_row_and_column(
    client: FlaskClient, knowledge_base: KnowledgeBase, fault: str
) -> None:
    data, where = BAD_SHEETS[fault]
    before = stored(knowledge_base)

    answer = client.post("/api/v1/import", data=upload(data, "评分.csv"))

    assert answer.status_code == 422
    assert answer.mimetype == "application/problem+json"
    assert any(one.get("where", "").startswith(where) for one in body(answer)["findings"])
    assert stored(knowledge_base) == before


@pytest.mark.parametrize(
    ("kwargs", "status"),
    [
        ({"data": GOOD_TURTLE, "content_type": "text/turtle"}, 415),
        ({"data": {}}, 400),
        ({"data": {"other": (io.BytesIO(b"x"), "x.csv")}}, 400),
        ({"data": upload(b"x", "x.exe")}, 415),
        ({"data": upload(b"PK\x03\x04zip", "x.xlsx")}, 422),
    ],
)
def test_what_is_no_sheet_is_refused(
    client: FlaskClient, kwargs: dict[str, Any], status: int
) -> None:
    content_type = kwargs.get("content_type", "multipart/form-data")

    answer = client.post("/api/v1/import", **{**kwargs, "content_type": content_type})

    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
