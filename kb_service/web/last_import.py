"""When something was last imported, as the audit has it."""

from __future__ import annotations

import re

from kb_service.access.roles import People
from kb_service.access.view import View
from kb_service.audit import latest_entry
from kb_service.web.answers import Document

_IMPORTS = re.compile(
    rb'"action":"(?:'
    rb'(?:POST (?:/api/v1)?/import\b[^"]*|command import\b[^"]*)"'
    rb'[^\n]*"people":[1-9][^\n]*"outcome":"(?:20[0-9]|done|touched)"'
    rb'|POST /import/<pending>"[^\n]*"people":[1-9][^\n]*"outcome":"303")'
)
"""Of what a page, a program or the command line stored about somebody, not what was refused or shown first."""


def last_import(view: View) -> Document | None:
    """When and by what way; how much and by whom only for who may read about everybody, or administers.

    None where the audit of the last while has none.
    """
    entry = latest_entry(view.knowledge_base.store.data.audit, _IMPORTS)
    if entry is None:
        return None
    rights = view.caller.rights
    return {
        "at": entry["time"],
        "action": entry["action"],
        "people": entry["people"] if rights.reads is People.EVERYBODY else None,
        "by": entry["who"] if rights.administers else None,
    }
