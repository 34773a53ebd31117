"""Writes the example studies as workbooks: python -m tools.generate_studies [FOLDER]"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.catalogue import read_study_choices
from kb_service.knowledge_files import knowledge_root, read_shared_knowledge
from kb_service.people_records import Choice
from kb_service.sheets.study_template import write_study_workbook
from kb_service.vocabulary import LABEL, iri, local_id
from tools.example_meeting import Figures, expert_meeting
from tools.example_studies import POSITION, Indicator, example_studies

_CATEGORY = iri("core", "category")
_GRADE, _INDICATOR = iri("performance", "forGrade"), iri("performance", "forIndicator")


def write_example_studies(folder: Path) -> list[Path]:
    """Write every example study into a folder; answers the files."""
    facts = [fact for graph in read_shared_knowledge().values() for fact in graph]
    choices = read_study_choices(facts)
    groups = _groups(facts)
    indicators = [
        Indicator(choices.dimensions[local_id(fact.subject)], local_id(fact.object))
        for fact in facts
        if fact.predicate == _CATEGORY
        and isinstance(fact.subject, NamedNode)
        and isinstance(fact.object, NamedNode)
    ]
    indicators.sort(key=lambda each: ([g.id for g in groups].index(each.group), each.dimension.id))
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    studies = example_studies(indicators, groups)
    studies.append(expert_meeting(indicators, groups, _standards(facts), _results(facts)))
    for record in studies:
        files.append(folder / f"{record.id}.xlsx")
        write_study_workbook(files[-1], record.kind, choices, record)
    return files


def _groups(facts: Sequence[Triple]) -> list[Choice]:
    """The first-level indicators, by their ids."""
    labels: dict[NamedNode, dict[str, str]] = {}
    named = {
        f.object for f in facts if f.predicate == _CATEGORY and isinstance(f.object, NamedNode)
    }
    for fact in facts:
        if fact.predicate == LABEL and fact.subject in named and isinstance(fact.object, Literal):
            assert isinstance(fact.subject, NamedNode)
            labels.setdefault(fact.subject, {})[fact.object.language or ""] = fact.object.value
    return sorted(
        (Choice(local_id(node), node, said["zh"], said["en"]) for node, said in labels.items()),
        key=lambda each: each.id,
    )


def _standards(facts: Sequence[Triple]) -> dict[tuple[str, str], dict[str, str]]:
    """The behaviour for each grade of each indicator, by language, as the position's model has it."""
    of: dict[NamedNode, dict[NamedNode, str]] = {}
    texts: dict[NamedNode, dict[str, str]] = {}
    for fact in facts:
        if not isinstance(fact.subject, NamedNode):
            continue
        if fact.predicate in (_GRADE, _INDICATOR) and isinstance(fact.object, NamedNode):
            of.setdefault(fact.subject, {})[fact.predicate] = local_id(fact.object)
        elif fact.predicate == iri("skos", "definition") and isinstance(fact.object, Literal):
            texts.setdefault(fact.subject, {})[fact.object.language or ""] = fact.object.value
    return {
        (said[_INDICATOR], said[_GRADE]): texts[node]
        for node, said in of.items()
        if len(said) == len((_GRADE, _INDICATOR))
    }


def _results(facts: Sequence[Triple]) -> dict[str, Figures]:
    """Threshold, target and stretch of the results in the plan of the position."""
    figures: dict[NamedNode, dict[str, Decimal]] = {}
    planned: set[NamedNode] = set()
    for fact in facts:
        if isinstance(fact.subject, NamedNode) and isinstance(fact.object, Literal):
            for name in ("threshold", "target", "stretch"):
                if fact.predicate == iri("performance", name):
                    figures.setdefault(fact.subject, {})[name] = Decimal(fact.object.value)
        elif _plans_a_result(fact) and isinstance(fact.object, NamedNode):
            planned.add(fact.object)
    return {
        local_id(kpi): Figures(**figures[kpi])
        for kpi in sorted(planned, key=lambda each: each.value)
    }


def _plans_a_result(fact: Triple) -> bool:
    """Whether a fact says which result an item of the position's plan is about."""
    items = f"{iri('plan-item', POSITION).value}."
    return (
        fact.predicate == iri("performance", "forKPI")
        and isinstance(fact.subject, NamedNode)
        and fact.subject.value.startswith(items)
    )


def main() -> None:
    """Write the files, and name them."""
    usual = knowledge_root() / "examples" / "studies"
    for path in write_example_studies(Path(sys.argv[1]) if len(sys.argv) > 1 else usual):
        print(path)


if __name__ == "__main__":
    main()
