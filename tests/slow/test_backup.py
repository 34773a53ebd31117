"""Backups: taken while somebody writes, restored to any moment since, and nobody erased comes back."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from kb_service.cli.restored_people import agree_on_people
from kb_service.register import Register
from kb_service.store import KnowledgeStore, StoreInUse
from kb_service.store.backup import Taken, take_backup
from kb_service.store.backup_folder import (
    BackupDamaged,
    BackupFolder,
    NotABackupFolder,
    StoredFile,
)
from kb_service.store.data_folder import DataFolder
from kb_service.store.erasures import is_erased, remember
from kb_service.store.journal import JournalPolicy
from kb_service.store.restoring import CannotRestore, Restored, restore
from kb_service.store.verifying import verify_backups, verify_data
from kb_service.vocabulary import (
    POLICY_GRAPH,
    people_graph,
    person_conclusions_graph,
    person_history_graph,
)

ANA, BO = people_graph("p-ana"), people_graph("p-bo")
SAYS = NamedNode("https://example.org/says")


def saying(*words: str) -> list[Triple]:
    """One triple for each word."""
    return [Triple(NamedNode("https://example.org/who"), SAYS, Literal(word)) for word in words]


def words(data: Path, graph: NamedNode) -> list[str]:
    """What a graph says in a data folder."""
    with KnowledgeStore(data, read_only=True) as store:
        return sorted(str(t.object).strip('"') for t in store.graph(graph))


def backed_up(data: Path, folder: Path, keep_days: int | None = None) -> str:
    """The id of a new backup."""
    return take_backup(DataFolder.open(data), folder, keep_days).backup.id


def restored(
    folder: Path, target: Path, at: datetime | None = None, *, force: bool = False
) -> Restored:
    return restore(folder, target, at=at, force=force, finish=agree_on_people)


def a_moment() -> datetime:
    """Now, with every commit either before or after it."""
    time.sleep(0.002)
    moment = datetime.now(UTC)
    time.sleep(0.002)
    return moment


def holding(folder: Path, text: str) -> list[str]:
    """The files below a folder that hold a text."""
    return [
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and text.encode() in path.read_bytes()
    ]


# ---- taking and restoring


def test_a_restored_folder_holds_what_the_backup_held_blank_nodes_included(tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "backups"
    node = BlankNode("n")
    quads = [Quad(node, SAYS, Literal("x"), POLICY_GRAPH), Quad(node, SAYS, Literal("y"))]
    with KnowledgeStore(data) as store:
        store.apply([], quads)
        store.replace_graphs({ANA: saying("one")})
        backed_up(data, folder)

    restored(folder, tmp_path / "new")

    with KnowledgeStore(tmp_path / "new") as store:
        store.apply(quads, [])
        assert store.graph_names() == [ANA]
    assert words(tmp_path / "new", ANA) == ["one"]


def test_a_backup_can_be_restored_to_every_moment_after_it(tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "backups"
    moments = []
    with KnowledgeStore(data) as store:
        store.replace_graphs({ANA: saying("0")})
        backed_up(data, folder)
        for number in range(1, 5):
            moments.append(a_moment())
            store.replace_graphs({ANA: saying(str(number))})
            if number == 2:
                backed_up(data, folder)
        backed_up(data, folder)

    for number, moment in enumerate(moments):
        restored(folder, tmp_path / f"new-{number}", moment)

    assert [words(tmp_path / f"new-{n}", ANA) for n in range(4)] == [["0"], ["1"], ["2"], ["3"]]


def test_replacing_a_folder_reads_its_own_journal_so_that_nothing_since_the_backup_is_lost(
    tmp_path: Path,
) -> None:
    data, folder = tmp_path / "data", tmp_path / "backups"
    with KnowledgeStore(data) as store:
        store.replace_graphs({ANA: saying("backed up")})
        backed_up(data, folder)
        store.replace_graphs({ANA: saying("since")})
    for table in (data / "store").glob("*.sst"):
        table.write_bytes(b"garbage")

    restored(folder, data, force=True)

    assert words(data, ANA) == ["since"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backups", "data"]


def test_a_large_change_is_in_the_journal_too(tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "backups"
    many = [
        (people_graph(f"p{n}"), saying(*(f"{n} {word}" for word in range(200)))) for n in range(150)
    ]
    with KnowledgeStore(data) as store:
        store.replace_graphs({ANA: saying("before")})
        backed_up(data, folder)
        before = a_moment()
        store.replace_many(many)
        after = a_moment()
        store.replace_graphs({ANA: []})
        backed_up(data, folder)

    restored(folder, tmp_path / "before", before)
    restored(folder, tmp_path / "after", after)

    with KnowledgeStore(tmp_path / "before", read_only=True) as store:
        assert store.graph_names() == [ANA]
    with KnowledgeStore(tmp_path / "after", read_only=True) as store:
        assert len(store.graph_names()) == 151
        assert len(store.graph(people_graph("p149"))) == 200


def test_a_restored_folder_goes_on_by_itself_and_can_be_backed_up_beside_the_old_one(
    tmp_path: Path,
) -> None:
    data, new, folder = tmp_path / "data", tmp_path / "new", tmp_path / "backups"
    with KnowledgeStore(data) as store:
        store.replace_graphs({ANA: saying("then")})
        backed_up(data, folder)
        moment = a_moment()
        store.replace_graphs({ANA: saying("a mistake")})
        backed_up(data, folder)
    restored(folder, new, moment)
    with KnowledgeStore(new) as store:
        store.replace_graphs({BO: saying("instead")})
        backed_up(new, folder)
        store.replace_graphs({BO: saying("at last")})
        backed_up(new, folder)

    restored(folder, tmp_path / "newest")

    assert words(tmp_path / "newest", ANA) == ["then"]
    assert words(tmp_path / "newest", BO) == ["at last"]


def test_backups_taken_while_somebody_writes_hold_whole_commits(tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "backups"
    done = threading.Event()
    with KnowledgeStore(data) as store:

        def write() -> None:
            for number in range(100_000):
                store.replace_graphs({ANA: saying(f"{number}"), BO: saying(f"{number}")})
                if done.is_set():
                    return

        writer = threading.Thread(target=write)
        writer.start()
        for _ in range(3):
            backed_up(data, folder)
        done.set()
        writer.join()

    moments = [backup.taken for backup in BackupFolder(folder).backups()]
    for number, moment in enumerate(moments):
        restored(folder, tmp_path / f"new-{number}", moment)
    pairs = [
        (words(tmp_path / f"new-{n}", ANA), words(tmp_path / f"new-{n}", BO)) for n in range(3)
    ]

    assert all(first == second and len(first) == 1 for first, second in pairs)


def test_a_second_backup_copies_only_what_is_new(tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "backups"
    with KnowledgeStore(data) as store:
        store.replace_graphs({ANA: saying(*(f"word {number}" for number in range(25_000)))})
        first = take_backup(DataFolder.open(data), folder)
        store.replace_graphs({BO: saying("little")})
        second = take_backup(DataFolder.open(data), folder)

    def tables(taken: Taken) -> set[StoredFile]:
        return {file for name, file in taken.backup.files.items() if name.endswith(".sst")}

    kept = tables(first) & tables(second)
    assert first.new_bytes == first.all_bytes
    assert sum(file.size for file in kept) > 1_000_000
    assert second.new_bytes <= second.all_bytes - sum(file.size for file in kept)


def test_old_backups_go_and_with_them_what_only_they_hold(tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "backups"
    with KnowledgeStore(data) as store:
        store.replace_graphs({ANA: saying("one")})
        first = backed_up(data, folder)
        as_if_taken_days_ago(folder, first)
        store.replace_graphs({ANA: saying("two")})
        second = backed_up(data, folder, keep_days=30)

    backups = BackupFolder(folder).backups()
    held = {file.sha256 for backup in backups for file in backup.files.values()}
    assert [backup.id for backup in backups] == [second]
    assert {path.name for path in (folder / "files").rglob("*") if path.is_file()} == held


def as_if_taken_days_ago(folder: Path, backup: str) -> None:
    path = folder / "backups" / f"{backup}.json"
    document = json.loads(path.read_text())
    path.write_text(json.dumps({**document, "taken": "2020-01-01T00:00:00+00:00"}))


# ---- what is not turned back


def test_names_tokens_and_audit_stay_the_newest_while_facts_are_turned_back(tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "backups"
    with KnowledgeStore(data) as store, closing(Register.open(data / "register.sqlite")) as names:
        key = names.put("e1", "Ana Old", {})
        store.replace_graphs({people_graph(key): saying("first")})
        (data / "audit").mkdir()
        (data / "audit" / "2026-05.jsonl").write_text("one\n")
        tokens(data, "revoked later")
        backed_up(data, folder)
        moment = a_moment()
        names.put("e1", "Ana New", {})
        added = names.put("e2", "Bo", {})
        store.replace_graphs(
            {people_graph(key): saying("second"), people_graph(added): saying("x")}
        )
        (data / "audit" / "2026-05.jsonl").write_text("one\ntwo\n")
        tokens(data, "")

    restored(folder, data, moment, force=True)

    with closing(Register.open(data / "register.sqlite")) as names:
        assert [(entry.id, entry.name) for entry in names.all()] == [("e1", "Ana New")]
    assert words(data, people_graph(key)) == ["first"]
    assert (data / "audit" / "2026-05.jsonl").read_text() == "one\ntwo\n"
    with closing(sqlite3.connect(data / "access.sqlite")) as database:
        assert database.execute("SELECT name FROM token").fetchall() == [("",)]


def tokens(data: Path, name: str) -> None:
    """A database of tokens with this one."""
    with closing(sqlite3.connect(data / "access.sqlite")) as database:
        database.execute("CREATE TABLE IF NOT EXISTS token (name TEXT)")
        database.execute("DELETE FROM token")
        database.execute("INSERT INTO token VALUES (?)", (name,))
        database.commit()


def test_whoever_was_removed_since_gets_facts_and_name_back(tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "backups"
    with KnowledgeStore(data) as store, closing(Register.open(data / "register.sqlite")) as names:
        key = names.put("e1", "Ana", {"email": "ana@example.org"})
        store.replace_graphs({people_graph(key): saying("first")})
        backed_up(data, folder)
        moment = a_moment()
        names.forget(key)
        store.replace_graphs({people_graph(key): []})

    restored(folder, data, moment, force=True)

    with closing(Register.open(data / "register.sqlite")) as names:
        entry = names.entry(key)
    assert entry
    assert (entry.name, dict(entry.contact)) == ("Ana", {"email": "ana@example.org"})


# ---- erasure


def erase(store: KnowledgeStore, names: Register, key: str) -> None:
    """What erasing somebody does to store and register."""
    remember(store.folder, key)
    graphs = (people_graph(key), person_conclusions_graph(key), person_history_graph(key))
    store.replace_graphs({graph: [] for graph in graphs})
    names.forget(key)
    store.rebuild()


@pytest.mark.parametrize("with_list", [True, False], ids=["list in the folder", "list in a backup"])
def test_an_erased_person_stays_erased_whatever_backup_is_restored(
    tmp_path: Path, with_list: bool
) -> None:
    data, folder = tmp_path / "data", tmp_path / "backups"
    with KnowledgeStore(data) as store, closing(Register.open(data / "register.sqlite")) as names:
        key = names.put("e1", "Ana Lovelace", {"email": "ana@example.org"})
        facts = {
            graph: saying("unmistakable secret")
            for graph in (
                people_graph(key),
                person_conclusions_graph(key),
                person_history_graph(key),
            )
        }
        store.replace_graphs({**facts, BO: saying("stays")})
        backed_up(data, folder)
        store.replace_graphs({people_graph(key): saying("a later unmistakable secret")})
        moment = a_moment()
        erase(store, names, key)
        if not with_list:
            backed_up(data, folder)
    target = data if with_list else tmp_path / "new"

    restored(folder, target, moment, force=with_list)

    assert is_erased(target, key)
    assert words(target, BO) == ["stays"]
    with KnowledgeStore(target, read_only=True) as store:
        assert store.graph_names() == [BO]
    with closing(Register.open(target / "register.sqlite")) as names:
        assert names.all() == []
    for text in ("unmistakable", "Lovelace", "ana@example.org", key):
        assert holding(target, text) == []


# ---- refusals


def test_a_folder_that_is_not_empty_is_replaced_only_by_force_and_not_while_it_is_written(
    tmp_path: Path,
) -> None:
    data, folder = tmp_path / "data", tmp_path / "backups"
    with KnowledgeStore(data) as store:
        store.replace_graphs({ANA: saying("one")})
        backed_up(data, folder)

    with pytest.raises(CannotRestore, match="not empty"):
        restored(folder, data)

    writer = in_another_process(data)
    try:
        with pytest.raises(StoreInUse):
            restored(folder, data, force=True)
    finally:
        writer.kill()
        writer.wait()
    assert words(data, ANA) == ["one"]


def in_another_process(data: Path) -> subprocess.Popen[bytes]:
    script = (
        "import sys, time; from pathlib import Path; from kb_service.store import KnowledgeStore\n"
        "store = KnowledgeStore(Path(sys.argv[1])); print('open', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", script, data], stdout=subprocess.PIPE)
    assert process.stdout
    process.stdout.readline()
    return process


def test_a_moment_before_the_oldest_backup_cannot_be_restored(tmp_path: Path) -> None:
    before = a_moment()
    with KnowledgeStore(tmp_path / "data"):
        backed_up(tmp_path / "data", tmp_path / "backups")

    with pytest.raises(CannotRestore, match="oldest backup"):
        restored(tmp_path / "backups", tmp_path / "new", before)


def test_a_folder_of_something_else_takes_no_backups(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "holiday.jpg").write_bytes(b"sun")
    KnowledgeStore(tmp_path / "data").close()

    with pytest.raises(NotABackupFolder):
        backed_up(tmp_path / "data", tmp_path / "photos")

    assert [path.name for path in (tmp_path / "photos").iterdir()] == ["holiday.jpg"]


def test_a_damaged_backup_leaves_what_is_there_alone(tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "backups"
    with KnowledgeStore(data) as store:
        store.replace_graphs({ANA: saying("one")})
        backed_up(data, folder)
    flip_a_byte(max((folder / "files").glob("*/*"), key=lambda path: path.stat().st_size))

    with pytest.raises(BackupDamaged):
        restored(folder, data, force=True)

    assert words(data, ANA) == ["one"]


def test_a_gap_in_the_journal_is_told_and_not_passed_over(tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "backups"
    with KnowledgeStore(data, journal=JournalPolicy(days=0, megabytes=0)) as store:
        store.replace_graphs({ANA: saying("one")})
        backed_up(data, folder)
        for number in range(3):
            store.replace_many([(BO, saying(*(f"{number} {word}" for word in range(21_000))))])
        later = a_moment()
        backed_up(data, folder)
    newest = BackupFolder(folder).lists()[-1]
    document = json.loads(newest.read_text())
    newest.write_text(json.dumps({**document, "taken": datetime.now(UTC).isoformat()}))

    with pytest.raises(CannotRestore, match="journal lacks"):
        restored(folder, tmp_path / "new", later)


# ---- verifying


def flip_a_byte(path: Path) -> None:
    """Change a byte in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.chmod(0o600)
    path.write_bytes(content)


def places(findings: Iterable[object]) -> str:
    return " ".join(str(finding) for finding in findings)


def test_whole_folders_have_no_findings(tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "backups"
    with KnowledgeStore(data) as store:
        store.replace_graphs({ANA: saying("one", "two"), BO: saying("three")})
        store.apply([], [Quad(BlankNode(), SAYS, Literal("x"))])
        Register.open(data / "register.sqlite").close()
        backed_up(data, folder)

        assert list(verify_data(data)) == []
    assert list(verify_data(data)) == []
    assert list(verify_backups(folder)) == []


def test_every_file_of_a_backup_is_checked(tmp_path: Path) -> None:
    data, folder = tmp_path / "data", tmp_path / "backups"
    with KnowledgeStore(data) as store:
        store.replace_graphs({ANA: saying("one")})
        backed_up(data, folder)
    files = sorted((folder / "files").glob("*/*"))

    for path in files:
        content = path.read_bytes()
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]) if content else b"x")
        assert path.name in places(verify_backups(folder))
        path.write_bytes(content)
    files[0].unlink()
    assert "is missing" in places(verify_backups(folder))


def test_a_damaged_table_is_found(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with KnowledgeStore(data) as store:
        store.replace_graphs({ANA: saying(*(f"word {number}" for number in range(25_000)))})
    flip_a_byte(max((data / "store").glob("*.sst"), key=lambda path: path.stat().st_size))

    assert "Corruption" in places(verify_data(data))


def test_a_damaged_journal_and_a_damaged_register_are_found(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with KnowledgeStore(data) as store, closing(Register.open(data / "register.sqlite")) as names:
        for number in range(50):
            store.replace_graphs({ANA: saying(f"{number}")})
            names.put(f"e{number}", f"Person {number}" * 10, {})
    (segment,) = (data / "journal").glob("*.journal")
    flip_a_byte(segment)
    with (data / "register.sqlite").open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 2048)

    found = places(verify_data(data))

    assert segment.name in found
    assert "register.sqlite" in found
