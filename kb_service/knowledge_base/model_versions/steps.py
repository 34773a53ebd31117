"""Which step may be taken with a version and by whom, as ontology and policy say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.findings import RefusedInput, violation
from kb_service.knowledge_base.model_versions.records import ModelVersion
from kb_service.vocabulary import LABEL, A, iri, local_id

SUBMIT, PUBLISH, SUPERSEDE, RETIRE, LOAD = "submit", "publish", "supersede", "retire", "load"
ERASE = "erase"
_OURS = frozenset({SUBMIT, SUPERSEDE, LOAD, ERASE})
"""Steps that come with something else: a document handed in, another version published, a person
erased."""
_FROM = iri("core", "fromStatus")
_TO = iri("core", "toStatus")
_SEPARATES = iri("judgement", "separates")
_APART_FROM = iri("judgement", "apartFrom")
_CONFLICT = 409
_FORBIDDEN = 403


@dataclass(frozen=True)
class Step:
    """A kind of step: from which statuses, and to which; "" when it leaves a version in its own."""

    id: str
    label: Mapping[str, str]
    sources: frozenset[str]
    target: str


@dataclass(frozen=True)
class LifeCycle:
    """The steps there are, the names of statuses, and which steps are for different people."""

    steps: Mapping[str, Step]
    statuses: Mapping[str, Mapping[str, str]]
    apart: frozenset[tuple[str, str]]
    """A step, and the one whose doer may not take it."""

    @classmethod
    def of(cls, facts: Iterable[Triple]) -> LifeCycle:
        """The life cycle that shared facts describe."""
        said: defaultdict[NamedNode, list[Triple]] = defaultdict(list)
        for triple in facts:
            if isinstance(triple.subject, NamedNode):
                said[triple.subject].append(triple)
        kinds = {
            node: {t.object for t in known if t.predicate == A} for node, known in said.items()
        }
        steps = (
            _step(node, said[node])
            for node, of in kinds.items()
            if iri("core", "LifeCycleStep") in of
        )
        return cls(
            {step.id: step for step in steps},
            {
                local_id(node): _label(said[node])
                for node, of in kinds.items()
                if iri("core", "Status") in of
            },
            frozenset(
                (step, other)
                for node, of in kinds.items()
                if iri("judgement", "SeparationOfDuties") in of
                for step in _ids(said[node], _SEPARATES)
                for other in _ids(said[node], _APART_FROM)
            ),
        )

    @property
    def offered(self) -> tuple[str, ...]:
        """The steps that somebody may ask for by name, in alphabetical order."""
        return tuple(sorted(set(self.steps) - _OURS))

    def after(self, step: str, version: ModelVersion) -> str:
        """The status in which a step leaves a version. Raises RefusedInput 409 where it may not."""
        known = self.steps[step]
        if version.status not in known.sources:
            raise self._refused(known, version)
        return known.target

    def require_another(self, step: str, version: ModelVersion, by: str) -> None:
        """Raise RefusedInput 403 where this step is for somebody else than who took another."""
        others = {other for of, other in self.apart if of == step}
        if any(each.by == by and each.step in others for each in version.steps):
            names = [self.steps[other].label for other in sorted(others)]
            label = self.steps[step].label
            raise RefusedInput(
                (
                    violation(
                        f"{'、'.join(name['zh'] for name in names)}这一版的人不能再来"
                        f"{label['zh']}；请换一位编辑或由管理员来做。",
                        f"“{label['en']}” is for somebody else than who took the step"
                        f" “{', '.join(name['en'] for name in names)}”: ask another editor or an"
                        " administrator.",
                        value=by,
                    ),
                ),
                _FORBIDDEN,
            )

    def _refused(self, step: Step, version: ModelVersion) -> RefusedInput:
        now = self.statuses[version.status]
        wanted = [self.statuses[status] for status in sorted(step.sources)]
        possible = sorted(
            each.id
            for each in self.steps.values()
            if version.status in each.sources and each.id in self.offered
        )
        zh = f"{version.number} 版现在是“{now['zh']}”，“{step.label['zh']}”要求它是"
        zh += "或".join(f"“{status['zh']}”" for status in wanted)
        en = f"Version {version.number} is “{now['en']}”, and “{step.label['en']}” takes one that is "
        en += " or ".join(f"“{status['en']}”" for status in wanted)
        if possible:
            zh += f"；现在可以做的是：{'、'.join(possible)}。"
            en += f"; what can be done now: {', '.join(possible)}."
        else:
            zh += "；请提交一个新版本。"
            en += "; submit a new version."
        return RefusedInput((violation(zh, en, value=version.status),), _CONFLICT)


def _step(node: NamedNode, said: Iterable[Triple]) -> Step:
    known = list(said)
    target = next(iter(_ids(known, _TO)), "")
    return Step(local_id(node), _label(known), frozenset(_ids(known, _FROM)), target)


def _ids(said: Iterable[Triple], predicate: NamedNode) -> list[str]:
    found = (t.object for t in said if t.predicate == predicate)
    return [local_id(node) for node in found if isinstance(node, NamedNode)]


def _label(said: Iterable[Triple]) -> Mapping[str, str]:
    found = (t.object for t in said if t.predicate == LABEL)
    return {each.language or "": each.value for each in found if isinstance(each, Literal)}
