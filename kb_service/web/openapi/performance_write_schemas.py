"""What is written of people's performance, and what is answered then, as JSON Schema."""

from __future__ import annotations

from collections.abc import Callable

from kb_service.web.openapi.schema_parts import (
    DATE,
    MAYBE_NUMBER,
    MAYBE_STRING,
    NUMBER,
    STRING,
    TEXT,
    WHOLE,
    Schema,
    by_id,
    given,
    listed,
    maybe,
    record,
    rows,
)

_GRADE: Schema = {"enum": ["A", "B", "C", "D", "E"]}
_STATE: Schema = {"enum": ["open", "closed"]}


def performance_write_schemas(row_of: Callable[..., Schema]) -> dict[str, Schema]:
    """The schemas by name."""
    usual = {"plan": MAYBE_STRING, "reason": MAYBE_STRING}
    result = {"person": STRING, "period": STRING, "rows": listed(row_of("performance-of-person"))}
    period = {"id": STRING, "label": TEXT, "start": DATE, "end": DATE, "state": _STATE}
    correction = {"fact": STRING, "earlier": STRING, "now": MAYBE_STRING, "by": STRING, "on": DATE}
    return {
        "MeasurementGiven": _requiring(given(value=NUMBER, date=DATE, **usual), "value", "date"),
        "GoalGiven": _requiring(
            given(target=NUMBER, threshold=MAYBE_NUMBER, stretch=MAYBE_NUMBER, **usual), "target"
        ),
        "RatingFormGiven": _requiring(
            given(source=STRING, date=DATE, grades=by_id(_GRADE), **usual),
            "source",
            "date",
            "grades",
        ),
        "MeasurementRemoval": _requiring(given(reason=STRING, date=maybe(DATE)), "reason"),
        "Removal": _requiring(given(reason=STRING), "reason"),
        "Recorded": record(result, corrections=WHOLE),
        "Corrections": record(
            {"person": STRING, "rows": listed(record({**correction, "reason": MAYBE_STRING}))}
        ),
        "PeriodGiven": given(
            start=maybe(DATE), end=maybe(DATE), state=_STATE, label=given(zh=STRING, en=STRING)
        ),
        "Period": record({**period, "closedOn": maybe(DATE), "closedBy": MAYBE_STRING}),
        "Periods": rows(record({**period, "closedOn": maybe(DATE), "closedBy": MAYBE_STRING})),
    }


def _requiring(body: Schema, *names: str) -> Schema:
    """A body in which these fields have to be there."""
    return {**body, "required": list(names)}
