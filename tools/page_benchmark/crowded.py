"""A data folder with very many invented people, assessed and appraised, and the example studies."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kb_service.knowledge_base import KnowledgeBase
from kb_service.knowledge_files import knowledge_root
from tools.benchmark.appraisals import PLAN, appraise
from tools.benchmark.crowd import FAMILY, records
from tools.page_benchmark.pages import team_of


def fill(folder: Path, count: int) -> None:
    """Make a data folder and store so many people in it; at 10,000 that takes an hour."""
    base = KnowledgeBase.open(folder)
    try:
        for start in range(0, count, FAMILY):
            numbers = range(start, min(start + FAMILY, count))
            made = [(records(number, PLAN), team_of(number)) for number in numbers]
            people = [replace(person, team=team) for (person, _), team in made]
            assessments = [each for (_, several), _ in made for each in several]
            base.import_records(people, assessments)
        appraise(base, count, together=True)
        for workbook in sorted((knowledge_root() / "examples" / "studies").glob("*.xlsx")):
            read = base.studying.read_workbook(workbook.read_bytes(), workbook.name)
            base.studying.put(read.record)
    finally:
        base.close()
