"""What the status looks like as JSON Schema."""

from __future__ import annotations

from kb_service.web.openapi.schema_parts import (
    DATE,
    FINDINGS,
    MAYBE_STRING,
    MAYBE_TEXT,
    NUMBER,
    STRING,
    TEXT,
    TRUTH,
    WHOLE,
    Schema,
    listed,
    maybe,
    record,
    ref,
)


def status_schemas() -> dict[str, Schema]:
    """The schemas by name."""
    reason = record({"code": STRING, "message": TEXT})
    health = record(
        {"status": {"enum": ["ready", "read-only", "not ready"]}, "reasons": listed(reason)}
    )
    brought = record({"at": STRING, "action": STRING, "people": maybe(WHOLE), "by": MAYBE_STRING})
    return {
        "Status": record(
            {
                "health": health,
                "knowledge": STRING,
                "versions": _versions(),
                "asOf": DATE,
                "people": maybe(WHOLE),
                "lastImport": maybe(brought),
                "missing": FINDINGS,
                "check": ref("WholeCheck"),
                "rulesCounted": MAYBE_STRING,
                "rulesAreBeingCounted": TRUTH,
                "rules": listed(_rule()),
                "watch": maybe(_watch()),
            }
        ),
        "WholeCheck": _check(),
        "CheckBegun": record({"check": ref("WholeCheck")}),
    }


def _versions() -> Schema:
    module = record({"path": STRING, "title": MAYBE_TEXT, "version": STRING})
    software = dict.fromkeys(("rengang", "pyoxigraph", "python"), STRING)
    return record({**software, "modules": listed(module)})


def _check() -> Schema:
    last = record(
        {
            "at": STRING,
            "seconds": NUMBER,
            "people": maybe(WHOLE),
            "counts": record(dict.fromkeys(("violation", "warning", "info"), WHOLE)),
            "findings": FINDINGS,
        }
    )
    running = record({"done": WHOLE, "people": WHOLE})
    return record({"running": maybe(running), "failed": TRUTH, "last": maybe(last)})


def _rule() -> Schema:
    return record(
        {
            "rule": STRING,
            "stage": STRING,
            "says": TEXT,
            "about": {"enum": ["person", "shared", "study"]},
            "kept": TRUTH,
            "people": maybe(WHOLE),
            "conclusions": maybe(WHOLE),
        }
    )


def _watch() -> Schema:
    state = {"enum": ["checking", "served", "refused", "gone"]}
    changed = {"at": STRING, "seconds": NUMBER, "changed": listed(STRING), "state": state}
    each = record({**changed, "findings": FINDINGS, "people": WHOLE})
    return record(
        {"folder": STRING, "parts": listed(STRING), "state": state, "rounds": listed(each)}
    )
