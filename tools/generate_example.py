"""Writes the files of the example organisation into `examples/`.

    python -m tools.generate_example [FOLDER]

The people, their names and their ratings are invented, and are the same at every run. Run it again
when labels of the ontology have changed, because the headers show them.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from kb_service.catalogue import read_catalogue, read_performance_choices
from kb_service.knowledge_files import knowledge_root, read_shared_knowledge
from kb_service.people_records import (
    AssessmentRecord,
    Catalogue,
    Choice,
    Introduction,
    RatedDimension,
)
from kb_service.sheets import write_workbook
from kb_service.sheets.teams import team
from tools.example_people import (
    GRID_MONITORING_FILE,
    MONITORING_FILE,
    SUPERVISOR_FILE,
    WORKBOOK,
    Example,
    draw,
)
from tools.example_performance import FIGURES_FILE, RATINGS_FILE, draw_appraisals
from tools.example_tables import AS_OF, REPRESENTATIVE, TEAMS

_HEAD = {
    "zh": ("工号", "日期", "来源"),
    "en": ("Person id", "Date", "Source"),
    "id": ("person", "date", "source"),
}
_LABEL: dict[str, Callable[[Choice], str]] = {
    "zh": lambda choice: choice.zh,
    "en": lambda choice: choice.en,
    "id": lambda choice: choice.id,
}
CSV_FILES: dict[str, tuple[str, str, str]] = {
    SUPERVISOR_FILE: ("zh", ",", "utf-8-sig"),
    MONITORING_FILE: ("id", ",", "utf-8"),
    GRID_MONITORING_FILE: ("en", ";", "utf-8"),
}
"""The language of the headers, the separator and the encoding of each file, as tools differ."""


def write_example(folder: Path, catalogue: Catalogue) -> Example:
    """The example that was drawn, after writing its files into a folder."""
    example = draw()
    teams = [team(each.id, each.zh, each.en) for each in TEAMS]
    write_workbook(
        folder / WORKBOOK, catalogue, example.people, example.assessments[WORKBOOK], teams
    )
    for name, (language, delimiter, encoding) in CSV_FILES.items():
        text = _csv(example.assessments[name], catalogue, language, delimiter)
        (folder / name).write_bytes(text.encode(encoding))
    (folder / "organisation.ttl").write_text(_organisation(teams), encoding="utf-8")
    write_appraisals(folder / "performance", example.people)
    return example


def write_appraisals(folder: Path, people: Sequence[Introduction]) -> None:
    """Write the figures and the ratings of the people who were appraised, a file of each."""
    knowledge = [triple for graph in read_shared_knowledge().values() for triple in graph]
    choices = read_performance_choices(knowledge)
    drawn = draw_appraisals(people, choices, knowledge)
    plan = choices.plans[REPRESENTATIVE]
    folder.mkdir(exist_ok=True)
    with (folder / FIGURES_FILE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["person", "period", "date", *plan.kpis])
        rows: dict[tuple[str, str, date], dict[str, Decimal]] = {}
        for each in drawn.measurements:
            key = (each.person, each.period, each.measured_on)
            rows.setdefault(key, {})[each.kpi] = each.value
        writer.writerows([*key, *(row[kpi] for kpi in plan.kpis)] for key, row in rows.items())
    with (folder / RATINGS_FILE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["person", "period", "date", "source", "rater", *plan.dimensions])
        for form in drawn.forms:
            said = (form.person, form.period, form.rated_on, form.source, form.rater)
            writer.writerow([*said, *(form.grades[dimension] for dimension in plan.dimensions)])


_QUARTERS = (
    (
        "2025-q4",
        "2025-10-01",
        "2025-12-31",
        "2026-01-20",
        "2025 年第四季度",
        "Fourth quarter of 2025",
    ),
    (
        "2026-q1",
        "2026-01-01",
        "2026-03-31",
        "2026-04-20",
        "2026 年第一季度",
        "First quarter of 2026",
    ),
    (
        "2026-q2",
        "2026-04-01",
        "2026-06-30",
        "2026-07-20",
        "2026 年第二季度",
        "Second quarter of 2026",
    ),
    ("2026-q3", "2026-07-01", "2026-09-30", "", "2026 年第三季度", "Third quarter of 2026"),
    ("2026-q4", "2026-10-01", "2026-12-31", "", "2026 年第四季度", "Fourth quarter of 2026"),
)
"""Id, first day, last day, the day of closing if closed, and the name in both languages."""


def _csv(
    assessments: Sequence[AssessmentRecord], catalogue: Catalogue, language: str, delimiter: str
) -> str:
    label = _LABEL[language]
    known = catalogue.dimensions[assessments[0].framework]
    dimensions: list[RatedDimension] = [known[id] for id in assessments[0].ratings]
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\n")
    writer.writerow([*_HEAD[language], *(label(each) for each in dimensions)])
    for assessment in sorted(assessments, key=lambda each: (each.assessed_on, each.person)):
        source = label(catalogue.sources[assessment.source])
        ratings = [f"{assessment.ratings[each.id].normalize():f}" for each in dimensions]
        writer.writerow([assessment.person, assessment.assessed_on, source, *ratings])
    return buffer.getvalue()


def _organisation(teams: Sequence[Choice]) -> str:
    lines = [
        "@prefix dcterms: <http://purl.org/dc/terms/> .",
        "@prefix judgement: <https://w3id.org/rengang/ontology/judgements#> .",
        "@prefix people: <https://w3id.org/rengang/ontology/people#> .",
        "@prefix performance: <https://w3id.org/rengang/ontology/performance#> .",
        "@prefix period: <https://w3id.org/rengang/period/> .",
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .",
        "@prefix team: <https://w3id.org/rengang/team/> .",
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .",
        "",
        "<https://w3id.org/rengang/organisation>",
        f'    judgement:asOf "{AS_OF}"^^xsd:date ;',
        '    skos:prefLabel "示例呼叫中心"@zh, "Example call centre"@en ;',
        ".",
    ]
    for quarter in _QUARTERS:
        lines += ["", *_period(*quarter)]
    for each in sorted(teams, key=lambda each: each.id):
        lines += [
            "",
            f"team:{each.id}",
            "    a people:Team ;",
            f'    dcterms:identifier "{each.id}" ;',
            f'    skos:prefLabel "{each.zh}"@zh, "{each.en}"@en ;',
            ".",
        ]
    return "\n".join(lines) + "\n"


def _period(id: str, start: str, end: str, closed_on: str, zh: str, en: str) -> list[str]:
    """A quarter; one that has not been closed is open."""
    closing = [
        '    performance:closedBy "hr-1" ;',
        f'    performance:closedOn "{closed_on}"^^xsd:date ;',
    ]
    return [
        f"period:{id}",
        "    a performance:Period ;",
        f'    dcterms:identifier "{id}" ;',
        *(closing if closed_on else []),
        f'    performance:periodEnd "{end}"^^xsd:date ;',
        f'    performance:periodStart "{start}"^^xsd:date ;',
        f"    performance:periodState performance:{'closed' if closed_on else 'open'} ;",
        f'    skos:prefLabel "{zh}"@zh, "{en}"@en ;',
        ".",
    ]


def shared_catalogue() -> Catalogue:
    """What records may name, from the ontology of this checkout."""
    graphs = read_shared_knowledge().values()
    return read_catalogue(triple for triples in graphs for triple in triples)


def main() -> None:
    """Write the files, and say how much they hold."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else knowledge_root() / "examples"
    example = write_example(folder, shared_catalogue())
    assessments = [each for given in example.assessments.values() for each in given]
    ratings = sum(len(each.ratings) for each in assessments)
    print(f"{len(example.people)} people, {len(assessments)} assessments, {ratings} ratings")


if __name__ == "__main__":
    main()
