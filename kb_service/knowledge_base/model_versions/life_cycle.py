"""The life of position models: versions handed in, reviewed, published and retired."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from pyoxigraph import NamedNode, Triple

from kb_service.findings import Finding, RefusedInput, violation
from kb_service.knowledge_base.checking import CheckedDocument
from kb_service.knowledge_base.keeping import Keeper
from kb_service.knowledge_base.model_documents import SubmittedModel
from kb_service.knowledge_base.model_versions.documents import (
    ModelDocument,
    digest_of_text,
    models_in,
    read_document,
    submitted,
    unsaid_status,
)
from kb_service.knowledge_base.model_versions.following import Graphs, HeldBack, held_back
from kb_service.knowledge_base.model_versions.numbers import precedence
from kb_service.knowledge_base.model_versions.protection import refuse_foreign
from kb_service.knowledge_base.model_versions.records import (
    DRAFT,
    PUBLISHED,
    ModelVersion,
    in_order,
    taken,
)
from kb_service.knowledge_base.model_versions.steps import (
    PUBLISH,
    RETIRE,
    SUBMIT,
    SUPERSEDE,
    LifeCycle,
)
from kb_service.knowledge_base.outcomes import UnknownThingError
from kb_service.vocabulary import iri

Check = Callable[[SubmittedModel], CheckedDocument]
"""What there is to say of a position model that was read."""

_CONFLICT = 409
_LONGEST_REASON = 2000


@dataclass(frozen=True)
class Actor:
    """Who takes a step; who is not `bound` may take those that are for somebody else."""

    name: str
    bound: bool = True


@dataclass(frozen=True)
class Submitted:
    """The version that a document became, what the shapes remark, and whether it is new."""

    version: ModelVersion
    notes: tuple[Finding, ...]
    is_new: bool


class ModelLifeCycle:
    """Keeps every version of every position model, under the keeper's lock."""

    def __init__(self, keeper: Keeper, check: Check) -> None:
        self._keeper = keeper
        self._check = check

    @property
    def cycle(self) -> LifeCycle:
        """The steps that may be taken, as ontology and policy have them."""
        return LifeCycle.of(self._keeper.shared_facts())

    def versions(self, model: str | None = None) -> list[ModelVersion]:
        """The versions of a model, or of all; by model, the greatest number first.

        Raises UnknownThingError for a model of which there is none.
        """
        found = self._keeper.model_versions()
        if model is None:
            return found
        node = iri("model", model)
        of_model = [version for version in found if version.model == node]
        if not of_model:
            raise UnknownThingError("model", model)
        return of_model

    def version(self, model: str, number: str) -> ModelVersion:
        """One version. Raises UnknownThingError."""
        for version in self.versions(model):
            if version.number == number:
                return version
        raise UnknownThingError("model version", f"{model} {number}")

    def document(self, version: ModelVersion) -> list[Triple]:
        """What a version says, in the status that it has."""
        return _document(version).with_status(version.status)

    def held_back(self, files: Graphs) -> list[HeldBack]:
        """What these files say of models otherwise than counts here, see `following.held_back`."""
        return held_back(self._keeper.recorded_versions(), self._keeper.knowledge.graphs, files)

    def submit(self, model: SubmittedModel, actor: Actor, reason: str = "") -> Submitted:
        """Keep a document as a draft, in place of the draft with the same number.

        Raises RefusedInput: 422 for what is no position model or breaks a shape, 409 for a number
        that is taken or too small.
        """
        _refuse_reason(reason)
        checked = self._check(
            replace(model, triples=(*model.triples, *unsaid_status(model.triples)))
        )
        if not checked.conforms:
            raise RefusedInput(checked.findings, checked.status)
        document = submitted(model.triples)
        with self._keeper.lock:
            known = self._of(document.model)
            self._refuse_graph(document)
            before = next((each for each in known if each.number == document.number), None)
            version = _draft(document)
            if before is not None and before.digest == version.digest:
                return Submitted(before, checked.findings, is_new=False)
            _refuse_number(document, known)
            status = DRAFT if before is None else self.cycle.after(SUBMIT, before)
            step = taken(SUBMIT, actor.name, self._keeper.now(), reason)
            steps = (*before.steps, step) if before else (step,)
            version = ModelVersion(
                version.model, version.number, status, version.text, version.digest, steps
            )
            self._keeper.store_versions(self._with(version))
        return Submitted(version, checked.findings, is_new=before is None)

    def take(
        self, step: str, model: str, number: str, actor: Actor, reason: str = ""
    ) -> ModelVersion:
        """Take a step with a version; publishing and retiring concludes people anew.

        Raises UnknownThingError for a step or version that does not exist, and RefusedInput: 409
        when the version is not in a status for it, 403 when it is for somebody else, 422 when what
        is to be published breaks a shape. Nothing is stored then.
        """
        _refuse_reason(reason)
        with self._keeper.lock:
            cycle = self.cycle
            if step not in cycle.offered:
                raise UnknownThingError("step", step)
            version = self.version(model, number)
            status = cycle.after(step, version)
            if actor.bound:
                cycle.require_another(step, version, actor.name)
            done = taken(step, actor.name, self._keeper.now(), reason)
            after = version.having(status, done)
            if step == PUBLISH:
                self._publish(after, actor)
            elif step == RETIRE:
                self._retire(after)
            else:
                self._keeper.store_versions(self._with(after))
        return after

    def _publish(self, version: ModelVersion, actor: Actor) -> None:
        """Have people judged by this version from now on, in place of the one so far."""
        document = _document(version)
        self._refuse_graph(document)
        self._refuse_faults(document)
        at = self._keeper.now()
        others = [
            each.having(
                self.cycle.after(SUPERSEDE, each),
                taken(SUPERSEDE, actor.name, at, f"→ {version.number}"),
            )
            for each in self._of(version.model)
            if each.status == PUBLISHED
        ]
        graph = {document.graph: document.with_status(version.status)}
        self._keeper.replace(graph, {}, self._with(*others, version))

    def _retire(self, version: ModelVersion) -> None:
        """Have nobody judged by the model any more."""
        document = _document(version)
        graph = {document.graph: document.with_status(version.status)}
        self._keeper.replace(graph, {}, self._with(version))

    def _of(self, model: NamedNode) -> list[ModelVersion]:
        return [each for each in self._keeper.model_versions() if each.model == model]

    def _with(self, *changed: ModelVersion) -> list[ModelVersion]:
        """Every version there is to be."""
        known = {each.key: each for each in self._keeper.model_versions()}
        return in_order({**known, **{each.key: each for each in changed}}.values())

    def _refuse_faults(self, document: ModelDocument) -> None:
        """Refuse what breaks a shape by now: knowledge may have changed since it was handed in."""
        checked = self._check(SubmittedModel(tuple(document.with_status(PUBLISHED))))
        if not checked.conforms:
            raise RefusedInput(checked.findings, checked.status)

    def _refuse_graph(self, document: ModelDocument) -> None:
        """Refuse a document for a graph that holds something else, or about what others hold."""
        graphs = self._keeper.knowledge.graphs
        mine = [name for name in graphs if document.model in models_in(graphs[name])]
        if mine and mine != [document.graph]:
            raise _conflict(
                f"这个岗位模型写在 <{mine[0].value}> 里；请让文件头用这个 IRI。",
                f"This position model lives in <{mine[0].value}>; give the header that IRI.",
                document.graph.value,
            )
        if document.graph in graphs and not mine:
            raise _conflict(
                f"<{document.graph.value}> 里已有别的内容；请给文件头另起一个 IRI。",
                f"<{document.graph.value}> holds something else; give the header another IRI.",
                document.graph.value,
            )
        refuse_foreign({document.graph: document.triples}, graphs)


def _draft(document: ModelDocument) -> ModelVersion:
    text = document.text
    return ModelVersion(document.model, document.number, DRAFT, text, digest_of_text(text))


def _document(version: ModelVersion) -> ModelDocument:
    return read_document(version.text, version.model, version.number)


def _refuse_number(document: ModelDocument, known: Iterable[ModelVersion]) -> None:
    """Refuse a number under which something else was handed in, or one that is not the greatest."""
    final = [each for each in known if each.status != DRAFT]
    if any(each.number == document.number for each in final):
        raise _conflict(
            f"{document.number} 版已有别的内容，不能再改；请提交更大的版本号。",
            f"Version {document.number} says something else and is not changed any more; submit a"
            " greater version number.",
            document.number,
        )
    greatest = max(final, key=lambda each: precedence(each.number), default=None)
    if greatest and precedence(document.number) <= precedence(greatest.number):
        raise _conflict(
            f"已有 {greatest.number} 版；新版本的版本号必须更大。",
            f"There is version {greatest.number} already; a new one needs a greater number.",
            document.number,
        )


def _refuse_reason(reason: str) -> None:
    if len(reason) > _LONGEST_REASON:
        raise RefusedInput(
            (
                violation(
                    f"缘由最多 {_LONGEST_REASON} 个字符。",
                    f"Give the reason in at most {_LONGEST_REASON} characters.",
                    "/reason",
                ),
            )
        )


def _conflict(zh: str, en: str, value: str) -> RefusedInput:
    return RefusedInput((violation(zh, en, value=value),), _CONFLICT)
