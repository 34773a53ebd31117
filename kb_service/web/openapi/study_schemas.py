"""What model-building studies look like as JSON Schema."""

from __future__ import annotations

from kb_service.web.openapi.schema_parts import (
    DATE,
    FINDINGS,
    MAYBE_NUMBER,
    MAYBE_STRING,
    MAYBE_TEXT,
    NUMBER,
    STRING,
    TEXT,
    TRUTH,
    WHOLE,
    Schema,
    by_id,
    listed,
    maybe,
    record,
    ref,
    rows,
)


def study_schemas() -> dict[str, Schema]:
    """The schemas by name."""
    study: dict[str, Schema] = {
        "id": STRING,
        "kind": {"enum": ["ahp", "bei", "delphi", "fuzzy", "meeting", "questionnaire"]},
        "kindLabel": TEXT,
        "label": TEXT,
        "position": STRING,
        "conductedOn": DATE,
        "fictional": TRUTH,
        "rows": by_id(WHOLE),
    }
    about: dict[str, Schema] = {"item": STRING, "itemLabel": MAYBE_TEXT, "conclusion": STRING}
    decision = record(
        {
            **about,
            "round": STRING,
            "verdict": {"enum": ["keep", "revise", "drop"]},
            "verdictLabel": MAYBE_TEXT,
        }
    )
    told: dict[str, Schema] = {
        **study,
        "decisions": listed(decision),
        "candidates": listed(record(about)),
        "levels": listed(record({**about, "level": NUMBER})),
        "standards": listed(record({**about, "grade": STRING})),
        "targets": listed(record({"kpi": STRING, "conclusion": STRING})),
        "questionnaire": listed(record({**about, "confirmed": TRUTH})),
    }
    change = record(
        {
            "at": {"type": "string", "format": "date-time"},
            "by": MAYBE_STRING,
            "created": TRUTH,
            "rows": by_id(WHOLE),
        }
    )
    return {
        "StudyRow": record(study),
        "Studies": rows(ref("StudyRow")),
        "Study": record(told),
        "StoredStudy": record({**told, "findings": FINDINGS}),
        "StudyHistory": record({"study": STRING, "rows": listed(change)}),
        "Statistic": _statistic(),
        "Statistics": record({"study": STRING, "rows": listed(ref("Statistic"))}),
    }


def _statistic() -> Schema:
    remark = record({}, zh=STRING, en=STRING)
    cut = record({"cut": STRING, "cutLabel": MAYBE_TEXT, "met": TRUTH})
    return record(
        {
            "statistic": STRING,
            "kind": STRING,
            "kindLabel": MAYBE_TEXT,
            "round": MAYBE_STRING,
            "item": MAYBE_STRING,
            "itemLabel": MAYBE_TEXT,
            "with": MAYBE_STRING,
            "participants": listed(STRING),
            "grade": MAYBE_STRING,
            "kpi": MAYBE_STRING,
            "factor": maybe(WHOLE),
            "value": MAYBE_NUMBER,
            "count": maybe(WHOLE),
            "why": maybe(record({"name": STRING, "zh": STRING, "en": STRING})),
            "remarks": listed(remark),
            "cuts": listed(cut),
        }
    )
