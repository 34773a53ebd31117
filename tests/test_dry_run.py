"""Before a model is published its author hears what it would do, and nothing is stored."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb_service.access.dry_runs import withheld
from kb_service.access.refusals import NotAllowed
from kb_service.access.roles import LOCAL, Caller, Role
from kb_service.access.view import View
from kb_service.findings import RefusedInput
from kb_service.knowledge_base import KnowledgeBase
from kb_service.knowledge_base.dry_run_counts import DryRun, Move, Reaching, VerdictCount
from kb_service.knowledge_base.dry_run_words import told
from kb_service.knowledge_files import knowledge_root
from kb_service.web.service import EXTENSION
from tests.conftest import body, service_over, two_people

SOUND = Path(__file__).parent / "models_broken" / "sound" / "hotline-nurse.ttl"
PUBLISHED = knowledge_root() / "ontology" / "models" / "customer-service-specialist.ttl"
FIT, UNFIT = {"zh": "匹配", "en": "Fit"}, {"zh": "不适合", "en": "Unsuitable"}
SPEAKING = {"zh": "语言表达", "en": "Verbal expression"}


def dry_run(view: View, text: str) -> DryRun:
    found = view.check_document(text.encode(), "text/turtle")
    assert found.conforms, found.findings
    (run,) = view.dry_run(found.triples)
    return run


@pytest.fixture(scope="module")
def knowledge_base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeBase]:
    """Two people and nobody else, since here they are counted."""
    with two_people(tmp_path_factory.mktemp("tried") / "data") as base:
        yield base


@pytest.fixture(scope="module")
def app(knowledge_base: KnowledgeBase) -> Iterator[Flask]:
    with service_over(knowledge_base) as made:
        yield made


@pytest.fixture(scope="module")
def view(app: Flask, knowledge_base: KnowledgeBase) -> View:
    return View(knowledge_base, app.extensions[EXTENSION].register, LOCAL)


@pytest.fixture(scope="module")
def nurse(view: View) -> DryRun:
    """Ana is rated 7 in everything and 5.5 in patience, whose floor is 6; Mallory not at all."""
    return dry_run(view, SOUND.read_text(encoding="utf-8"))


def test_everybody_is_judged_by_the_model_as_if_it_were_published(nurse: DryRun) -> None:
    assert (nurse.model, nurse.people, nurse.is_published) == ("hotline-nurse", 2, False)
    assert {each.verdict: each.people for each in nurse.verdicts} == {
        "unsuitable": 1,
        "insufficient-evidence": 1,
    }
    assert nurse.coverage == Decimal("50.0")


def test_each_requirement_tells_how_many_reach_it(nurse: DryRun) -> None:
    counts = {
        each.requirement: (each.level, each.reached, each.short, each.unknown)
        for each in nurse.requirements
    }

    assert counts["hotline-nurse.patience"] == (Decimal(8), 0, 1, 1)
    assert counts["hotline-nurse.dependability"] == (Decimal(6), 1, 0, 1)
    assert len(counts) == 8


def test_the_author_is_told_in_sentences(nurse: DryRun) -> None:
    assert [words["en"] for words in told(nurse)] == [
        "With this model, of 2 people: unsuitable 1, insufficient evidence 1.",
        "The average coverage is 50.0%.",
        "Nobody reaches: Service 8, Patience and persistence 8, Contribution to society 8.",
        "Everybody who was rated reaches: Operational 6, Active listening 7, Dependability 6,"
        " Work itself 7, Security and stability 6.",
        "No version of this model is published yet to compare with.",
    ]
    assert told(nurse)[0]["zh"] == "按这个模型，2 人中：不适合 1 人，证据不足 1 人。"
    assert told(nurse)[2]["zh"] == "没有人达到：服务型 8、耐心坚持 8、公益 8。"


def test_a_published_model_is_compared_with_its_new_version(view: View) -> None:
    text = PUBLISHED.read_text(encoding="utf-8")
    easier = text.replace("core:tier tier:main", "core:tier tier:main ; core:requiredLevel 1.0")

    same, other = dry_run(view, text), dry_run(view, easier)

    assert same.is_published
    assert [(each.people, each.before) for each in same.verdicts] == [(1, 1), (1, 1)]
    assert same.moves == ()
    assert told(same)[-1]["en"] == "Compared with the published version, nobody’s verdict changes."
    assert sum(each.people or 0 for each in other.moves) == 1
    assert "1 from " in told(other)[-1]["en"]


def test_nothing_is_stored_by_a_dry_run(view: View, knowledge_base: KnowledgeBase) -> None:
    before = knowledge_base.store.generation

    dry_run(view, SOUND.read_text(encoding="utf-8"))

    assert knowledge_base.store.generation == before


def test_what_is_no_model_cannot_be_tried(view: View) -> None:
    with pytest.raises(RefusedInput, match="no position model"):
        view.dry_run([])


# Who may hear what


def run_of(**changes: object) -> DryRun:
    run = DryRun(
        "m",
        FIT,
        200,
        True,
        (VerdictCount("fit", FIT, 190, 194), VerdictCount("unsuitable", UNFIT, 10, 6)),
        (Move("fit", "unsuitable", 4),),
        Decimal("80.0"),
        (Reaching("r", SPEAKING, Decimal(6), 3, 150, 47),),
    )
    return replace(run, **changes)  # type: ignore[arg-type]


def test_few_people_are_not_counted_for_who_may_see_nobody() -> None:
    seen = withheld(run_of(), 5)

    assert [(each.people, each.before) for each in seen.verdicts] == [(190, None), (10, None)]
    assert [each.people for each in seen.moves] == [None]
    assert [(r.reached, r.short, r.unknown) for r in seen.requirements] == [(None, 150, None)]


def test_nobody_at_all_is_a_count_that_may_be_told() -> None:
    seen = withheld(run_of(requirements=(Reaching("r", SPEAKING, Decimal(6), 0, 150, 50),)), 5)

    assert "Nobody reaches: Verbal expression 6." in [words["en"] for words in told(seen)]


def test_of_very_few_people_nothing_is_counted() -> None:
    seen = withheld(run_of(people=4), 5)

    assert seen.people is None and seen.coverage is None and seen.moves == ()
    assert {each.people for each in seen.verdicts} == {None}
    assert [words["en"] for words in told(seen)] == [
        "There are so few people that no counts are shown."
    ]


def test_an_editor_is_told_of_everybody_without_what_few_would_give_away(view: View) -> None:
    editor = View(view.knowledge_base, view.register, Caller("ed", Role.EDITOR))

    assert dry_run(editor, SOUND.read_text(encoding="utf-8")).people is None


def test_who_may_neither_see_people_nor_write_models_gets_no_dry_run(view: View) -> None:
    reader = View(view.knowledge_base, view.register, Caller("reader", Role.MODEL_READER))

    with pytest.raises(NotAllowed):
        dry_run(reader, SOUND.read_text(encoding="utf-8"))


# The service


def test_the_service_tries_a_model_when_it_is_asked_to(client: FlaskClient) -> None:
    def asked(query: str, data: bytes) -> Any:
        answer = client.post(f"/api/v1/validate{query}", data=data, content_type="text/turtle")
        return body(answer)

    broken = SOUND.read_bytes().replace(b"tier:main", b"tier:mian", 1)

    assert "dryRuns" not in asked("", SOUND.read_bytes())
    assert asked("?dryRun=true", broken)["dryRuns"] == []
    (run,) = asked("?dryRun=true", SOUND.read_bytes())["dryRuns"]
    assert (run["model"], run["people"], run["published"]) == ("hotline-nurse", 2, False)
    assert run["summary"][1] == {"zh": "平均覆盖率 50.0%。", "en": "The average coverage is 50.0%."}


def test_the_page_shows_the_line_and_the_dry_run(client: FlaskClient) -> None:
    warned = SOUND.read_bytes().replace(b"core:minimumLevel 6.0", b"core:minimumLevel 9.0")
    form = {"file": (io.BytesIO(warned), "nurse.ttl"), "also": "dryRun"}

    page = client.post("/validate?lang=zh", data=form).text

    assert "第 51 行" in page
    assert "按这个模型，2 人中" in page
    assert "耐心坚持" in page
