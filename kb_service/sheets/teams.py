"""Teams as people write them: by id, by a known label, or by a name that is new."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping

from kb_service.people_records import Choice, Choices, Introduction, Unreadable, id_faults, plain
from kb_service.sheets.cells import CellValue, read_text
from kb_service.sheets.columns import LISTS_SHEET
from kb_service.sheets.tables import Table
from kb_service.vocabulary import iri

TEAM_HEADERS = ("team-id", "team-zh", "team-en")


def team(id: str, zh: str, en: str) -> Choice:
    """A team with this id and labels; a missing label is replaced by the other or the id."""
    return Choice(id, iri("team", id), zh or en or id, en or zh or id)


class TeamReader:
    """Finds the id of the team that a cell names, making one for a new name.

    Labels mean the teams that are known already before those that the workbook lists.
    """

    def __init__(self, known: Mapping[str, Choice], listed: Mapping[str, Choice]) -> None:
        self._offered = [Choices.of(known), Choices.of(listed)]
        self._teams = {**listed, **known}

    def read(self, value: CellValue) -> str:
        """The id of the team: the known one of this name, the name itself if it is an id, or new.

        The same new name gives the same id wherever it is read.
        """
        text = read_text(value)
        for choices in self._offered:
            if found := choices.find(text):
                return found
        if len(text) > 200:
            raise Unreadable(
                "班组名称不能超过 200 个字符，例如「热线一组」。",
                "Give a team name of at most 200 characters, such as Hotline team 1.",
            )
        made = text if not id_faults(text, "") else _id_from_name(plain(text))
        self._teams.setdefault(made, team(made, text, text))
        return made

    def of(self, people: Iterable[Introduction]) -> tuple[Choice, ...]:
        """The teams these people belong to, each once."""
        used = dict.fromkeys(person.team for person in people if person.team)
        return tuple(self._teams[id] for id in used)


def _id_from_name(name: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", name).strip("-")
    if name.isascii() and words and len(words) <= 64:
        return words
    return "team-" + hashlib.sha256(name.encode()).hexdigest()[:10]


def teams_listed_in(tables: Iterable[Table]) -> dict[str, Choice]:
    """The teams in the list sheet of a workbook made from the template, by id."""
    found: dict[str, Choice] = {}
    for table in tables:
        if table.name != LISTS_SHEET:
            continue
        rows = table.rows()
        head = next(rows, None)
        if head is None or not set(TEAM_HEADERS) <= set(head.values):
            continue
        places = [head.values.index(name) for name in TEAM_HEADERS]
        for row in rows:
            texts = [
                str(row.values[place] or "") if place < len(row.values) else "" for place in places
            ]
            if not id_faults(texts[0], ""):
                found[texts[0]] = team(*texts)
    return found
