"""What writes, dry runs and requests of a person's rights look like as JSON Schema."""

from __future__ import annotations

from kb_service.web.openapi.schema_parts import (
    DATE,
    FINDINGS,
    MAYBE_NUMBER,
    MAYBE_STRING,
    NUMBER,
    OBJECT,
    STRING,
    TEXT,
    TRUTH,
    WHOLE,
    Schema,
    by_id,
    given,
    listed,
    maybe,
    record,
    ref,
)


def writing_schemas() -> dict[str, Schema]:
    """Those of bodies that are stored or tried, and of what is answered, by name."""
    return {**_writing(), **_rights()}


def _writing() -> dict[str, Schema]:
    supposed_requirement = given(
        required=MAYBE_NUMBER, weight=MAYBE_NUMBER, minimum=MAYBE_NUMBER, tier=STRING
    )
    numbers = {"anyOf": [NUMBER, by_id(NUMBER)]}
    supposition = given(
        **{"for": {"anyOf": [STRING, given(person=STRING, team=STRING)]}},
        ratings=by_id(MAYBE_NUMBER),
        performance=given(
            period=STRING,
            figures=by_id(MAYBE_NUMBER),
            grades=by_id(MAYBE_STRING),
            forms=listed(given(source=STRING, grades=by_id(MAYBE_STRING))),
        ),
        requirements=by_id(by_id(maybe(supposed_requirement))),
        policy=by_id(numbers),
        model=STRING,
        modelType=STRING,
        models=listed(STRING),
        asOf=DATE,
        detail=STRING,
    )
    supposition["required"] = ["for"]
    assessment = given(
        date=DATE,
        source=STRING,
        framework=STRING,
        ratings=by_id(MAYBE_NUMBER),
        expires=maybe(DATE),
        scale=MAYBE_STRING,
    )
    assessment["required"] = ["date", "source", "framework", "ratings"]
    stored = record({"person": STRING, "name": STRING, "assessments": listed(STRING)})
    return {
        "PersonGiven": given(
            name=STRING,
            team=MAYBE_STRING,
            post=MAYBE_STRING,
            candidateFor=listed(STRING),
        ),
        "AssessmentGiven": assessment,
        "Assessed": record({"person": STRING, "assessment": STRING, "fits": listed(ref("FitRow"))}),
        "Supposition": supposition,
        "Imported": record(
            {"people": WHOLE, "assessments": WHOLE, "stored": listed(stored), "notes": FINDINGS},
            measurements=WHOLE,
            ratingForms=WHOLE,
            corrections=WHOLE,
        ),
        "Report": record(
            {"conforms": TRUTH, "violations": WHOLE, "warnings": WHOLE, "infos": WHOLE}
            | {"checked": by_id(WHOLE), "findings": FINDINGS},
            dryRuns=listed(ref("DryRun")),
        ),
        "DryRun": _dry_run(),
    }


def _dry_run() -> Schema:
    """How people would be judged by a model; a count that is withheld is null."""
    count = maybe(WHOLE)
    verdict = record({"verdict": STRING, "label": TEXT, "people": count}, before=count)
    requirement = record(
        {"requirement": STRING, "label": TEXT, "level": MAYBE_NUMBER}
        | dict.fromkeys(("reached", "short", "unknown"), count)
    )
    return record(
        {"model": STRING, "label": TEXT, "people": count, "published": TRUTH}
        | {"coverage": MAYBE_NUMBER, "verdicts": listed(verdict)}
        | {"moves": listed(record({"before": STRING, "after": STRING, "people": count}))}
        | {"requirements": listed(requirement), "summary": listed(TEXT)}
    )


def _rights() -> dict[str, Schema]:
    """What people ask for by their rights."""
    settlement = record(dict.fromkeys(("outcome", "on", "by", "words"), MAYBE_STRING))
    objection = record(
        {"id": STRING, "grounds": MAYBE_STRING, "models": listed(STRING)}
        | {"periods": listed(STRING), "raisedOn": DATE}
        | {"raisedBy": MAYBE_STRING, "settlement": maybe(settlement)}
    )
    one = {**objection, "properties": {"person": STRING, **objection["properties"]}}
    changed = record(
        {"at": STRING, "by": MAYBE_STRING, "reason": MAYBE_STRING, "first": TRUTH}
        | dict.fromkeys(("before", "after"), listed(OBJECT))
    )
    return {
        "Objection": one,
        "Objections": record({"person": STRING, "rows": listed(objection)}),
        "ObjectionGiven": _requiring(
            given(grounds=STRING, models=listed(STRING), periods=listed(STRING), date=DATE),
            "grounds",
        ),
        "SettlementGiven": _requiring(given(outcome=STRING, words=STRING, date=DATE), "outcome"),
        "Rectifications": record({"person": STRING, "rows": listed(changed)}),
        "RectificationGiven": _requiring(
            given(
                reason=STRING,
                name=STRING,
                contact=by_id(MAYBE_STRING),
                team=MAYBE_STRING,
                post=MAYBE_STRING,
                candidateFor=listed(STRING),
                assessments=by_id(maybe(OBJECT)),
            ),
            "reason",
        ),
        "ErasureGiven": _requiring(given(people=listed(STRING)), "people"),
        "Erased": record({"erased": WHOLE}),
        "Readiness": record({"status": STRING, "reasons": listed(OBJECT)}),
    }


def _requiring(body: Schema, *names: str) -> Schema:
    """A body in which these fields have to be there."""
    return {**body, "required": list(names)}
