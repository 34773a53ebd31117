"""What the overview, the search and the list of terms look like as JSON Schema."""

from __future__ import annotations

from kb_service.knowledge_base.terms import Kind
from kb_service.web.openapi.schema_parts import (
    DATE,
    MAYBE_STRING,
    MAYBE_TEXT,
    STRING,
    TEXT,
    WHOLE,
    Schema,
    listed,
    maybe,
    record,
    ref,
)
from kb_service.web.searching import KINDS

_HOLDINGS = ("positionModels", "dimensions", "trainings", "plans")
_PERHAPS_UNTOLD = ("people", "studies", "findings")


def overview_schemas() -> dict[str, Schema]:
    """The schemas by name."""
    thing = record({"id": STRING, "label": TEXT})
    holdings = {**dict.fromkeys(_HOLDINGS, WHOLE), **dict.fromkeys(_PERHAPS_UNTOLD, maybe(WHOLE))}
    hit = record({"id": STRING, "label": TEXT, "note": MAYBE_TEXT, "address": STRING})
    return {
        "Matter": record({"matter": STRING, "count": maybe(WHOLE), "things": listed(thing)}),
        "Overview": record(
            {
                "asOf": DATE,
                "holdings": record(holdings),
                "matters": listed(ref("Matter")),
                "fitting": listed(
                    record({"model": STRING, "modelLabel": TEXT, "people": maybe(WHOLE)})
                ),
            }
        ),
        "FoundOfAKind": record(
            {"kind": {"enum": list(KINDS)}, "total": WHOLE, "rows": listed(hit)}
        ),
        "Terms": record(
            {
                "prefixes": {"type": "object", "additionalProperties": STRING},
                "terms": listed(
                    record(
                        {
                            "name": STRING,
                            "iri": STRING,
                            "kind": {"enum": [kind.value for kind in Kind]},
                            "label": maybe(record({"zh": MAYBE_STRING, "en": MAYBE_STRING})),
                        }
                    )
                ),
            }
        ),
        "Search": record({"query": STRING, "groups": listed(ref("FoundOfAKind"))}),
    }
