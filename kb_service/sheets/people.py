"""People gathered from several rows: each row may say a part, none may contradict another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kb_service.people_records import CONTACT, Introduction
from kb_service.sheets.columns import BY_KEY
from kb_service.sheets.places import Faults, Place

Fact = str | tuple[str, ...]


@dataclass
class PeopleReader:
    """Joins what the rows say about each person, and reports rows that disagree."""

    faults: Faults
    _known: dict[str, dict[str, tuple[Fact, Place]]] = field(default_factory=dict)

    def add(self, person: str, facts: Mapping[str, tuple[Fact | None, Place]]) -> None:
        """Take in what one row says; a fact that is None or empty says nothing."""
        known = self._known.setdefault(person, {})
        for key, (fact, place) in facts.items():
            if not fact:
                continue
            earlier, earlier_place = known.setdefault(key, (fact, place))
            if not _same(earlier, fact):
                self._report(person, key, (earlier, earlier_place), (fact, place))

    def _report(
        self, person: str, key: str, earlier: tuple[Fact, Place], later: tuple[Fact, Place]
    ) -> None:
        column = BY_KEY[key]
        self.faults.add(
            later[1].fault(
                f"工号 {person} 的{column.zh}前后不一：这里是「{_shown(later[0])}」，"
                f"{earlier[1].in_chinese}是「{_shown(earlier[0])}」；请改成一致，或更正工号。",
                f"{person} has two different entries under {column.en}: here {_shown(later[0])!r}, "
                f"but {_shown(earlier[0])!r} at {earlier[1].in_english}; make them agree, "
                "or correct the id.",
                _shown(later[0]),
            )
        )

    def records(self) -> tuple[Introduction, ...]:
        """One record for each person of whom the rows say more than the id."""
        return tuple(_record(person, facts) for person, facts in self._known.items() if facts)


def _same(one: Fact, other: Fact) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return set(one) == set(other)
    return one == other


def _shown(fact: Fact) -> str:
    return fact if isinstance(fact, str) else "; ".join(fact)


def _record(person: str, facts: Mapping[str, tuple[Fact, Place]]) -> Introduction:
    said = {key: fact for key, (fact, _) in facts.items()}
    candidate = said.get("candidate-for", ())
    return Introduction(
        person,
        _text(said.get("name")) or person,
        _text(said.get("team")),
        _text(said.get("post")),
        candidate if isinstance(candidate, tuple) else (candidate,),
        {key: text for key in CONTACT if (text := _text(said.get(key)))},
    )


def _text(fact: Fact | None) -> str | None:
    return fact if isinstance(fact, str) else None
