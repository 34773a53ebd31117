"""A trail holds its files open between entries, and notices whatever others do to them meanwhile."""

from __future__ import annotations

import fcntl
import gc
import multiprocessing
import os
import shutil
import threading
import time
from pathlib import Path

import psutil
import pytest

from kb_service.audit import (
    Access,
    AuditTrail,
    AuditUnavailable,
    FaultKind,
    Verification,
    entries_about,
    verify,
)
from kb_service.audit.folder_lock import FolderLock
from kb_service.audit.query_texts import texts_in
from kb_service.audit.segments import segments

_SETTLED = 0.05
_LATER = "9998-12-31T23:59:59.999Z"


def asking(who: str = "portal") -> Access:
    return Access(who, "hr", "GET /sparql", "200", people=1, everybody=True)


def callers(folder: Path) -> list[str]:
    return [entry["who"] for entry in entries_about(folder)]


def checked(folder: Path) -> tuple[int, FaultKind | None]:
    """How many entries a trail has, and what is wrong with it."""
    found: Verification = verify(folder)
    return found.entries, found.fault.kind if found.fault else None


def kept(folder: Path) -> list[str]:
    return [text.decode() for _, text in texts_in(folder / "queries")]


def held(folder: Path) -> list[str]:
    """The files of a folder that this process has open."""
    return [file.path for file in psutil.Process().open_files() if str(folder) in file.path]


@pytest.fixture(params=["just begun", "settled"])
def trail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> AuditTrail:
    """A trail of two entries, whose folder was changed just now or long enough ago."""
    made = AuditTrail(tmp_path / "audit")
    made.append(asking("first"), durable=True)
    if request.param == "settled":
        monkeypatch.setattr("kb_service.audit.folder_lock._SETTLED", int(_SETTLED * 1e9))
        time.sleep(2 * _SETTLED)
    made.append(asking("second"), durable=True)
    return made


def test_entries_that_are_added_at_once_are_a_chain_in_their_order(trail: AuditTrail) -> None:
    told = [(asking("a"), "ASK {}"), (asking("b"), None), (asking("c"), "ASK { ?s ?p ?o }")]

    anchors = trail.append_all(told, durable=True)
    after = trail.append(asking("d"), durable=True)

    assert [anchor.number for anchor in (*anchors, after)] == [3, 4, 5, 6]
    assert verify(trail.folder, expected=anchors[1]).fault is None
    assert callers(trail.folder)[2:] == ["a", "b", "c", "d"]
    assert trail.appended == 6


def test_an_entry_names_the_text_that_comes_with_it_and_equal_texts_are_kept_once(
    trail: AuditTrail,
) -> None:
    digest = trail.keep_text("ASK {}")

    trail.append_all([(asking(), "ASK {}"), (asking(), "ASK {}"), (asking(), "")], durable=True)

    named = [entry.get("query") for entry in entries_about(trail.folder)]
    assert named[2:4] == [digest, digest]
    assert kept(trail.folder) == ["ASK {}", ""]


def test_nothing_at_once_is_nothing(trail: AuditTrail) -> None:
    assert trail.append_all([], durable=True) == []


@pytest.mark.parametrize("short", [1, 2])
def test_entries_of_which_only_a_part_fits_leave_nothing_behind(
    trail: AuditTrail, monkeypatch: pytest.MonkeyPatch, short: int
) -> None:
    told = [(asking("a"), "ASK {}"), (asking("b"), "ASK { ?s ?p ?o }")]
    trail.keep_text("ASK { ?s ?p 1 }")
    before = {path: path.read_bytes() for path in trail.folder.rglob("*.jsonl")}
    write, writes = os.write, 0

    def part(at: int, data: bytes) -> int:
        nonlocal writes
        writes += 1
        return write(at, data[:-20] if writes == short else data)

    with monkeypatch.context() as full:
        full.setattr("kb_service.audit.held_files.os.write", part)
        with pytest.raises(AuditUnavailable):
            trail.append_all(told, durable=False)
    after = {path: path.read_bytes() for path in trail.folder.rglob("*.jsonl")}
    takes_entries = trail.takes_entries
    trail.append_all(told, durable=True)

    assert (writes, after, takes_entries) == (short, before, False)
    assert checked(trail.folder) == (4, None)
    assert len(kept(trail.folder)) == 3


def test_one_access_that_cannot_be_written_leaves_nothing_of_the_others(trail: AuditTrail) -> None:
    with pytest.raises(UnicodeEncodeError):
        trail.append_all([(asking(), "ASK {}"), (asking("\ud800"), None)], durable=True)

    assert checked(trail.folder) == (2, None)
    assert kept(trail.folder) == []


def _ask_at_once(folder: Path, name: str, rounds: int) -> None:
    trail = AuditTrail(folder)
    for number in range(rounds):
        told = [(asking(), f"ASK {{ # {name} {number} {nth}\n}}") for nth in range(3)]
        trail.append_all(told, durable=number % 10 == 0)
    trail.close()


def test_processes_and_threads_that_add_several_at_once_do_not_break_the_chain(
    trail: AuditTrail,
) -> None:
    spawn = multiprocessing.get_context("spawn")
    processes = [
        spawn.Process(target=_ask_at_once, args=(trail.folder, f"process {name}", 20))
        for name in range(2)
    ]
    for process in processes:
        process.start()
    threads: list[threading.Thread] = []
    while any(process.is_alive() for process in processes):
        told = [(asking(), f"ASK {{ # {len(threads)} }}"), (asking(), None)]
        thread = threading.Thread(target=trail.append_all, args=(told,), kwargs={"durable": False})
        thread.start()
        threads.append(thread)
        time.sleep(0.01)
    for thread in threads:
        thread.join()
    trail.close()

    assert checked(trail.folder) == (2 + 2 * 20 * 3 + 2 * len(threads), None)
    assert len(kept(trail.folder)) == 2 * 20 * 3 + len(threads)


def test_what_another_adds_in_between_is_followed(trail: AuditTrail) -> None:
    other = AuditTrail(trail.folder)

    for number in range(3):
        other.append(asking(f"other {number}"), durable=False)
        trail.append(asking(f"ours {number}"), durable=False)

    assert callers(trail.folder)[-2:] == ["other 2", "ours 2"]
    assert checked(trail.folder) == (8, None)


def test_a_month_that_another_has_begun_is_gone_on_with(
    trail: AuditTrail, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as later:
        later.setattr("kb_service.audit.trail._now", lambda: _LATER)
        AuditTrail(trail.folder).append(asking("other"), durable=True)

    trail.append(asking("ours"), durable=True)

    assert [path.name for path in segments(trail.folder)][1:] == ["9998-12.jsonl"]
    assert checked(trail.folder) == (4, None)
    assert len(segments(trail.folder)[-1].read_bytes().splitlines()) == 2


def test_a_segment_in_whose_place_is_a_copy_of_it_is_added_to_there(trail: AuditTrail) -> None:
    [segment] = segments(trail.folder)
    copy = trail.folder / "copy"
    shutil.copyfile(segment, copy)
    copy.replace(segment)

    trail.append(asking(), durable=True)

    assert checked(trail.folder) == (3, None)


def test_another_segment_of_the_same_length_is_found_out(trail: AuditTrail) -> None:
    [segment] = segments(trail.folder)
    other = trail.folder / "other"
    other.write_bytes(segment.read_bytes().replace(b"second", b"nobody"))
    other.replace(segment)

    trail.append(asking(), durable=True)

    assert callers(trail.folder) == ["first", "nobody", "rengang", "portal"]


def test_it_is_found_out_as_well_after_an_entry_that_could_not_be_added(
    trail: AuditTrail, monkeypatch: pytest.MonkeyPatch
) -> None:
    [segment] = segments(trail.folder)
    other = trail.folder / "other"
    other.write_bytes(segment.read_bytes().replace(b"second", b"nobody"))
    other.replace(segment)

    with monkeypatch.context() as full:
        full.setattr("kb_service.audit.held_files.os.write", lambda at, data: 0)
        with pytest.raises(AuditUnavailable):
            trail.append(asking(), durable=True)
    trail.append(asking(), durable=True)

    assert callers(trail.folder) == ["first", "nobody", "rengang", "portal"]


def test_a_segment_that_was_removed_is_missed(trail: AuditTrail) -> None:
    [segment] = segments(trail.folder)
    segment.unlink()

    trail.append(asking("third"), durable=True)

    assert callers(trail.folder) == ["rengang", "third"]
    assert checked(trail.folder) == (0, FaultKind.FOUND_BROKEN)


def test_a_folder_that_was_moved_away_is_not_added_to(trail: AuditTrail) -> None:
    away = trail.folder.with_name("away")
    trail.keep_text("ASK {}")
    trail.folder.rename(away)

    trail.append_all([(asking("third"), "ASK {}")], durable=True)

    assert callers(away) == ["first", "second"]
    assert callers(trail.folder) == ["rengang", "third"]
    assert kept(trail.folder) == ["ASK {}"]


def test_the_lock_is_that_of_the_file_that_is_there(trail: AuditTrail) -> None:
    (trail.folder / "lock").unlink()
    descriptor = os.open(trail.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    thread = threading.Thread(target=trail.append, args=(asking(),), kwargs={"durable": False})

    thread.start()
    thread.join(0.3)
    waited = thread.is_alive()
    os.close(descriptor)
    thread.join()

    assert waited
    assert checked(trail.folder) == (3, None)


def test_a_folder_is_looked_through_until_its_last_change_lies_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = FolderLock(tmp_path, lambda: None)

    def turns() -> int:
        before = lock.changes
        for _ in range(3):
            with lock:
                pass
        return lock.changes - before

    new = turns()
    monkeypatch.setattr("kb_service.audit.folder_lock._SETTLED", int(_SETTLED * 1e9))
    time.sleep(2 * _SETTLED)
    first, settled = turns(), turns()
    (tmp_path / "name").touch()

    assert (new, first, settled, turns()) == (3, 1, 0, 3)


def test_no_lock_is_left_behind_when_something_goes_wrong(
    trail: AuditTrail, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("kb_service.audit.held_files.HeldFile.append", fail)
        with pytest.raises(KeyboardInterrupt):
            trail.append(asking(), durable=True)

    descriptor = os.open(trail.folder / "lock", os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(descriptor)
    trail.append(asking(), durable=True)
    assert checked(trail.folder) == (3, None)


def test_a_process_that_was_forked_waits_for_its_parent(tmp_path: Path) -> None:
    lock, sign = FolderLock(tmp_path, lambda: None), tmp_path / "sign"
    with lock:
        child = os.fork()
        if child == 0:
            with lock:
                sign.touch()
            os._exit(0)
        time.sleep(0.2)
        early = sign.exists()
    os.waitpid(child, 0)

    assert (early, sign.exists()) == (False, True)


@pytest.mark.parametrize("at_once", [False, True])
def test_a_text_that_another_forgot_is_kept_again_however_soon_it_is_asked(
    trail: AuditTrail, at_once: bool
) -> None:
    other, text = AuditTrail(trail.folder), 'ASK { ?p ?name "Ana Example" }'

    for _ in range(3):
        if at_once:
            trail.append_all([(asking(), "ASK {}"), (asking(), text)], durable=False)
        else:
            trail.keep_text(text)
        before = kept(trail.folder)
        other.forget_texts(["Ana Example"])
        assert text in before
        assert text not in kept(trail.folder)
    trail.append_all([(asking(), text)], durable=True)

    assert text in kept(trail.folder)
    assert verify(trail.folder).fault is None


def test_a_text_whose_file_was_emptied_or_removed_is_kept_again(trail: AuditTrail) -> None:
    trail.append_all([(asking(), "ASK {}")], durable=True)
    [texts] = trail.texts.iterdir()

    texts.write_bytes(b"")
    trail.keep_text("ASK {}")
    emptied = kept(trail.folder)
    shutil.rmtree(trail.texts)
    trail.append_all([(asking(), "ASK {}")], durable=True)

    assert emptied == kept(trail.folder) == ["ASK {}"]
    assert verify(trail.folder).fault is None


def test_texts_of_an_entry_of_last_month_are_on_disk_before_it(
    trail: AuditTrail, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    for module in ("query_texts", "trail"):
        monkeypatch.setattr(
            f"kb_service.audit.{module}.sync", lambda path: synced.append(path.name)
        )
    trail.append_all([(asking(), "ASK {}")], durable=False)
    synced.clear()

    monkeypatch.setattr("kb_service.audit.trail._now", lambda: _LATER)
    trail.append(asking(), durable=False)

    [segment, _] = segments(trail.folder)
    [texts] = trail.texts.iterdir()
    assert synced[:3] == [texts.name, "queries", segment.name]


def test_nothing_stays_open_once_a_trail_is_closed_or_given_up(trail: AuditTrail) -> None:
    folder = trail.folder
    trail.append_all([(asking(), "ASK {}")], durable=True)
    names = sorted(Path(path).name for path in held(folder))
    trail.close()
    closed = held(folder)
    trail.append_all([(asking(), "ASK {}")], durable=True)
    late = held(folder)
    given_up = AuditTrail(folder)
    given_up.append_all([(asking(), "ASK {}")], durable=True)
    del given_up
    gc.collect()

    assert names == sorted([segments(folder)[0].name] * 2 + ["lock"])
    assert (closed, late, held(folder)) == ([], [], [])
