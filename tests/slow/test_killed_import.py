"""An import of figures and grades that is killed can be done again; nothing counts twice."""

from __future__ import annotations

from pathlib import Path

from kb_service.knowledge_base import KnowledgeBase
from tests.killed_import import PEOPLE, facts, killed_after_some, prepare, take_in


def test_what_a_killed_import_said_it_had_stored_is_there_and_the_whole_can_be_repeated(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "data"
    prepare(folder)

    acknowledged = killed_after_some(folder)
    base = KnowledgeBase.open(folder)
    try:
        found = facts(base)
        sizes = [len(found[id]) for id in PEOPLE]
        report = take_in(base)
        after = facts(base)
    finally:
        base.close()

    whole = max(sizes)
    assert 0 < acknowledged < len(PEOPLE)
    assert sizes[:acknowledged] == [whole] * acknowledged
    assert min(sizes) < whole
    assert report.corrections == 0
    assert [len(after[id]) for id in PEOPLE] == [whole] * len(PEOPLE)
    assert all(after[id] == found[id] for id in PEOPLE[:acknowledged])
