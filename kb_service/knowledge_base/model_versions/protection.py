"""What may not be written past the life cycle: published and retired models, and parts of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pyoxigraph import NamedNode, Triple

from kb_service.findings import Finding, RefusedInput, violation
from kb_service.knowledge_base.model_versions.documents import models_in, status_in
from kb_service.knowledge_base.model_versions.records import PUBLISHED, RETIRED
from kb_service.vocabulary import iri, local_id

_REQUIRES = iri("core", "requires")
_CONFLICT = 409
_FORBIDDEN = 403

Graphs = Mapping[NamedNode, Sequence[Triple]]


def settled_models(triples: Iterable[Triple]) -> list[NamedNode]:
    """The models in a graph that were published, whether or not they are retired by now."""
    known = list(triples)
    return [node for node in models_in(known) if status_in(known, node) in (PUBLISHED, RETIRED)]


def published_anew(graphs: Graphs, stored: Graphs) -> list[NamedNode]:
    """The models that graphs would publish which are not published in what is stored."""
    before = {model for triples in stored.values() for model in settled_models(triples)}
    found = {
        model
        for triples in graphs.values()
        for model in models_in(triples)
        if status_in(triples, model) == PUBLISHED
    }
    return sorted(found - before, key=str)


def refuse_unreviewed(models: Iterable[NamedNode]) -> None:
    """Raise RefusedInput 403 for models that somebody wants published without a review."""
    faults = [_unreviewed(model) for model in models]
    if faults:
        raise RefusedInput(faults, _FORBIDDEN)


def refuse_settled(graphs: Iterable[NamedNode], stored: Graphs) -> None:
    """Raise RefusedInput 409 for graphs that hold a published or retired model."""
    faults = [
        _settled(name, model) for name in graphs for model in settled_models(stored.get(name, ()))
    ]
    if faults:
        raise RefusedInput(faults, _CONFLICT)


def refuse_foreign(graphs: Graphs, stored: Graphs) -> None:
    """Raise RefusedInput 409 for statements about parts of a published model of another graph."""
    faults: dict[NamedNode, Finding] = {}
    for name, triples in graphs.items():
        subjects = {t.subject for t in triples if isinstance(t.subject, NamedNode)}
        for other, known in stored.items():
            if other == name:
                continue
            for model in settled_models(known):
                for part in sorted(_parts(model, known) & subjects, key=str):
                    faults[part] = _foreign(part, other, model)
    if faults:
        raise RefusedInput(tuple(faults.values())[:20], _CONFLICT)


def _parts(model: NamedNode, known: Iterable[Triple]) -> set[NamedNode]:
    """The model and its requirements: what rules judge people by."""
    asked = (t.object for t in known if (t.subject, t.predicate) == (model, _REQUIRES))
    return {model, *(node for node in asked if isinstance(node, NamedNode))}


def _unreviewed(model: NamedNode) -> Finding:
    id = local_id(model)
    return violation(
        f"岗位模型 {id} 要经过审阅才能发布；请把它作为草稿提交：POST /api/v1/position-models。"
        "不经审阅直接载入，只有管理员可以。",
        f"The position model {id} is published after a review only; hand it in as a draft: POST"
        " /api/v1/position-models. Only administrators bring one in without a review.",
        value=model.value,
    )


def _settled(graph: NamedNode, model: NamedNode) -> Finding:
    id = local_id(model)
    return violation(
        f"<{graph.value}> 里的岗位模型 {id} 发布过，不能直接改动；请用更大的版本号提交新版本：rengang model"
        " submit 文件，或 POST /api/v1/position-models。要停用它请用 retire。",
        f"<{graph.value}> holds the position model {id}, which was published and is not changed"
        " directly; submit a new version with a greater number: rengang model submit FILE, or POST"
        " /api/v1/position-models. To judge nobody by it any more, retire it.",
        value=graph.value,
    )


def _foreign(part: NamedNode, graph: NamedNode, model: NamedNode) -> Finding:
    id = local_id(model)
    return violation(
        f"<{part.value}> 属于发布过的岗位模型 {id}（<{graph.value}>），不能从别处增改；请提交该模型的"
        "新版本。",
        f"<{part.value}> belongs to the position model {id} in <{graph.value}>, which was published"
        " and is not changed from elsewhere; submit a new version of that model.",
        value=part.value,
    )
