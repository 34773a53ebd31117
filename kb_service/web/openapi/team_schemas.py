"""What teams, the organisation, comparisons and the check of groups look like as JSON Schema."""

from __future__ import annotations

from collections.abc import Callable

from kb_service.web.comparison import OF_A_CELL, OF_EACH
from kb_service.web.openapi.schema_parts import (
    COVERAGE,
    DATE,
    MAYBE_NUMBER,
    MAYBE_STRING,
    NUMBER,
    STRING,
    TEXT,
    TRUTH,
    WHOLE,
    Schema,
    by_id,
    listed,
    maybe,
    page,
    record,
)
from kb_service.web.team_figures import EVIDENCE

RowOf = Callable[..., Schema]
"""A row of a question, by its name, with further fields."""

_TOLD = maybe(WHOLE)
"""A count of people, null where it is of too few to be told."""
_SHARE = maybe(record({"numerator": WHOLE, "denominator": WHOLE, "percent": NUMBER}))


def team_schemas(row_of: RowOf, fit: Schema) -> dict[str, Schema]:
    """The schemas by name; `fit` is how somebody fits a position."""
    team = _team()
    gaps = record({"team": STRING, "label": TEXT, "holders": _TOLD, "cells": by_id(_gap())})
    position = record(
        {"model": STRING, "modelLabel": TEXT, "holders": _TOLD, "verdicts": _counts("verdict")}
    )
    shared = {
        "asOf": DATE,
        "model": MAYBE_STRING,
        "requirements": listed(row_of("columns-of-model")),
        "trainings": _trainings(row_of),
    }
    return {
        "Teams": page(team),
        "Team": record(
            {
                **team["properties"],
                **shared,
                "positions": listed(row_of("positions-of-team")),
                "members": page(_member(row_of)),
                "nineBox": listed(row_of("nine-box-of-team")),
            }
        ),
        "Organisation": record(
            {
                **shared,
                "positions": listed(position),
                "teams": page(gaps),
                "nineBox": listed(row_of("nine-boxes", people=_TOLD)),
            }
        ),
        "Comparison": _comparison(fit),
        "AdverseImpact": _adverse_impact(row_of),
    }


def _team() -> Schema:
    evidence = record({"evidence": {"enum": list(EVIDENCE)}, "people": _TOLD})
    return record(
        {
            "team": STRING,
            "label": TEXT,
            "judged": _TOLD,
            "verdicts": _counts("verdict"),
            "evidence": listed(evidence),
        }
    )


def _counts(kind: str) -> Schema:
    return listed(record({kind: STRING, "people": _TOLD}))


def _gap() -> Schema:
    return record({"people": _TOLD, "holders": _TOLD})


def _trainings(row_of: RowOf) -> Schema:
    row = row_of("people-helped-per-hour", peoplePerHour=MAYBE_NUMBER)
    return record({"rows": listed(row), "total": WHOLE})


def _member(row_of: RowOf) -> Schema:
    columns = {
        name: schema
        for name, schema in row_of("members-for-position")["properties"].items()
        if name not in ("knownWeight", "totalWeight")
    }
    cell = record({"rating": MAYBE_NUMBER, "gap": MAYBE_NUMBER, "isRated": TRUTH})
    return record({**columns, **COVERAGE, "cells": by_id(cell)})


def _comparison(fit: Schema) -> Schema:
    known = fit["properties"]
    requirement = known["requirements"]["items"]["properties"]
    cell = record({name: requirement[name] for name in OF_A_CELL})
    column = {"name": MAYBE_STRING, **{name: known[name] for name in OF_EACH}, "openGaps": WHOLE}
    row = {"dimension": STRING, "label": TEXT, "part": STRING, "cells": listed(maybe(cell))}
    return record({"columns": listed(record(column)), "rows": listed(record(row))})


def _adverse_impact(row_of: RowOf) -> Schema:
    truths = ("isReference", "isAdverse", "isSignificant", "isSmall", "restsOnOne")
    group = {
        "group": STRING,
        **dict.fromkeys(("selected", "judged", "unjudged"), WHOLE),
        **dict.fromkeys(("rate", "ratio"), _SHARE),
        "p": MAYBE_NUMBER,
        **dict.fromkeys(truths, TRUTH),
    }
    return record(
        {
            "model": STRING,
            "verdict": STRING,
            "asOf": DATE,
            "policy": listed(row_of("adverse-impact-limits")),
            "people": WHOLE,
            "unknown": WHOLE,
            "groups": listed(record(group)),
        }
    )
