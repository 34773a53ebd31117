"""Position models handed in and out: over HTTP, at the command line, read where they do no harm."""

from __future__ import annotations

import json
import re
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat, parse, serialize

from kb_service.access.view import View
from kb_service.cli import main
from kb_service.findings import Finding
from kb_service.knowledge_base.model_documents import MODEL_TYPES, TURTLE, SubmittedModel
from kb_service.knowledge_base.model_worker import EXCEL, JSON
from kb_service.position_models import RecordedPlaces
from kb_service.position_models.form import MODEL_MEMBERS, POSITION_FIELDS
from kb_service.position_models.form_rows import (
    DUTY_FIELDS,
    REQUIREMENT_FIELDS,
    STANDARD_FIELDS,
)
from tests.conftest import body
from tests.model_forms import SHIPPED, same_graph, triples_of

_DOCUMENT = "/api/v1/position-models/trainer/document"
_TRAINER = next(path for path in SHIPPED if path.stem == "trainer")
ABILITIES, POSITION = "能力 Abilities", "岗位 Position"


@pytest.mark.parametrize("media_type", MODEL_TYPES)
def test_a_model_is_given_in_each_form_and_says_what_its_file_says(
    client: FlaskClient, view: View, media_type: str
) -> None:
    answer = client.get(_DOCUMENT, headers={"Accept": media_type})

    assert answer.status_code == 200
    assert answer.mimetype == media_type
    assert answer.headers["Vary"].count("Accept") >= 1
    suffix = MODEL_TYPES[media_type]
    assert answer.headers["Content-Disposition"] == f"attachment; filename=trainer{suffix}"
    submitted = view.read_model(answer.data, media_type)
    assert submitted.findings == ()
    assert same_graph(submitted.triples, triples_of(_TRAINER))


def test_json_comes_where_nothing_else_is_asked_for_and_other_types_are_refused(
    client: FlaskClient,
) -> None:
    plain = client.get(_DOCUMENT)
    refused = client.get(_DOCUMENT, headers={"Accept": "text/csv"})

    assert body(plain)["id"] == "trainer"
    assert body(plain)["position"]["duties"][0]["rank"] == 1
    assert refused.status_code == 406


def test_a_version_of_a_model_is_given_by_its_number(client: FlaskClient) -> None:
    known = client.get(f"{_DOCUMENT}?version=0.1.0")
    unknown = client.get(f"{_DOCUMENT}?version=9.9.9")

    assert body(known)["version"] == "0.1.0"
    assert unknown.status_code == 404
    assert client.get("/api/v1/position-models/nobody/document").status_code == 404


def test_the_template_offers_what_a_model_may_name(client: FlaskClient) -> None:
    answer = client.get("/api/v1/template/model?framework=t12")

    book = openpyxl.load_workbook(BytesIO(answer.data))
    titles = [sheet.title for sheet in book]
    assert titles == [
        "岗位 Position",
        "职责 Duties",
        "方向 Directions",
        "能力 Abilities",
        "动机 Motivations",
        "说明 Guide",
        "示例 Example",
        "选项",
    ]
    offered = {
        str(each.sqref).split(":")[0]: each.formula1
        for each in book[ABILITIES].data_validations.dataValidation
    }
    lists = book["选项"]
    column = offered["A5"].split("$")[1]
    texts = [cell.value for cell in lists[column]]
    assert "耐心坚持 / Patience and persistence (patience)" in texts
    assert len(texts) == 49
    assert offered["C5"] == '"1,2,3,4,5,6,7,8,9,10"'
    assert {"B5", "G5"} <= set(offered) or {"B5", "H5"} <= set(offered)


def test_the_guide_tells_what_policy_gives_by_tier(client: FlaskClient) -> None:
    book = openpyxl.load_workbook(BytesIO(client.get("/api/v1/template/model").data))

    rows = [[str(cell.value) for cell in row] for row in book["说明 Guide"].iter_rows()]
    levels = [row[6] for row in rows if row[2:4] == ["level", ABILITIES]]
    weights = [row[6] for row in rows if row[2:4] == ["weight", ABILITIES]]
    assert levels == ["1–10\n主要 main: 8\n辅助 auxiliary: 7\n次要 secondary: 6"]
    assert weights == ["> 0\n主要 main: 3\n辅助 auxiliary: 2\n次要 secondary: 1"]


def test_the_filled_example_is_a_model_that_conforms(client: FlaskClient, view: View) -> None:
    data = client.get("/api/v1/template/model?framework=t12&filled=true").data

    checked = view.check_model(view.read_model(data, EXCEL))

    assert [finding.message["en"] for finding in checked.findings] == []


def test_templates_of_frameworks_that_do_not_exist_are_not_found(client: FlaskClient) -> None:
    assert client.get("/api/v1/template/model?framework=t13").status_code == 404
    assert client.get("/api/v1/template/model?filled=perhaps").status_code == 400


def test_validating_a_workbook_places_findings_in_cells(client: FlaskClient) -> None:
    book = openpyxl.load_workbook(BytesIO(_exported(client, EXCEL)))
    book[ABILITIES]["E5"] = 9.5
    book[ABILITIES]["A6"] = "pateince"

    answer = client.post("/api/v1/validate", data=_saved(book), content_type=EXCEL)

    told = {(each["severity"], each["where"]) for each in body(answer)["findings"]}
    assert ("violation", "能力 Abilities!A6") in told
    assert ("warning", "能力 Abilities!E5") in told


def test_validating_json_places_findings_at_pointers(client: FlaskClient) -> None:
    document = json.loads(_exported(client, JSON))
    document["abilities"][0]["level"] = "高"
    del document["position"]["duties"][1]["label"]["en"]

    answer = client.post("/api/v1/validate", json=document)

    told = [(each["severity"], each["where"]) for each in body(answer)["findings"]]
    assert sorted(told) == [
        ("violation", "/abilities/0/level"),
        ("violation", "/position/duties/1/label/en"),
    ]


def test_every_kind_of_document_of_a_model_says_the_same(view: View) -> None:
    turtle = _TRAINER.read_bytes()
    triples = triples_of(_TRAINER)
    graph = view.read_model(turtle, TURTLE)
    linked = view.read_model(_as(triples, RdfFormat.JSON_LD), JSON, "trainer.json")
    lines = view.read_model(_as(triples, RdfFormat.N_TRIPLES), "", "trainer.nt")
    xml = view.read_model(_as(triples, RdfFormat.RDF_XML), "", "trainer.rdf")

    for submitted in (graph, linked, lines, xml):
        assert submitted.findings == ()
        assert same_graph(submitted.triples, triples)


def test_a_line_of_turtle_is_the_place_of_what_it_says(view: View) -> None:
    text = _TRAINER.read_text()
    line = next(n for n, each in enumerate(text.splitlines(), 1) if "core:status" in each)

    submitted = view.read_model(text.encode(), TURTLE)

    model = "https://w3id.org/rengang/position-model/trainer"
    status = "https://w3id.org/rengang/ontology/core#status"
    assert submitted.places.place(model, status, "").startswith(f"line {line}")


@pytest.mark.parametrize(
    ("data", "media_type", "filename", "status"),
    [
        (b"a b", TURTLE, "", 400),
        (b"{", JSON, "", 400),
        (b"[]", JSON, "", 422),
        (b"PK", EXCEL, "", 422),
        (b"GIF89a", "image/gif", "", 415),
        (b"GIF89a", "", "model.gif", 415),
        (b"[" * 3_000_000, JSON, "", 400),
    ],
)
def test_what_is_no_model_is_told_and_nothing_raises(
    view: View, data: bytes, media_type: str, filename: str, status: int
) -> None:
    submitted = view.read_model(data, media_type, filename)

    assert submitted.status == status
    assert not submitted.is_whole
    assert submitted.triples == ()


def test_a_workbook_that_unpacks_without_end_is_refused(view: View) -> None:
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 300_000_000)

    submitted = view.read_model(bomb.getvalue(), EXCEL)

    assert submitted.status == 413
    assert not submitted.is_whole


def test_a_shape_does_not_repeat_what_reading_has_told() -> None:
    places = RecordedPlaces({"a": "S!A5"}, {("a", "tier"): "S!B5"})
    told = Finding("violation", {"zh": "层级", "en": "tier"}, where="S!B5")
    submitted = SubmittedModel(places=places, findings=(told,))
    echo = Finding("violation", {"zh": "缺", "en": "missing"}, focus="a", path="tier")
    other = Finding("violation", {"zh": "缺", "en": "missing"}, focus="a", path="level")

    assert submitted.without_echoes([echo, other]) == (other,)


def _exported(client: FlaskClient, media_type: str) -> bytes:
    data: bytes = client.get(_DOCUMENT, headers={"Accept": media_type}).data
    return data


def _saved(book: Any) -> bytes:
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _as(triples: Any, form: RdfFormat) -> bytes:
    return serialize(triples, format=form) or b""


def _run(*arguments: object) -> Result:
    env = {"LC_ALL": "en_US.UTF-8"}
    return CliRunner().invoke(main, [str(each) for each in arguments], env=env)


def _author(folder: Path) -> Path:
    """A workbook as a new author fills it in from the template."""
    path = folder / "analyst.xlsx"
    data = folder / "unused"
    assert _run("template", "model", path, "--framework", "t12", "--data", data).exit_code == 0
    book = openpyxl.load_workbook(path)
    form = {book[POSITION].cell(row, 1).value: row for row in range(5, 40)}
    texts = {
        "id": ("data-analyst", None),
        "position.label": ("数据分析师", "Data analyst"),
        "position.definition": ("整理、分析数据的岗位。", "Post that prepares and analyses data."),
        "definition": ("取数准确、分析有据。", "Exact figures and sound analysis."),
    }
    for key, pair in texts.items():
        for column, text in zip((4, 5), pair, strict=True):
            book[POSITION].cell(form[key], column).value = text
    rows: dict[str, list[tuple[object, ...]]] = {
        "职责 Duties": [(None, "整理数据", "Prepare data", "核对数据。", "Checks figures.")],
        "方向 Directions": [("事务型", "主要")],
        ABILITIES: [("细致严谨", "主要", 8.5, None, 6, "一错皆错。", "One slip spoils all.")],
        "动机 Motivations": [
            ("成长", "第一动机"),
            ("工作", "第二动机"),
            ("安全", "第三动机"),
        ],
    }
    for title, lines in rows.items():
        for number, line in enumerate(lines, start=5):
            for column, value in enumerate(line, start=1):
                book[title].cell(number, column).value = value
    book.save(path)
    return path


def test_what_a_new_author_fills_in_is_checked_imported_and_exported_again(
    tmp_path: Path,
) -> None:
    path, data = _author(tmp_path), tmp_path / "data"

    checked = _run("check", path, "--data", data)
    imported = _run("import", path, "--data", data)
    exported = _run("export", "model", "data-analyst", tmp_path / "a.json", "--data", data)

    assert checked.exit_code == 0, checked.output
    assert imported.exit_code == 0, imported.output
    assert exported.exit_code == 0, exported.output
    document = json.loads((tmp_path / "a.json").read_text())
    assert document["abilities"] == [
        {
            "dimension": "attention-to-detail",
            "tier": "main",
            "level": 8.5,
            "floor": 6,
            "rationale": {"zh": "一错皆错。", "en": "One slip spoils all."},
            "evidence": "assumed",
        }
    ]


def test_a_faulty_workbook_is_not_stored_and_its_cells_are_told(tmp_path: Path) -> None:
    path, data = _author(tmp_path), tmp_path / "data"
    book = openpyxl.load_workbook(path)
    book[ABILITIES]["C5"] = 85
    book.save(path)

    imported = _run("import", path, "--data", data)
    exported = _run("export", "model", "data-analyst", "--data", data)

    assert imported.exit_code == 1
    assert "analyst.xlsx: 能力 Abilities!C5" in " ".join(imported.output.split())
    assert exported.exit_code != 0


def test_turtle_goes_to_standard_output(tmp_path: Path) -> None:
    result = _run("export", "model", "trainer", "--data", tmp_path / "data")

    triples = [quad.triple for quad in parse(result.stdout_bytes, format=RdfFormat.TURTLE)]
    assert same_graph(triples, triples_of(_TRAINER))


@pytest.mark.parametrize(
    ("arguments", "english"),
    [
        (("template",), "Missing argument"),
        (("template", "model", "a.xlsx", "b.xlsx"), "Give one file name"),
        (("template", "a.xlsx", "--example"), "--example is for models"),
        (("template", "model", "a.ods"), "ends in .xlsx"),
        (("template", "model", "a.xlsx", "--framework", "t13"), "There is no framework t13"),
        (("export", "trainer"), "rengang export model ID [FILE]"),
        (("export", "model", "trainer", "a.docx"), "ends in one of .ttl, .xlsx, .json"),
        (("export", "model", "trainer", "--person", "p1"), "do not go with a model"),
        (("export", "model", "nobody", "a.ttl"), "There is no position model nobody"),
    ],
)
def test_a_mistyped_command_says_what_to_type(
    arguments: tuple[str, ...], english: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    result = _run(*arguments, "--data", tmp_path / "data")

    assert result.exit_code != 0
    assert english in " ".join(result.output.split())
    assert list(tmp_path.glob("*.xlsx")) == []


def test_a_file_that_nobody_named_is_not_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    first = _run("template", "model", "--data", tmp_path / "data")
    second = _run("template", "model", "--data", tmp_path / "data")

    assert first.output == "Wrote position-model.xlsx\n"
    assert second.exit_code != 0
    assert "There is a file position-model.xlsx already" in second.output


def test_the_example_of_the_manual_is_a_model_of_which_no_shape_complains(view: View) -> None:
    page = (Path(__file__).parents[1] / "docs" / "position-models.md").read_text()
    example = page.partition("```json\n")[2].partition("```")[0]

    checked = view.check_model(view.read_model(example.encode(), JSON))

    told = [
        (each.where, each.message["en"]) for each in checked.findings if each.severity != "info"
    ]
    assert told == []


def test_the_manual_names_every_field() -> None:
    page = (Path(__file__).parents[1] / "docs" / "position-models.md").read_text()
    named = set(re.findall(r"[A-Za-z]+", page))

    rows = (DUTY_FIELDS, REQUIREMENT_FIELDS, STANDARD_FIELDS, POSITION_FIELDS)
    fields = {field.name for fields in rows for field in fields}
    assert {*MODEL_MEMBERS, *fields} - named == set()


@pytest.mark.parametrize("media_type", MODEL_TYPES)
def test_what_a_model_is_written_in_comes_in_the_form_that_is_accepted(
    client: FlaskClient, view: View, media_type: str
) -> None:
    answer = client.get(
        "/api/v1/template/model?framework=t12&filled=true", headers={"Accept": media_type}
    )

    assert answer.status_code == 200
    assert answer.mimetype == media_type
    assert "Accept" in answer.headers["Vary"]
    suffix = MODEL_TYPES[media_type]
    name = f"rengang-model-template{suffix}"
    assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
    checked = view.check_model(view.read_model(answer.data, media_type))
    assert [one for one in checked.findings if one.severity == "violation"] == []


def test_the_template_of_a_model_is_a_workbook_where_nothing_else_is_asked_for(
    client: FlaskClient,
) -> None:
    plain = client.get("/api/v1/template/model")
    refused = client.get("/api/v1/template/model", headers={"Accept": "text/csv"})

    assert plain.mimetype == EXCEL
    assert refused.status_code == 406
