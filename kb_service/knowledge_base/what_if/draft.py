"""A position model that is stored nowhere, as if it were published."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NoReturn

from pyoxigraph import BlankNode, NamedNode, Triple

from kb_service.engine.rules import RuleBook
from kb_service.engine.what_if import Supposition, is_read
from kb_service.findings import RefusedInput, violation
from kb_service.knowledge_base.sorting import people_mentioned
from kb_service.knowledge_base.what_if.changes import Changes
from kb_service.knowledge_base.what_if.described import (
    FOR_POSITION,
    HAS_DUTY,
    POSITION_MODEL,
    PUBLISHED,
    REQUIRES,
    STATUS,
    Described,
    Label,
    Term,
)
from kb_service.knowledge_base.what_if.json_reader import shortened
from kb_service.vocabulary import A, shorten


def draft_changes(said: Sequence[Triple], described: Described, rules: RuleBook) -> Changes:
    """What a document says in place of what is known of the same things, its models published.

    Raises RefusedInput when it holds no position model, or says something else that rules read: a
    draft concerns its own models only.
    """
    models = drafted_models(said)
    if not models:
        _refuse(
            "这里面没有岗位模型；请至少写一个，例如 model:team-leader a core:PositionModel 。",
            "There is no position model in this; write one, as in"
            " model:team-leader a core:PositionModel .",
        )
    if people_mentioned(said):
        _refuse(
            "这里只收岗位模型，不收关于人员的内容；要假设评分，请写在 ratings 里。",
            "Only position models are taken here, nothing about people; suppose their ratings in"
            " the field ratings.",
        )
    published = [Triple(node, STATUS, PUBLISHED) for node in models]
    rest = [t for t in said if t.predicate != STATUS or t.subject not in models]
    drafted = dict.fromkeys([*rest, *published])
    subjects = {triple.subject for triple in said if isinstance(triple.subject, NamedNode)}
    known = dict.fromkeys(t for node in sorted(subjects, key=str) for t in described.says(node))
    gone = tuple(triple for triple in known if triple not in drafted)
    added = tuple(triple for triple in drafted if triple not in known)
    own = _parts_of(models, (*gone, *said))
    for triple in (*gone, *added):
        if triple.subject not in own and is_read(rules, triple):
            _refuse_other(triple.subject)
    return Changes(Supposition(gone, added))


def _parts_of(models: Sequence[NamedNode], facts: Sequence[Triple]) -> set[Term]:
    """The models with their requirements, positions and the duties of these."""
    owners: set[Term] = {*models}
    for joint in (FOR_POSITION, HAS_DUTY, REQUIRES):
        owners |= {t.object for t in facts if t.predicate == joint and t.subject in owners}
    return owners


def drafted_models(said: Iterable[Triple]) -> list[NamedNode]:
    """The position models that a document describes."""
    nodes = (t.subject for t in said if t.predicate == A and t.object == POSITION_MODEL)
    return list(dict.fromkeys(node for node in nodes if isinstance(node, NamedNode)))


def draft_words(models: Iterable[NamedNode], known: Described, supposed: Described) -> list[Label]:
    """Each model of a draft, and whether it takes the place of one."""
    words: list[Label] = []
    for node in models:
        label = supposed.named(node)
        if known.is_known(node):
            zh, en = "用所附文本代替已有的岗位模型", "as handed in, in place of the stored model"
        else:
            zh, en = "增加所附文本中的岗位模型", "as handed in, beside the stored models"
        words.append({"zh": f"{zh}「{label['zh']}」", "en": f"{label['en']} {en}"})
    return words


def _refuse_other(subject: NamedNode | BlankNode | Triple) -> NoReturn:
    name = shorten(subject) if isinstance(subject, NamedNode) else str(subject)
    _refuse(
        f"这里只收岗位模型；{shortened(name)} 不属于所附的模型，规则却会读它。请先导入它；"
        "要假设政策数值，请写在 policy 里。",
        f"Only position models are taken here; {shortened(name)} belongs to none of these, but rules"
        " read of it. Import it first; suppose policy numbers in the field policy.",
    )


def _refuse(zh: str, en: str) -> NoReturn:
    raise RefusedInput((violation(zh, en, "/model"),))
