"""The people judged for a position, as one caller may see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kb_service.access.tables import as_seen
from kb_service.access.view import View
from kb_service.knowledge_base import Answer


@dataclass(frozen=True)
class Ranked:
    """Some of the people judged for a position, best fit first, and how many there are of them."""

    answer: Answer
    total: int


def ranked(view: View, model: str, narrowed: Mapping[str, str], limit: int, offset: int) -> Ranked:
    """The people in reach who are judged for a position, as far as what narrows them lets through.

    `narrowed` has what `ranking-of-model` may take. Raises UnknownThingError.
    """
    base = view.knowledge_base
    keys = base.order_of_people("ranking-of-model", reach=view.reach, model=model, **narrowed)
    page = keys[offset : offset + limit]
    found = base.ask_among(page, "candidates-for-model", reach=view.reach, model=model)
    view.note_people(page)
    return Ranked(as_seen(found, view.names), len(keys))
