"""What would differ, as one JSON document: numbers as concluded, things by id and label."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pyoxigraph import NamedNode, Triple

from kb_service.engine.differences import Difference
from kb_service.engine.rules import RuleBook
from kb_service.engine.what_if import PersonDifference
from kb_service.knowledge_base.answers import plain
from kb_service.knowledge_base.what_if.described import DIMENSION, Described, Label
from kb_service.knowledge_base.what_if.tally import Tally, Transition, Who
from kb_service.vocabulary import A, iri, local_id

Document = dict[str, Any]

_CONCLUDED_BY = iri("judgement", "concludedBy")
_FRAME = {A, *(iri("judgement", name) for name in ("ofPerson", "forModel", "modelVersion"))}


class Writer:
    """Writes differences down with the names that things have.

    With `origins`, each conclusion also says by which rule and from which conclusions it was drawn;
    without, only a rule that took the place of another is told.
    """

    def __init__(self, described: Described, rules: RuleBook, *, origins: bool) -> None:
        self._described = described
        self._origins = origins
        self.terms: dict[str, Label] = {}
        """What the fields of the conclusions written so far are called."""
        self._stages = {rule.iri: rule.stage for rule in rules.by_iri.values()}

    def transitions(self, tally: Tally) -> list[Document]:
        """How many people go from which verdict to which, by model."""
        counted = sorted(tally.transitions.items(), key=lambda pair: _order(*pair))
        return [
            self._named("model", transition.model)
            | self._named("from", transition.before)
            | self._named("to", transition.after)
            | {"people": count}
            for transition, count in counted
        ]

    def person(self, who: Who, found: PersonDifference) -> Document:
        """Somebody, and what differs for them by model."""
        by_model: dict[NamedNode | None, list[Difference]] = {}
        for each in found.differences:
            by_model.setdefault(each.model, []).append(each)
        models = sorted(by_model, key=lambda model: (model is None, str(model)))
        return {
            "person": who.id,
            **self._named("team", who.team),
            "asOf": who.day.isoformat(),
            "models": [self._model(model, by_model[model], found) for model in models],
        }

    def _model(
        self, model: NamedNode | None, members: Iterable[Difference], found: PersonDifference
    ) -> Document:
        shown = self._named("model", model)
        if model is not None and model in found.plan_hours:
            before, after = found.plan_hours[model]
            shown["planHours"] = {"before": float(before), "after": float(after)}
        if model in found.contested:
            shown["contested"] = True
        return shown | {"differences": [_marked(each, found) for each in self.differences(members)]}

    def differences(self, found: Iterable[Difference]) -> list[Document]:
        """Conclusions that differ, those of later stages first: the verdict leads."""
        ordered = sorted(found, key=self._stage, reverse=True)
        return [self._difference(each) for each in ordered]

    def _stage(self, difference: Difference) -> str:
        rules = (t.object for t in _both(difference) if t.predicate == _CONCLUDED_BY)
        return max((self._stages.get(r, "") for r in rules if isinstance(r, NamedNode)), default="")

    def _difference(self, difference: Difference) -> Document:
        sides = difference.before, difference.after
        rules = [{t.object for t in said if t.predicate == _CONCLUDED_BY} for said in sides]
        with_rule = self._origins or bool(rules[0] and rules[1] and rules[0] != rules[1])
        before, after = (self._side(said, difference.about, with_rule) for said in sides)
        kind = next(iter(difference.kinds), None)
        return {
            **self._named("kind", kind),
            "conclusion": difference.conclusion.value,
            "before": before,
            "after": after,
        }

    def _side(
        self, said: Sequence[Triple], about: Sequence[Triple], with_rule: bool
    ) -> Document | None:
        """What a conclusion says, with what it is about; None where it is not drawn."""
        if not said:
            return None
        things: Document = {}
        values: Document = {}
        for triple in (*about, *said):
            name, value = local_id(triple.predicate), triple.object
            if triple.predicate in _FRAME:
                continue
            if not isinstance(value, NamedNode):
                values[name] = plain(value)
            elif triple.predicate != _CONCLUDED_BY:
                things |= self._thing(name, value)
            elif with_rule:
                name = "rule"
                values[name] = local_id(value)
            if name in things or name in values:
                self.terms[name] = self._described.named(triple.predicate)
        return things | values

    def _thing(self, name: str, node: NamedNode) -> Document:
        """What a conclusion points at; a requirement with its dimension."""
        label = self._described.label(node)
        if label is None:
            return {name: node.value} if self._origins else {}
        dimensions = [self._described.id(one) for one in self._described.nodes(node, DIMENSION)]
        shown: Document = {"dimension": dimensions[0]} if dimensions else {}
        return shown | {name: self._described.id(node), f"{name}Label": label}

    def _named(self, field: str, node: NamedNode | None) -> Document:
        """A thing by its id and label, None where there is none."""
        if node is None:
            return {field: None, f"{field}Label": None}
        return {field: self._described.id(node), f"{field}Label": self._described.named(node)}


def _marked(difference: Document, found: PersonDifference) -> Document:
    """A difference, with the mark of a result to which the person objects."""
    is_contested = any(each.value == difference["conclusion"] for each in found.contested)
    return difference | {"contested": True} if is_contested else difference


def _both(difference: Difference) -> tuple[Triple, ...]:
    return (*difference.before, *difference.after)


def _order(transition: Transition, count: int) -> tuple[str, int, str, str]:
    return str(transition.model), -count, str(transition.before), str(transition.after)
