"""Writes the example studies as workbooks: python -m tools.generate_studies [FOLDER]"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.catalogue import read_study_choices
from kb_service.knowledge_files import knowledge_root, read_shared_knowledge
from kb_service.people_records import Choice
from kb_service.sheets.study_template import write_study_workbook
from kb_service.vocabulary import LABEL, iri, local_id
from tools.example_studies import Indicator, example_studies

_CATEGORY = iri("core", "category")


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
    for record in example_studies(indicators, groups):
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


def main() -> None:
    """Write the files, and name them."""
    usual = knowledge_root() / "examples" / "studies"
    for path in write_example_studies(Path(sys.argv[1]) if len(sys.argv) > 1 else usual):
        print(path)


if __name__ == "__main__":
    main()
