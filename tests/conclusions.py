"""What the engine concluded, read back as the values that the oracle calculates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.vocabulary import BASE, NAMESPACES, A, iri
from tests.oracle import Judgement

_JUDGEMENT = NAMESPACES["judgement"]


class Told:
    """A person's conclusions by class, each as its properties by local name."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        nodes: dict[str, dict[str, str]] = defaultdict(dict)
        self._kinds: dict[str, list[str]] = defaultdict(list)
        for triple in triples:
            assert isinstance(triple.subject, NamedNode)
            assert isinstance(triple.object, NamedNode | Literal)
            name, value = triple.subject.value, triple.object.value
            if triple.predicate == A:
                self._kinds[value.removeprefix(_JUDGEMENT)].append(name)
                continue
            key = triple.predicate.value.replace("#", "/").rsplit("/", 1)[-1]
            assert nodes[name].setdefault(key, value) == value, f"two values: {triple}"
        self.nodes = nodes

    def of(self, kind: str, model: str) -> list[dict[str, str]]:
        """The conclusions of a class for a model."""
        found = (self.nodes[name] for name in dict.fromkeys(self._kinds[kind]))
        wanted = iri("model", model).value
        return [node for node in found if node["forModel"] == wanted]


def judgement(triples: Iterable[Triple], model: str) -> Judgement:
    """What these conclusions about one person say for a model."""
    told = Told(triples)
    [coverage] = told.of("Coverage", model)
    fits = [Decimal(node["percent"]) for node in told.of("Fit", model)]
    verdicts = [_local(node["verdict"]) for node in told.of("Verdict", model)]
    assert len(fits) <= 1 and len(verdicts) <= 1
    recommended: dict[str, set[str]] = defaultdict(set)
    for node in told.of("RecommendedTraining", model):
        recommended[_gap(node)].add(_local(node["training"]))
    steps: dict[str, list[tuple[int, str, Decimal, Decimal]]] = defaultdict(list)
    for node in told.of("PlanStep", model):
        levels = Decimal(node["fromLevel"]), Decimal(node["toLevel"])
        steps[_gap(node)].append((int(node["stepNumber"]), _local(node["training"]), *levels))
    assert all([s[0] for s in sorted(p)] == list(range(1, len(p) + 1)) for p in steps.values())
    return Judgement(
        gaps={_need(n): Decimal(n["gap"]) for n in told.of("Gap", model)},
        excesses={_need(n): Decimal(n["excess"]) for n in told.of("RequirementMet", model)},
        unknown=frozenset(_need(n) for n in told.of("RequirementUnknown", model)),
        parts={_local(n["part"]): Decimal(n["percent"]) for n in told.of("PartFit", model)},
        known_weight=Decimal(coverage["knownWeight"]),
        total_weight=Decimal(coverage["totalWeight"]),
        coverage=Decimal(coverage["ratio"]),
        fit=fits[0] if fits else None,
        verdict=verdicts[0] if verdicts else None,
        open_gaps=frozenset(_gap(n) for n in told.of("OpenGap", model)),
        recommended={gap: frozenset(found) for gap, found in recommended.items()},
        plans={gap: tuple(s[1:] for s in sorted(found)) for gap, found in steps.items()},
        incentives=frozenset(_name(n["motivation"]) for n in told.of("IncentiveSuggestion", model)),
        risks=frozenset(_name(n["motivation"]) for n in told.of("RetentionRisk", model)),
    )


def _name(address: str) -> str:
    return address.removeprefix(BASE)


def _local(address: str) -> str:
    return address.rsplit("/", 1)[-1]


def _need(node: dict[str, str]) -> str:
    return _local(node["forRequirement"])


def _gap(node: dict[str, str]) -> str:
    return _local(node["onGap"])
