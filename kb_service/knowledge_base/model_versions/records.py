"""What is kept of each version of a position model: its text, and every step taken with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote, unquote

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.knowledge_base.history import moment_literal
from kb_service.knowledge_base.model_versions.numbers import precedence
from kb_service.vocabulary import NAMESPACES, A, iri, local_id

DRAFT, PUBLISHED, RETIRED = "draft", "published", "retired"

_VERSION = iri("core", "ModelVersion")
_ACTIVITY = iri("core", "LifeCycleActivity")
_OF = iri("core", "versionOf")
_NUMBER = iri("core", "version")
_STATUS = iri("core", "versionStatus")
_TEXT = iri("core", "documentText")
_DIGEST = iri("core", "documentDigest")
_STEP = iri("core", "step")
_REASON = iri("core", "reason")
_GENERATED_BY = iri("prov", "wasGeneratedBy")
_USED = iri("prov", "used")
_WITH = iri("prov", "wasAssociatedWith")
_AT = iri("prov", "startedAtTime")
_AGENTS = NAMESPACES["agent"]
_SAFE = "-_.~+"

Said = Mapping[NamedNode, str]


@dataclass(frozen=True)
class StepTaken:
    """One step with a version: which, by whom, when and why. `at` is a moment in ISO 8601."""

    step: str
    by: str
    at: str
    reason: str = ""


@dataclass(frozen=True)
class ModelVersion:
    """One version of a model; `text` is its document in Turtle without a status."""

    model: NamedNode
    number: str
    status: str
    text: str
    digest: str
    steps: tuple[StepTaken, ...] = ()

    @property
    def key(self) -> tuple[str, str]:
        """What no two versions have in common."""
        return self.model.value, self.number

    @property
    def node(self) -> NamedNode:
        """The IRI of the version."""
        model = quote(local_id(self.model), safe=_SAFE)
        return iri("model-version", f"{model}/{quote(self.number, safe=_SAFE)}")

    def having(self, status: str, taken: StepTaken) -> ModelVersion:
        """The version after one more step."""
        return replace(self, status=status, steps=(*self.steps, taken))


def taken(step: str, by: str, at: datetime, reason: str = "") -> StepTaken:
    """A step taken at a moment."""
    return StepTaken(step, by, at.isoformat(timespec="microseconds"), reason)


def in_order(versions: Iterable[ModelVersion]) -> list[ModelVersion]:
    """Versions by model, the greatest number first."""
    newest_first = sorted(versions, key=lambda each: precedence(each.number), reverse=True)
    return sorted(newest_first, key=lambda each: each.model.value)


def version_triples(versions: Iterable[ModelVersion]) -> list[Triple]:
    """What the graph of versions holds of these."""
    return [triple for version in in_order(versions) for triple in _triples(version)]


def read_versions(triples: Iterable[Triple]) -> list[ModelVersion]:
    """The versions that a graph tells of, as `in_order` has them."""
    said: defaultdict[NamedNode, dict[NamedNode, str]] = defaultdict(dict)
    activities: defaultdict[str, list[NamedNode]] = defaultdict(list)
    for triple in triples:
        subject, predicate, value = triple.subject, triple.predicate, triple.object
        if not isinstance(subject, NamedNode) or not isinstance(value, NamedNode | Literal):
            continue
        if predicate == _GENERATED_BY and isinstance(value, NamedNode):
            activities[subject.value].append(value)
        elif predicate == _USED:
            activities[value.value].append(subject)
        else:
            said[subject][predicate] = value.value
    return in_order(
        _version(known, [said[each] for each in sorted(activities[node.value], key=_place)])
        for node, known in said.items()
        if known.get(A) == _VERSION.value
    )


def _triples(version: ModelVersion) -> Iterator[Triple]:
    node = version.node
    yield Triple(node, A, _VERSION)
    yield Triple(node, _OF, version.model)
    yield Triple(node, _NUMBER, Literal(version.number))
    yield Triple(node, _STATUS, iri("status", version.status))
    yield Triple(node, _TEXT, Literal(version.text))
    yield Triple(node, _DIGEST, Literal(version.digest))
    for place, each in enumerate(version.steps, start=1):
        activity = NamedNode(f"{node.value}/step/{place}")
        if place == 1:
            yield Triple(node, _GENERATED_BY, activity)
        else:
            yield Triple(activity, _USED, node)
        yield from _activity_triples(activity, each)


def _activity_triples(activity: NamedNode, each: StepTaken) -> Iterator[Triple]:
    agent = NamedNode(_AGENTS + quote(each.by, safe=""))
    yield Triple(activity, A, _ACTIVITY)
    yield Triple(activity, _STEP, iri("step", each.step))
    yield Triple(agent, A, iri("prov", "Agent"))
    yield Triple(activity, _WITH, agent)
    yield Triple(activity, _AT, moment_literal(datetime.fromisoformat(each.at)))
    if each.reason:
        yield Triple(activity, _REASON, Literal(each.reason))


def _place(activity: NamedNode) -> int:
    return int(local_id(activity))


def _version(said: Said, activities: Sequence[Said]) -> ModelVersion:
    return ModelVersion(
        model=NamedNode(said[_OF]),
        number=said[_NUMBER],
        status=local_id(NamedNode(said[_STATUS])),
        text=said[_TEXT],
        digest=said[_DIGEST],
        steps=tuple(map(_step, activities)),
    )


def _step(said: Said) -> StepTaken:
    return StepTaken(
        step=local_id(NamedNode(said[_STEP])),
        by=unquote(said[_WITH].removeprefix(_AGENTS)),
        at=datetime.fromisoformat(said[_AT]).isoformat(timespec="microseconds"),
        reason=said.get(_REASON, ""),
    )
