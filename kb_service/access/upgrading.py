"""A data folder brought up to this release, what people said in words included."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

from pyoxigraph import NamedNode

from kb_service.access.opening import register_of
from kb_service.access.words import settle
from kb_service.knowledge_base import KnowledgeBase
from kb_service.knowledge_base.checking import Progress
from kb_service.knowledge_base.upgrading import Upgrade
from kb_service.register import Register


def carry_out(base: KnowledgeBase, upgrade: Upgrade, progress: Progress | None = None) -> int:
    """Carry out an upgrade; answers how many people were concluded again.

    What was said in words of a thing that is called otherwise afterwards goes along. The register
    is written first: whichever of the names is stored in the end, if the machine stops or the
    upgrade is refused, is the one whose words stay. No file of the store has a name of before.
    Raises as Upgrading.carry_out does.
    """
    with closing(register_of(base)) as register, register.writing:
        _note_by_new_names(base, upgrade, register)
        register.turned_back()
        try:
            concluded = base.upgrading.carry_out(upgrade, progress)
        finally:
            settle(register, base.store)
        base.store.rebuild()
    return concluded


def _note_by_new_names(base: KnowledgeBase, upgrade: Upgrade, register: Register) -> None:
    for person in upgrade.retold.people:
        words = register.words_of(person)
        nodes = [NamedNode(each.about) for each in words]
        names = base.upgrading.new_names(upgrade, person, nodes)
        register.note_words(
            replace(each, about=names[node].value)
            for each, node in zip(words, nodes, strict=True)
            if node in names
        )
