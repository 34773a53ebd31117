"""What rows of sheets of figures and ratings say, before it is a record."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from kb_service.people_records.performance_records import FormRecord
from kb_service.sheets.cells import EARLIEST
from kb_service.sheets.places import Place


@dataclass(frozen=True)
class RowAbout:
    """What a row says of all its values: whom and which period they are about, and when and why."""

    person: str
    period: str
    plan: str | None
    day: date
    reason: str | None


@dataclass
class FormRows:
    """What one rater says about a person, gathered from one row or several."""

    about: RowAbout
    source: str
    place: Place
    grades: dict[str, str] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    day: date = EARLIEST

    def record(self, rater: str) -> FormRecord:
        """All that the rows say, as one form."""
        return FormRecord(
            self.about.person,
            self.about.period,
            rater,
            self.source,
            self.day,
            self.grades,
            plan=self.about.plan,
            reason="; ".join(dict.fromkeys(self.reasons)) or None,
        )
