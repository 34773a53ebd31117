"""The register: who is behind each pseudonym, and nothing of whoever was forgotten."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_service.people_records import id_faults
from kb_service.register import Entry, IdTaken, Register, Words, corrections, is_key, new_key
from kb_service.register.corrections import Correction

CONTACT = {"email": "lin@example.org", "phone": "+86 10 5555 0100"}
ANOTHER_PROCESS = """
import sys
from pathlib import Path
from kb_service.register import Register

register = Register.open(Path(sys.argv[1]))
for number in range(50):
    register.put(f"{sys.argv[2]}-{number}", "somebody", {})
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "register.sqlite"


def test_somebody_who_is_entered_is_found_by_id_and_by_pseudonym(path: Path) -> None:
    register = Register.open(path)

    key = register.put("p001", "林知夏", CONTACT)

    assert register.key_of("p001") == key
    assert register.entry(key) == Entry(key, "p001", "林知夏", CONTACT)
    assert register.all() == [Entry(key, "p001", "林知夏", CONTACT)]


def test_what_was_entered_is_there_after_a_restart(path: Path) -> None:
    register = Register.open(path)
    key = register.put("p001", "林知夏", CONTACT)
    register.close()

    again = Register.open(path)

    assert again.entry(key) == Entry(key, "p001", "林知夏", CONTACT)


def test_somebody_entered_again_keeps_the_pseudonym_and_is_called_anew(path: Path) -> None:
    register = Register.open(path)
    key = register.put("p001", "林知夏", CONTACT)

    again = register.put("p001", "Lin Zhixia", {})

    assert again == key
    assert register.all() == [Entry(key, "p001", "Lin Zhixia", {})]


def test_a_pseudonym_can_stand_in_an_iri_and_says_nothing_of_the_id(path: Path) -> None:
    register = Register.open(path)

    keys = [register.key_for(f"p{number:03d}") for number in range(200)]

    assert len(set(keys)) == 200
    assert all(is_key(key) and not id_faults(key, "") for key in keys)
    assert sorted(keys) != keys


def test_somebody_forgotten_and_entered_again_has_another_pseudonym(path: Path) -> None:
    register = Register.open(path)
    key = register.put("p001", "林知夏", CONTACT)

    register.forget(key)

    assert (register.entry(key), register.key_of("p001")) == (None, None)
    assert register.put("p001", "林知夏", CONTACT) != key


def test_nothing_of_somebody_forgotten_is_left_in_any_file(path: Path) -> None:
    register = Register.open(path)
    register.put("p002", "陈思远", {})
    key = register.put("employee-4711", "林知夏", CONTACT)
    register.put("employee-4711", "林知夏 née 王", CONTACT)
    assert "林知夏".encode() in path.read_bytes()

    register.forget(key)

    left = b"".join(file.read_bytes() for file in path.parent.iterdir())
    for told in ("林知夏", "employee-4711", "lin@example.org", "5555", key):
        assert told.encode() not in left
    assert "陈思远".encode() in left


def test_nobody_but_the_owner_may_read_the_file(path: Path) -> None:
    Register.open(path).put("p001", "林知夏", CONTACT)

    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}


def test_a_file_that_others_could_read_is_closed_to_them(path: Path) -> None:
    path.touch(0o644)

    Register.open(path)

    assert path.stat().st_mode & 0o777 == 0o600


def test_an_id_belongs_to_one_person(path: Path) -> None:
    register = Register.open(path)
    register.put("p001", "林知夏", {})
    other = register.put("p002", "陈思远", {})

    with pytest.raises(IdTaken):
        register.replace([Entry(other, "p001", "陈思远", {})])

    assert register.entry(other) == Entry(other, "p002", "陈思远", {})


def test_an_entry_of_whom_nothing_came_to_be_stored_is_cleared_away(path: Path) -> None:
    register = Register.open(path)
    kept = register.put("p001", "林知夏", {})
    keys = register.keys_for({"p002": ("陈思远", {}), "p003": ("赵一鸣", {})})

    register.settle({keys["p002"]}.__contains__)

    assert {entry.key for entry in register.all()} == {kept, keys["p002"]}
    assert "赵一鸣".encode() not in path.read_bytes()


def test_settling_some_leaves_those_alone_who_are_still_being_stored(path: Path) -> None:
    register = Register.open(path)
    keys = register.keys_for({"p002": ("陈思远", {}), "p003": ("赵一鸣", {})})

    register.settle(lambda key: False, [keys["p002"]])

    assert [entry.key for entry in register.all()] == [keys["p003"]]


def test_somebody_about_to_be_removed_is_decided_by_what_is_stored(path: Path) -> None:
    register = Register.open(path)
    key = register.put("p001", "林知夏", {})
    register.unsettle(key)

    register.settle(lambda key: False)

    assert register.all() == []


def test_threads_that_enter_the_same_person_agree_on_the_pseudonym(path: Path) -> None:
    register = Register.open(path)

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: register.put("p001", "林知夏", {}), range(80)))

    assert len(keys) == 1


def test_processes_write_one_register_beside_each_other(path: Path) -> None:
    register = Register.open(path)
    command = [sys.executable, "-c", ANOTHER_PROCESS, str(path)]

    others = [subprocess.Popen([*command, name]) for name in ("one", "two")]
    for number in range(50):
        register.put(f"here-{number}", "somebody", {})

    assert [other.wait() for other in others] == [0, 0]
    assert len(register.all()) == 150


def test_reading_makes_no_file_where_there_is_none(path: Path) -> None:
    register = Register.open(path, read_only=True)

    assert register.all() == []
    assert not path.exists()


def test_who_reads_sees_what_another_writes_meanwhile(path: Path) -> None:
    writer = Register.open(path)
    reader = Register.open(path, read_only=True)

    key = writer.put("p001", "林知夏", {})

    assert reader.key_of("p001") == key


@given(st.lists(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,9}", fullmatch=True), unique=True))
def test_many_are_looked_up_at_once(ids: list[str]) -> None:
    register = Register.open(Path("nowhere"), read_only=True)

    keys = register.keys_for({id: (f"name of {id}", {}) for id in ids})

    assert set(keys) == set(ids)
    assert register.keys_of([*ids, "?"]) == keys
    found = register.entries([*keys.values(), new_key()])
    assert {key: entry.id for key, entry in found.items()} == {key: id for id, key in keys.items()}


def test_a_correction_that_cannot_be_remembered_corrects_nothing(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register = Register.open(path)
    key = register.put("p001", "林知夏", CONTACT)
    correction = Correction(key, "2026-05-04", "hr", "misspelt", {"name": "林知夏"}, {"name": "林"})

    def fails(*_arguments: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(corrections, "remember", fails)
    with pytest.raises(OSError, match="full"):
        register.correct(Entry(key, "p001", "林", CONTACT), correction)

    assert register.entry(key) == Entry(key, "p001", "林知夏", CONTACT)


# What people said in words

SAID = Words("p-1", "urn:x:objection", "urn:x:grounds", "Mallory told me.")


def test_what_was_said_is_kept_earliest_first_and_of_one_person(path: Path) -> None:
    register = Register.open(path)

    register.note_words([SAID, replace(SAID, text="No, Trent."), replace(SAID, key="p-2")])

    assert [words.text for words in register.words_of("p-1")] == [SAID.text, "No, Trent."]
    assert Register.open(path, read_only=True).words_of("p-2") == [replace(SAID, key="p-2")]


def test_words_are_kept_for_good_once_what_they_are_about_is_stored(path: Path) -> None:
    register = Register.open(path)
    mine, others = register.note_words([SAID]), register.note_words([replace(SAID, key="p-2")])

    register.settle_words(lambda words: words.key == "p-1", mine)
    register.settle_words(lambda words: False, others)
    register.settle_words(lambda words: False)

    assert register.words_of("p-1") == [SAID]
    assert register.words_of("p-2") == []


def test_words_are_settled_anew_in_a_store_that_was_turned_back(path: Path) -> None:
    register = Register.open(path)
    register.note_words([SAID])
    register.settle_words(lambda _: True)
    register.note_words_of_earlier_versions()

    register.turned_back()
    register.settle_words(lambda _: False)

    assert register.words_of("p-1") == []
    assert not register.has_words_of_earlier_versions


def test_nothing_that_was_said_of_somebody_forgotten_is_left_in_the_file(path: Path) -> None:
    register = Register.open(path)
    register.note_words([SAID, replace(SAID, key="p-2", text="Of somebody else.")])

    register.forget("p-1")

    held = path.read_bytes()
    assert (SAID.text.encode() in held, b"Of somebody else." in held) == (False, True)


def test_a_register_of_an_earlier_version_opened_to_read_has_no_words(path: Path) -> None:
    with closing(sqlite3.connect(path)) as earlier:
        earlier.execute("CREATE TABLE person (key TEXT PRIMARY KEY)")

    assert Register.open(path, read_only=True).words_of("p-1") == []


@pytest.mark.parametrize(
    "words, found",
    [
        (["林"], ["p1"]),
        (["lin"], ["p2"]),
        (["LIN", "da"], ["p2"]),
        (["p"], ["p1", "p2", "p%3"]),
        (["%"], ["p%3"]),
        (["_"], []),
        (["lin", "p1"], []),
        ([], []),
    ],
)
def test_people_are_found_by_every_word_in_name_or_id(
    path: Path, words: list[str], found: list[str]
) -> None:
    register = Register.open(path)
    for id, name in (("p1", "林悦"), ("p2", "Linda"), ("p%3", "100!")):
        register.put(id, name, {})

    assert {each.id for each in register.matching(words)} == set(found)
