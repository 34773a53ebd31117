"""What studies suggest for models and plans beside tiers: levels, standards, targets, items in doubt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyoxigraph import NamedNode

from kb_service.knowledge_base.study_document import Row, StudyConclusions
from kb_service.knowledge_base.study_said import About, last, nodes, one
from kb_service.vocabulary import A, iri


def suggestions(found: StudyConclusions) -> dict[str, list[Row]]:
    """Every suggestion of a study, by what it is about, in the order of its items."""
    return {
        "levels": levels(found),
        "standards": standards(found),
        "targets": targets(found),
        "questionnaire": questionnaire(found),
    }


def levels(found: StudyConclusions) -> list[Row]:
    """The required level that is suggested for an item."""
    rows = [
        _row(found, node, about) | {"level": float(one(about, iri("studies", "suggestedLevel")))}
        for node, about in _of_class(found, "LevelSuggestion")
    ]
    return sorted(rows, key=found.order)


def standards(found: StudyConclusions) -> list[Row]:
    """The standards of behaviour that were adopted, grade by grade."""
    rows = [
        _row(found, node, about) | {"grade": last(about, iri("studies", "ofGrade"))}
        for node, about in _of_class(found, "AdoptedStandard")
    ]
    return sorted(rows, key=lambda row: (*found.order(row), row["grade"]))


def targets(found: StudyConclusions) -> list[Row]:
    """The key performance indicators whose figures were adopted."""
    rows: list[dict[str, Any]] = [
        {"kpi": last(about, iri("studies", "ofKPI")), "conclusion": node.value}
        for node, about in _of_class(found, "AdoptedTarget")
    ]
    return sorted(rows, key=lambda row: str(row["kpi"]))


def questionnaire(found: StudyConclusions) -> list[Row]:
    """Whether a questionnaire confirms an item or puts it in doubt."""
    rows = [
        _row(found, node, about) | {"confirmed": name == "ConfirmedItem"}
        for name in ("ConfirmedItem", "QuestionedItem")
        for node, about in _of_class(found, name)
    ]
    return sorted(rows, key=found.order)


def _of_class(found: StudyConclusions, name: str) -> Iterator[tuple[NamedNode, About]]:
    kind = iri("studies", name)
    return ((node, about) for node, about in found.said.items() if kind in nodes(about, A))


def _row(found: StudyConclusions, node: NamedNode, about: About) -> Row:
    item = last(about, iri("studies", "ofItem")) or ""
    return {"item": item, "itemLabel": found.item_label(item), "conclusion": node.value}
