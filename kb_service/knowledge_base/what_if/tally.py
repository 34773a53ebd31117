"""What differs for many people, counted as it comes in and kept for one page only."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from pyoxigraph import NamedNode, Triple

from kb_service.engine.differences import Difference
from kb_service.engine.what_if import PersonDifference
from kb_service.vocabulary import iri

_VERDICT = iri("judgement", "Verdict")
_IS = iri("judgement", "verdict")


@dataclass(frozen=True)
class Who:
    """A person as an answer shows them, and the day they are judged for."""

    id: str
    team: NamedNode | None
    day: date


@dataclass(frozen=True)
class Transition:
    """From which verdict to which, for a model; None where there is none."""

    model: NamedNode
    before: NamedNode | None
    after: NamedNode | None


@dataclass
class Tally:
    """Counts people and transitions; of the people, only those up to `most` are kept.

    They come in the order in which they are added. Those who change verdict stand first.
    """

    most: int
    looked_at: int = field(init=False, default=0)
    changed: int = field(init=False, default=0)
    """For how many people something differs."""
    with_other_verdict: int = field(init=False, default=0)
    """For how many of them a verdict does."""
    transitions: Counter[Transition] = field(init=False, default_factory=Counter)
    _changing: list[tuple[Who, PersonDifference]] = field(init=False, default_factory=list)
    _others: list[tuple[Who, PersonDifference]] = field(init=False, default_factory=list)

    def add(self, who: Who, found: PersonDifference) -> None:
        """Count somebody for whom something differs."""
        self.changed += 1
        transitions = [t for each in found.differences if (t := transition(each))]
        self.transitions.update(transitions)
        self.with_other_verdict += bool(transitions)
        rows = self._changing if transitions else self._others
        if len(rows) < self.most:
            rows.append((who, found))

    def page(self, limit: int, offset: int) -> list[tuple[Who, PersonDifference]]:
        """Some of the people, as far as they were kept."""
        return [*self._changing, *self._others][offset : offset + limit]


def transition(difference: Difference) -> Transition | None:
    """How a verdict changes; None where this is no verdict, or the same one for another reason."""
    model = difference.model
    if model is None or _VERDICT not in difference.kinds:
        return None
    before, after = _verdict(difference.before), _verdict(difference.after)
    return None if before == after else Transition(model, before, after)


def _verdict(statements: tuple[Triple, ...]) -> NamedNode | None:
    found = (t.object for t in statements if t.predicate == _IS)
    return next((node for node in found if isinstance(node, NamedNode)), None)
