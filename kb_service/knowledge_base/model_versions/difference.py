"""What one version of a position model says otherwise than another, in people's words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.knowledge_base.what_if.changes import NONE, arrow, number_words, shown_number
from kb_service.knowledge_base.what_if.described import (
    DIMENSION,
    MINIMUM,
    REQUIRED,
    REQUIRES,
    STATUS,
    TIER,
    WEIGHT,
    Described,
    Label,
    Term,
)
from kb_service.vocabulary import A, iri, local_id, shorten

_TERMS: dict[NamedNode, Label] = {
    iri("skos", "prefLabel"): {"zh": "名称", "en": "name"},
    iri("skos", "altLabel"): {"zh": "别名", "en": "other name"},
    iri("skos", "definition"): {"zh": "释义", "en": "definition"},
    iri("skos", "scopeNote"): {"zh": "说明", "en": "note"},
    iri("dcterms", "title"): {"zh": "标题", "en": "title"},
    iri("dcterms", "description"): {"zh": "介绍", "en": "description"},
    iri("dcterms", "source"): {"zh": "来源", "en": "source"},
    iri("dcterms", "license"): {"zh": "许可", "en": "licence"},
    iri("owl", "imports"): {"zh": "引入的本体", "en": "imported ontology"},
}
"""What terms are called that belong to others and have no name in two languages."""
_OF_REQUIREMENTS = (TIER, REQUIRED, WEIGHT, MINIMUM)
_TOLD_OTHERWISE = frozenset(
    {
        STATUS,
        REQUIRES,
        iri("core", "version"),
        iri("owl", "versionInfo"),
        iri("owl", "versionIRI"),
    }
)
_FIELDS = {TIER: "tier", REQUIRED: "requiredLevel", WEIGHT: "weight", MINIMUM: "minimumLevel"}
_LANGUAGES = {"zh": {"zh": "中文", "en": "Chinese"}, "en": {"zh": "英文", "en": "English"}}

Value = Decimal | str | None


@dataclass(frozen=True)
class FieldChange:
    """A number or tier of a requirement, before and after; None for none."""

    field: str
    before: Value
    after: Value


@dataclass(frozen=True)
class RequirementChange:
    """A requirement that was `added`, `removed` or `changed`, with the sentences that say so."""

    change: str
    dimension: str
    label: Label
    fields: tuple[FieldChange, ...]
    sentences: tuple[Label, ...]

    def as_json(self) -> dict[str, Any]:
        """The change as the API shows it."""
        return {
            "change": self.change,
            "dimension": self.dimension,
            "label": dict(self.label),
            "fields": [
                {"field": each.field, "before": _plain(each.before), "after": _plain(each.after)}
                for each in self.fields
            ],
            "sentences": [dict(each) for each in self.sentences],
        }


@dataclass(frozen=True)
class Side:
    """A version to compare: what it says, and things as they would be if it were published."""

    model: NamedNode
    said: Sequence[Triple]
    described: Described

    def requirements(self) -> dict[NamedNode, NamedNode]:
        """The requirements of the model by the dimension that they ask for."""
        return {
            dimension: requirement
            for requirement in self.described.nodes(self.model, REQUIRES)
            for dimension in self.described.nodes(requirement, DIMENSION)
        }

    def value(self, requirement: NamedNode, field: NamedNode) -> Value:
        """A number or the tier of a requirement, by policy where it leaves it out."""
        if field == TIER:
            tiers = self.described.nodes(requirement, TIER)
            return self.described.id(tiers[0]) if tiers else None
        if field == MINIMUM:
            return self.described.number(requirement, field)
        return self.described.effective_number(requirement, field)

    def words(self, requirement: NamedNode, field: NamedNode) -> Label:
        """The same in words."""
        value = self.value(requirement, field)
        if isinstance(value, Decimal) or value is None:
            return number_words(value, NONE)
        return self.described.named(self.described.nodes(requirement, TIER)[0])


def requirement_changes(before: Side, after: Side) -> tuple[RequirementChange, ...]:
    """Every requirement that is asked for otherwise: changed, added, removed."""
    old, new = before.requirements(), after.requirements()
    by_id: Callable[[NamedNode], str] = after.described.id
    changed = (
        _changed(before, after, dimension, old[dimension], new[dimension])
        for dimension in sorted(old.keys() & new.keys(), key=by_id)
    )
    added = (_one_sided("added", after, d, new[d]) for d in sorted(new.keys() - old, key=by_id))
    removed = (
        _one_sided("removed", before, d, old[d]) for d in sorted(old.keys() - new, key=by_id)
    )
    return (*(each for each in changed if each.fields), *added, *removed)


def other_changes(before: Side, after: Side) -> tuple[Label, ...]:
    """Everything else that is said otherwise: names, texts, duties, grounds."""
    old, new = set(before.said), set(after.said)
    one_sided = _requirements_of_one_side(before, after)
    groups: defaultdict[tuple[Any, NamedNode, str], tuple[list[Term], list[Term]]]
    groups = defaultdict(lambda: ([], []))
    known = [{t.subject for t in said} for said in (old, new)]
    lines: dict[Any, Label] = {}
    for triple in sorted(old ^ new, key=str):
        subject, predicate = triple.subject, triple.predicate
        if predicate in _TOLD_OTHERWISE or predicate in _OF_REQUIREMENTS or subject in one_sided:
            continue
        if subject not in known[0] or subject not in known[1]:
            if predicate == A:
                lines[subject] = _whole(after if subject in known[1] else before, subject, known[1])
            continue
        language = triple.object.language if isinstance(triple.object, Literal) else ""
        groups[subject, predicate, language or ""][triple in new].append(triple.object)
    return (
        *lines.values(),
        *(
            _said(before, after, subject, predicate, language, *values)
            for (subject, predicate, language), values in groups.items()
        ),
    )


def _requirements_of_one_side(before: Side, after: Side) -> set[NamedNode]:
    """Requirements that only one version has: they are told as a whole."""
    old, new = before.requirements(), after.requirements()
    apart = {old[d] for d in old.keys() - new} | {new[d] for d in new.keys() - old}
    renamed = {(old[d], new[d]) for d in old.keys() & new if old[d] != new[d]}
    return apart | {node for pair in renamed for node in pair}


def _changed(
    before: Side, after: Side, dimension: NamedNode, old: NamedNode, new: NamedNode
) -> RequirementChange:
    described = after.described
    label = described.named(dimension)
    fields: list[FieldChange] = []
    sentences: list[Label] = []
    for field in _OF_REQUIREMENTS:
        was, will = before.value(old, field), after.value(new, field)
        if was != will:
            name = described.named(field)
            fields.append(FieldChange(_FIELDS[field], was, will))
            zh, en = f"{label['zh']}：{name['zh']}", f"{label['en']}: {name['en']}"
            sentences.append(arrow(before.words(old, field), after.words(new, field), zh, en))
    return RequirementChange(
        "changed", described.id(dimension), label, tuple(fields), tuple(sentences)
    )


def _one_sided(
    change: str, side: Side, dimension: NamedNode, requirement: NamedNode
) -> RequirementChange:
    described = side.described
    label = described.named(dimension)
    values = {field: side.value(requirement, field) for field in _OF_REQUIREMENTS}
    stated = {field: value for field, value in values.items() if value is not None}
    names = {field: described.named(field) for field in stated}
    words = {field: side.words(requirement, field) for field in stated}
    zh = "，".join(f"{names[field]['zh']} {words[field]['zh']}" for field in stated)
    en = ", ".join(f"{names[field]['en']} {words[field]['en']}" for field in stated)
    is_new = change == "added"
    sentence = {
        "zh": f"{'新增要求' if is_new else '不再要求'}：{label['zh']}（{zh}）",
        "en": f"{label['en']} is {'asked for' if is_new else 'no longer asked for'} ({en})",
    }
    fields = tuple(
        FieldChange(_FIELDS[field], None if is_new else value, value if is_new else None)
        for field, value in stated.items()
    )
    return RequirementChange(change, described.id(dimension), label, fields, (sentence,))


def _whole(side: Side, subject: Any, of_new: set[Any]) -> Label:
    """A thing that only one version speaks of."""
    name = _named(side, subject)
    is_new = subject in of_new
    return {
        "zh": f"{'新增' if is_new else '去掉'}「{name['zh']}」",
        "en": f"{name['en']} is {'new' if is_new else 'gone'}",
    }


def _said(
    before: Side,
    after: Side,
    subject: Any,
    predicate: NamedNode,
    language: str,
    old: Sequence[Term],
    new: Sequence[Term],
) -> Label:
    about, what = _named(after, subject), _TERMS.get(predicate) or after.described.named(predicate)
    tongue = _LANGUAGES.get(language)
    zh, en = f"{about['zh']}：{what['zh']}", f"{about['en']}: {what['en']}"
    if tongue:
        zh, en = f"{zh}（{tongue['zh']}）", f"{en} ({tongue['en']})"
    return arrow(_listed(before, old), _listed(after, new), zh, en)


def _listed(side: Side, values: Iterable[Term]) -> Label:
    shown = list(_shown(side, values))
    if not shown:
        return NONE
    return {
        "zh": "、".join(f"「{each['zh']}」" for each in shown),
        "en": ", ".join(f"“{each['en']}”" for each in shown),
    }


def _shown(side: Side, values: Iterable[Term]) -> Iterator[Label]:
    for value in values:
        if isinstance(value, NamedNode):
            yield _named(side, value)
        else:
            text = value.value if isinstance(value, Literal) else str(value)
            yield {"zh": text, "en": text}


def _named(side: Side, node: Any) -> Label:
    """What something is called; an ontology is called by its address."""
    if not isinstance(node, NamedNode):
        return {"zh": str(node), "en": str(node)}
    found = side.described.label(node)
    if found:
        return found
    is_ours = shorten(node) != node.value
    text = local_id(node) if is_ours else node.value
    return {"zh": text, "en": text}


def _plain(value: Value) -> str | float | None:
    return float(shown_number(value)) if isinstance(value, Decimal) else value
