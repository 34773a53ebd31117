"""Drafts from studies: what each study adds, where it is cited, and what is left as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from kb_service.catalogue import read_catalogue
from kb_service.engine.premises import Premises
from kb_service.engine.tasks import read_triples, triples_written
from kb_service.findings import RefusedInput
from kb_service.knowledge_base import KnowledgeBase
from kb_service.knowledge_base.study_choice import ChosenStudies, chosen_studies
from kb_service.knowledge_base.study_citing import resting_on
from kb_service.knowledge_base.study_document import StudyConclusions, shared_labels
from kb_service.knowledge_base.study_drafts import Draft, model_draft
from kb_service.knowledge_base.study_findings import Findings, findings_of
from kb_service.knowledge_base.study_plans import plan_draft
from kb_service.knowledge_base.study_tasks import ConcludeStudy
from kb_service.sheets.study_reading import read_study_workbook
from kb_service.study_records.rdf import to_triples
from kb_service.study_records.records import StudyRecord
from kb_service.vocabulary import A, iri
from tests.example_studies import TODAY, choices, example, item, panel, shared, study

OTHERS = {"weighing": "csr-ahp", "interviews": "csr-bei", "meeting": "csr-meeting"}
SOURCE = iri("dcterms", "source")


@pytest.fixture(scope="module")
def premises(knowledge_base: KnowledgeBase) -> Premises:
    """What studies are concluded by."""
    return knowledge_base._keeper.knowledge.premises


def worked_out(record: StudyRecord, premises: Premises) -> StudyConclusions:
    drawn = ConcludeStudy(triples_written(to_triples(record, choices()))).run(premises)
    return StudyConclusions(record, read_triples(drawn.triples), shared_labels(premises.facts))


@cache
def example_record(name: str) -> StudyRecord:
    return read_study_workbook(example(name).read_bytes(), f"{name}.xlsx", choices(), TODAY).record


@pytest.fixture(scope="module")
def chosen(premises: Premises) -> ChosenStudies:
    """The example's panel, comparisons, interviews and meeting."""
    return chosen_studies("csr-delphi", OTHERS, lambda id: worked_out(example_record(id), premises))


@pytest.fixture(scope="module")
def found(chosen: ChosenStudies) -> Findings:
    return findings_of(chosen)


def questionnaire(answers: dict[str, str]) -> StudyRecord:
    """A questionnaire: by item, what each respondent answered."""
    people = [f"R{n:02}" for n in range(1, 1 + max(map(len, answers.values())))]
    return study(
        "questionnaire",
        {
            "items": [item(code) for code in answers],
            "respondents": [{"code": code} for code in people],
            "answers": [
                {"respondent": person, "item": code, "answer": Decimal(given)}
                for code, row in answers.items()
                for person, given in zip(people, row, strict=True)
            ],
        },
        lowest=Decimal(1),
        highest=Decimal(5),
    )


def model(found: Findings) -> Draft:
    dimensions = read_catalogue(shared()).dimensions["grid"]
    described = iri("model", found.position)
    document = next(
        graph for graph in _graphs() if Triple(described, A, iri("core", "PositionModel")) in graph
    )
    return model_draft(found, dimensions, document)


@cache
def _graphs() -> tuple[tuple[Triple, ...], ...]:
    from kb_service.knowledge_files import read_shared_knowledge

    return tuple(tuple(graph) for graph in read_shared_knowledge().values())


def said(facts: Sequence[Triple], thing: NamedNode, predicate: NamedNode) -> list[Any]:
    return [t.object for t in facts if t.subject == thing and t.predicate == predicate]


def words_of_source(facts: Sequence[Triple], thing: NamedNode) -> str:
    (work,) = said(facts, thing, SOURCE)
    labels = said(facts, work, iri("skos", "prefLabel"))
    return next(
        each.value for each in labels if isinstance(each, Literal) and each.language == "en"
    )


def works_in(facts: Sequence[Triple]) -> set[NamedNode]:
    return {
        t.subject
        for t in facts
        if t.object == iri("dcterms", "BibliographicResource")
        if isinstance(t.subject, NamedNode)
    }


# Levels


def test_a_required_level_is_that_of_the_meeting_and_cites_it(found: Findings) -> None:
    facts = model(found).triples
    integrity = iri("requirement", f"{found.position}.integrity")

    (level,) = said(facts, integrity, iri("core", "requiredLevel"))

    assert Decimal(level.value) == 4
    words = words_of_source(facts, integrity)
    assert "round 2, 18 experts: mean importance" in words
    assert "9 experts: global weight" in words
    assert "24 performers: shown" in words and "mean level of the excellent" in words
    assert "12 experts: median of required levels 4.000, quartile range" in words


def test_where_the_meeting_is_divided_the_level_is_that_of_the_interviews(
    chosen: ChosenStudies,
) -> None:
    divided = "multitasking-skill"
    items = {each.code: each for each in findings_of(chosen).items}
    alone = {each.code: each for each in findings_of(replace(chosen, interviews=None)).items}

    assert items[divided].level == 4
    assert alone[divided].level is None


def test_a_level_off_the_scale_of_its_dimension_is_not_taken(found: Findings) -> None:
    first, *others = found.items
    wrong = replace(found, items=(replace(first, level=Decimal(8)), *others))

    draft = model(wrong)

    levels = said(
        draft.triples,
        iri("requirement", f"{found.position}.{first.dimension}"),
        iri("core", "requiredLevel"),
    )
    assert levels == []
    assert any("not on" in n.message["en"] or "scale" in n.message["en"] for n in draft.notes)


# Standards and targets


def test_adopted_standards_cite_how_many_were_in_favour(found: Findings) -> None:
    facts = model(found).triples

    words = words_of_source(facts, iri("standard", "integrity.B"))

    assert "(fictional), 12 experts: " in words
    assert "in favour (" in words


def test_a_standard_that_was_not_adopted_stays_as_it_was_and_is_told(found: Findings) -> None:
    facts = model(found).triples
    disputed = iri("standard", "affinity-trait.A")

    assert said(facts, disputed, iri("skos", "definition"))
    assert said(facts, disputed, SOURCE) == []
    assert any("affinity-trait A" in note.message["en"] for note in found.notes)


def test_a_drafted_plan_has_the_targets_of_the_meeting_with_their_source(found: Findings) -> None:
    facts = plan_draft(found, shared()).triples
    items = iri("plan-item", f"{found.position}.csr-delphi.complaint-rate")
    rejected = iri("plan-item", f"{found.position}.csr-delphi.average-handling-time")

    assert [t.value for t in said(facts, items, iri("performance", "target"))] == ["0.9"]
    assert said(facts, items, iri("performance", "targetEvidence")) == [iri("evidence", "assumed")]
    assert "12 experts: " in words_of_source(facts, items)
    assert said(facts, rejected, iri("performance", "target")) == []
    kinds = [t.object for t in facts if t.predicate == A]
    assert kinds.count(iri("performance", "KPIItem")) == 9
    assert kinds.count(iri("performance", "BehaviourItem")) == 23


def test_a_second_draft_leaves_behind_what_it_does_not_cite(found: Findings) -> None:
    dimensions = read_catalogue(shared()).dimensions["grid"]
    before = model(found).triples
    without_meeting = findings_of(replace(found.chosen, meeting=None))

    facts = model_draft(without_meeting, dimensions, before).triples

    standard = iri("standard", "integrity.B")
    (work,) = said(facts, standard, SOURCE)
    assert said(facts, work, A), "a standard of the draft before keeps what it cites"
    cited = {t.object for t in facts if t.predicate == SOURCE}
    assert works_in(facts) == cited - works_in(shared())


# Interviews and questionnaires


def test_interviews_that_do_not_bear_out_the_panel_are_told(found: Findings) -> None:
    told = [note.message["en"] for note in found.notes if "interviews" in note.message["en"]]

    assert any(
        note.startswith("The panel keeps responsibility, which the interviews") for note in told
    )


def test_what_a_questionnaire_doubts_stays_out_of_the_draft(
    chosen: ChosenStudies, premises: Premises
) -> None:
    doubting = worked_out(
        questionnaire(
            {"integrity": "12345123", "responsibility": "12345123", "learning-skill": "54321543"}
        ),
        premises,
    )

    drafted = findings_of(replace(chosen, questionnaire=doubting))

    codes = {each.code for each in drafted.items}
    assert "learning-skill" not in codes and "integrity" in codes
    messages = [note.message["en"] for note in drafted.notes]
    assert any("keeps learning-skill, which does not go with the rest" in each for each in messages)
    assert any("says nothing of teamwork-skill" in each for each in messages)


# What does not go together


def test_studies_of_another_kind_or_position_are_each_named(premises: Premises) -> None:
    other = panel({"patience": [5, 5]})
    told = {
        "small": worked_out(other, premises),
        "elsewhere": worked_out(
            replace(
                other,
                tables={
                    **other.tables,
                    "study": ({**other.about, "code": "elsewhere", "position": "trainer"},),
                },
            ),
            premises,
        ),
    }

    with pytest.raises(RefusedInput) as refused:
        chosen_studies("small", {"meeting": "elsewhere"}, told.__getitem__)

    said_of = [each.message["en"] for each in refused.value.findings]
    assert said_of == [
        "The study elsewhere is of the kind delphi; this takes one of the kind meeting.",
        "The study elsewhere is about the position trainer, and the panel about "
        "customer-service-representative; choose studies of one position.",
    ]


def test_only_what_is_published_rests_on_a_study(found: Findings) -> None:
    draft = list(model(found).triples)
    published = [
        Triple(t.subject, t.predicate, iri("status", "published"))
        if t.object == iri("status", "draft")
        else t
        for t in draft
    ]
    graph = iri("model", "any")

    assert resting_on("csr-meeting", {graph: draft}) == []
    assert resting_on("csr-meeting", {graph: published}) == [found.position]
    assert resting_on("csr", {graph: published}) == []
