"""What the bodies and answers of the API look like, as JSON Schema."""

from __future__ import annotations

from kb_service.access.tables import NAME
from kb_service.knowledge_base.answers import columns_of
from kb_service.position_models.json_schema import model_schema
from kb_service.questions import Question, questions
from kb_service.web.answers import shaped
from kb_service.web.openapi.overview_schemas import overview_schemas
from kb_service.web.openapi.performance_schemas import performance_schemas
from kb_service.web.openapi.performance_write_schemas import performance_write_schemas
from kb_service.web.openapi.schema_parts import (
    COVERAGE,
    DATE,
    FINDINGS,
    MAYBE_NUMBER,
    MAYBE_STRING,
    MAYBE_TEXT,
    NUMBER,
    OBJECT,
    PAGE,
    STRING,
    TEXT,
    TRUTH,
    VALUE,
    WHOLE,
    Schema,
    by_id,
    listed,
    maybe,
    page,
    record,
    ref,
    rows,
)
from kb_service.web.openapi.status_schemas import status_schemas
from kb_service.web.openapi.study_schemas import study_schemas
from kb_service.web.openapi.team_schemas import team_schemas
from kb_service.web.openapi.version_schemas import version_schemas
from kb_service.web.openapi.writing_schemas import writing_schemas


def row_of(question: str, **more: Schema) -> Schema:
    """A row of a question as the API shows it: two languages joined into one text."""
    shown = shaped(dict.fromkeys(columns_seen(questions()[question]), ""))
    columns = {
        name: MAYBE_TEXT if isinstance(value, dict) else VALUE for name, value in shown.items()
    }
    return record({**columns, **more})


def columns_as_asked(question: Question) -> Schema:
    """The answer to a question, its rows named as in its query."""
    columns = columns_seen(question)
    names = {"type": "array", "items": {"enum": list(columns)}}
    row = record(dict.fromkeys(columns, VALUE))
    return record(
        {"question": {"const": question.name}, "columns": names, "rows": listed(row), **PAGE}
    )


def columns_seen(question: Question) -> tuple[str, ...]:
    """The columns of a question, and that of names after the one that holds people."""
    columns = columns_of(question)
    place = columns.index(question.people) + 1 if question.people else 0
    return (*columns[:place], NAME, *columns[place:]) if place else columns


def schemas() -> dict[str, Schema]:
    """Every schema of the document by name."""
    return {
        **_common(),
        **_reading(),
        **_judging(),
        **_explaining(),
        **writing_schemas(),
        **overview_schemas(),
        **study_schemas(),
        **version_schemas(),
        **performance_schemas(row_of, _basis("plan")),
        **performance_write_schemas(row_of),
        **team_schemas(row_of, _judging()["Fit"]),
        **status_schemas(),
    }


def _common() -> dict[str, Schema]:
    finding = record(
        {"severity": {"enum": ["violation", "warning", "info"]}, "message": TEXT},
        **dict.fromkeys(("where", "focus", "path", "value", "shape"), STRING),
    )
    problem = record(
        {"type": STRING, "title": STRING, "status": WHOLE, "detail": STRING}, findings=FINDINGS
    )
    return {
        "Text": record({"zh": MAYBE_STRING, "en": MAYBE_STRING}),
        "Finding": finding,
        "Problem": problem,
        "Ready": record({"status": STRING}),
        "Document": OBJECT,
    }


def _reading() -> dict[str, Schema]:
    model = row_of("position-models")
    candidate = _covered(row_of("candidates-for-model"))
    fit = _covered(row_of("fits-of-person"))
    assessment = row_of("assessments-of-person")
    person = row_of("person")
    person["properties"] |= {
        "candidateFor": listed(STRING),
        "assessments": listed(ref("Assessment")),
        "contact": by_id(STRING),
    }
    person["required"] += ["assessments"]
    described = record(
        {"name": STRING, "title": STRING, "asks": TEXT}
        | dict.fromkeys(("takes", "mayTake"), by_id(STRING)),
    )
    return {
        "PositionModelRow": model,
        "PositionModels": rows(ref("PositionModelRow")),
        "PositionModel": row_of(
            "position-model",
            duties=listed(row_of("duties-of-model")),
            requirements=listed(row_of("requirements-of-model")),
        ),
        "PositionModelDocument": model_schema(),
        "Candidates": page(candidate, total=WHOLE),
        "People": page(row_of("people"), total=WHOLE),
        "Standings": page(_standing(), total=WHOLE),
        "Assessment": assessment,
        "Person": person,
        "FitRow": fit,
        "Fits": record({"person": STRING, "rows": listed(ref("FitRow"))}),
        "Questions": rows(described),
        "Answer": page(by_id(VALUE), question=STRING, columns=listed(STRING)),
    }


def _standing() -> Schema:
    """Somebody in the list of people, with how they fit the post they hold."""
    judged = _covered(row_of("standing-of-person"))
    for name in ("id", NAME):
        del judged["properties"][name]
        judged["required"].remove(name)
    who = {"id": STRING, NAME: MAYBE_STRING}
    where = dict.fromkeys(("team", "post"), MAYBE_STRING)
    labels = dict.fromkeys(("teamLabel", "postLabel"), MAYBE_TEXT)
    return record({**who, **where, **labels, "judged": maybe(judged)})


def _covered(row: Schema) -> Schema:
    """A row that shows known and total weight as coverage."""
    columns = {
        name: schema
        for name, schema in row["properties"].items()
        if name not in ("knownWeight", "totalWeight")
    }
    return record({**columns, **COVERAGE})


def _judging() -> dict[str, Schema]:
    labelled = {"label": TEXT, "conclusion": STRING}
    requirement = record(
        {"dimension": STRING, **labelled, "part": STRING, "tier": STRING}
        | dict.fromkeys(("required", "rating", "gap", "excess", "weight", "minimum"), MAYBE_NUMBER)
        | {"closable": maybe(TRUTH), "evidence": MAYBE_STRING}
    )
    reason = record(
        {"kind": STRING, "rule": STRING, "cause": VALUE, "dimension": MAYBE_STRING}
        | {"label": MAYBE_TEXT, "conclusion": STRING}
        | dict.fromkeys(("rating", "required", "minimum"), MAYBE_NUMBER)
    )
    training = record(
        {"training": STRING, **labelled, "dimension": STRING, "dimensionLabel": TEXT}
        | dict.fromkeys(
            ("entryLevel", "exitLevel", "hours", "fromLevel", "toLevel", "required"), MAYBE_NUMBER
        )
        | {"mode": MAYBE_STRING, "step": maybe(WHOLE), "evidence": MAYBE_STRING},
        order=WHOLE,
    )
    open_gap = record(
        {"dimension": STRING, **labelled, "part": STRING}
        | dict.fromkeys(("rating", "required", "reachable"), MAYBE_NUMBER)
    )
    incentive = record(
        {"incentive": STRING, **labelled, "motivation": STRING, "motivationLabel": TEXT}
        | {"rating": MAYBE_NUMBER, "servedByPosition": VALUE, "evidence": MAYBE_STRING}
    )
    risk = record({"motivation": STRING, **labelled, "rating": MAYBE_NUMBER})
    assumption = record(
        {"id": STRING, "kind": STRING, "label": TEXT, "value": VALUE, "iri": STRING}
    )
    fit = record(
        {"person": STRING, "model": STRING, "modelVersion": STRING, "asOf": DATE}
        | {"verdict": STRING, "verdictLabel": TEXT, "verdictRule": STRING}
        | {"fit": MAYBE_NUMBER, **COVERAGE}
        | {
            "parts": record(
                dict.fromkeys(("direction", "ability", "motivation"), MAYBE_NUMBER),
            ),
            "requirements": listed(requirement),
            "reasons": listed(reason),
            "trainings": listed(ref("RecommendedTraining")),
            "planHours": NUMBER,
            "openGaps": listed(ref("OpenGap")),
            "incentives": listed(incentive),
            "risks": listed(risk),
            "assumptions": listed(assumption),
            "conclusion": STRING,
            "basis": ref("Basis"),
            "contested": ref("Contested"),
        }
    )
    plan = record(
        {"person": STRING, "model": STRING, "asOf": DATE, "hours": NUMBER}
        | dict.fromkeys(("steps", "alternatives"), listed(ref("RecommendedTraining")))
        | {"openGaps": listed(ref("OpenGap"))}
    )
    return {
        "Fit": fit,
        "RecommendedTraining": training,
        "OpenGap": open_gap,
        "Basis": _basis("model"),
        "Contested": _contested(),
        "TrainingPlan": plan,
    }


def _basis(by: str) -> Schema:
    """What a judgement was made by: rules, policy, and the model or the plan."""
    since = record(
        {"kind": {"enum": ["rule", "policy", "model", "facts"]}},
        **dict.fromkeys(("id", "at"), STRING),
        **dict.fromkeys(("removed", "added"), WHOLE),
        before={},
        after={},
    )
    versions = ("knowledge", "rules", "policy", by, f"{by}Version", "concludedAt")
    return record(
        dict.fromkeys(versions, MAYBE_STRING), knownSince=maybe(DATE), since=listed(since)
    )


def _contested() -> Schema:
    objection = record({"id": STRING, "since": STRING, "conclusion": STRING})
    return maybe(record({"since": STRING, "objections": listed(objection)}))


def _explaining() -> dict[str, Schema]:
    conclusion = record(
        {"conclusion": STRING, "kind": MAYBE_TEXT, "about": MAYBE_TEXT}
        | {"statements": listed(OBJECT), "rule": OBJECT, "seenBefore": TRUTH}
        | {"facts": listed(OBJECT), "conclusions": listed(ref("Explanation"))}
        | {"notFound": listed(OBJECT)},
        model=maybe(STRING),
        contested=ref("Contested"),
    )
    why_not = record(
        {"whyNot": STRING, "sentence": TEXT, "thing": OBJECT}
        | {"concluded": listed(OBJECT), "instead": listed(OBJECT), "attempts": listed(OBJECT)}
        | {"smallestChange": maybe(OBJECT), "cutShort": TRUTH, "toldAbove": TRUTH},
        **dict.fromkeys(
            ("person", "model", "training", "dimension", "requirement", "motivation")
            + ("incentive", "period", "planItem", "planGroup"),
            STRING,
        ),
    )
    what_if = page(
        OBJECT,
        asOf=maybe(DATE),
        change=listed(TEXT),
        notes=FINDINGS,
        people=WHOLE,
        changed=WHOLE,
        withOtherVerdict=WHOLE,
        verdicts=listed(OBJECT),
        terms=by_id(TEXT),
    )
    what_if["properties"]["shared"] = listed(OBJECT)
    return {
        "Explanation": conclusion,
        "WhyNot": why_not,
        "ExplanationOrWhyNot": {"anyOf": [ref("Explanation"), ref("WhyNot")]},
        "WhatIf": what_if,
    }
