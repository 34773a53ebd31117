"""The audit trail is only added to; whatever is done to it otherwise is found out."""

from __future__ import annotations

import json
import multiprocessing
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb_service.audit import (
    Access,
    Anchor,
    AuditTrail,
    AuditUnavailable,
    Fault,
    FaultKind,
    entries_about,
    reference,
    verify,
)
from kb_service.audit.query_texts import texts_in
from kb_service.audit.segments import segments

ANA = "p-aaaaaaaaaaaaaaaaaaaaaaaaaa"
BEN = "p-bbbbbbbbbbbbbbbbbbbbbbbbbb"


def seeing(*keys: str, who: str = "portal") -> Access:
    return Access(
        who,
        "hr",
        "GET /people/<person>",
        "200",
        people=len(keys),
        persons=tuple(map(reference, keys)),
    )


def trail_of(folder: Path, count: int = 5) -> Path:
    """The only segment of a trail of so many entries."""
    trail = AuditTrail(folder)
    for number in range(count):
        trail.append(seeing(ANA, who=f"portal-{number}"), durable=True)
    trail.close()
    [segment] = segments(folder)
    return segment


def lines_of(segment: Path) -> list[bytes]:
    return segment.read_bytes().splitlines(keepends=True)


def test_a_trail_that_was_left_alone_is_whole(tmp_path: Path) -> None:
    trail_of(tmp_path, 5)

    found = verify(tmp_path)

    assert (found.entries, found.last.number, found.fault) == (5, 5, None)


def test_an_entry_says_who_did_what_to_whom_without_naming_them(tmp_path: Path) -> None:
    segment = trail_of(tmp_path, 1)

    [entry] = entries_about(tmp_path)

    assert {name: entry[name] for name in ("number", "who", "role", "action", "outcome")} == {
        "number": 1,
        "who": "portal-0",
        "role": "hr",
        "action": "GET /people/<person>",
        "outcome": "200",
    }
    assert entry["persons"] == [reference(ANA)]
    assert ANA not in segment.read_text()


def _changed(lines: list[bytes], at: int) -> list[bytes]:
    return [*lines[:at], lines[at].replace(b"portal", b"nobody"), *lines[at + 1 :]]


def _removed(lines: list[bytes], at: int) -> list[bytes]:
    return [*lines[:at], *lines[at + 1 :]]


def _inserted(lines: list[bytes], at: int) -> list[bytes]:
    return [*lines[:at], lines[0], *lines[at:]]


def _swapped(lines: list[bytes], at: int) -> list[bytes]:
    return [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]


def _garbled(lines: list[bytes], at: int) -> list[bytes]:
    return [*lines[:at], b"{}\n", *lines[at + 1 :]]


def _cut_off(lines: list[bytes], at: int) -> list[bytes]:
    return lines[:at]


@pytest.mark.parametrize(
    ("tamper", "fault"),
    [
        (_changed, Fault(FaultKind.CHANGED, 3, "", 3)),
        (_removed, Fault(FaultKind.OUT_OF_CHAIN, 4, "", 3)),
        (_inserted, Fault(FaultKind.OUT_OF_CHAIN, 1, "", 3)),
        (_swapped, Fault(FaultKind.OUT_OF_CHAIN, 4, "", 3)),
        (_garbled, Fault(FaultKind.UNREADABLE, 3, "", 3)),
        (_cut_off, Fault(FaultKind.TRUNCATED, 3)),
    ],
)
def test_the_first_bad_entry_is_named(
    tmp_path: Path, tamper: Callable[[list[bytes], int], list[bytes]], fault: Fault
) -> None:
    segment = trail_of(tmp_path, 5)

    segment.write_bytes(b"".join(tamper(lines_of(segment), 2)))

    found = verify(tmp_path).fault
    assert found is not None
    assert (found.kind, found.number, found.line) == (fault.kind, fault.number, fault.line)


@settings(max_examples=200)
@given(position=st.integers(0, 10**6), byte=st.integers(0, 255))
def test_no_byte_of_a_trail_can_be_another(
    tmp_path_factory: pytest.TempPathFactory, position: int, byte: int
) -> None:
    folder = tmp_path_factory.mktemp("trail")
    segment = trail_of(folder, 3)
    content = bytearray(segment.read_bytes())
    position %= len(content)
    before, content[position] = content[position], byte

    segment.write_bytes(content)

    assert (verify(folder).fault is None) == (before == byte)


def test_a_rewritten_end_is_found_although_its_chain_is_right(tmp_path: Path) -> None:
    segment = trail_of(tmp_path / "true", 5)
    forged = trail_of(tmp_path / "forged", 5)

    segment.write_bytes(forged.read_bytes())

    fault = verify(tmp_path / "true").fault
    assert fault is not None
    assert (fault.kind, fault.number) == (FaultKind.TRUNCATED, 5)


def test_an_entry_noted_elsewhere_finds_out_a_trail_rewritten_with_its_anchor(
    tmp_path: Path,
) -> None:
    trail_of(tmp_path / "true", 5)
    trail_of(tmp_path / "forged", 6)
    noted = verify(tmp_path / "true").last

    true, forged = (verify(tmp_path / name, noted).fault for name in ("true", "forged"))

    assert true is None
    assert forged is not None
    assert (forged.kind, forged.number) == (FaultKind.NOT_AS_EXPECTED, 5)
    assert Anchor.parse(str(noted)) == noted


def test_a_missing_anchor_is_a_fault(tmp_path: Path) -> None:
    trail_of(tmp_path, 2)

    (tmp_path / "head").unlink()

    fault = verify(tmp_path).fault
    assert fault is not None
    assert fault.kind is FaultKind.NO_ANCHOR


def test_going_on_after_the_end_was_cut_off_does_not_hide_it(tmp_path: Path) -> None:
    segment = trail_of(tmp_path, 5)
    segment.write_bytes(b"".join(lines_of(segment)[:2]))

    trail = AuditTrail(tmp_path)
    for _ in range(6):
        trail.append(seeing(BEN), durable=True)
    trail.close()

    fault = verify(tmp_path).fault
    assert fault is not None
    assert (fault.kind, fault.number) == (FaultKind.FOUND_BROKEN, 3)


def test_a_running_service_notices_that_its_trail_was_swept_away(tmp_path: Path) -> None:
    trail = AuditTrail(tmp_path)
    trail.append(seeing(ANA), durable=True)

    for path in [*segments(tmp_path), tmp_path / "head"]:
        path.unlink()
    trail.append(seeing(BEN), durable=True)
    trail.close()

    fault = verify(tmp_path).fault
    assert fault is not None
    assert fault.kind is FaultKind.FOUND_BROKEN


def test_a_line_that_a_crash_left_unfinished_is_cut_off_and_told(tmp_path: Path) -> None:
    segment = trail_of(tmp_path, 2)
    with segment.open("ab") as file:
        file.write(b'{"number":3,"ti')

    trail = AuditTrail(tmp_path)
    trail.append(seeing(BEN), durable=True)
    trail.close()

    entries = list(entries_about(tmp_path))
    assert verify(tmp_path).fault is None
    assert [(entry["action"], entry.get("object")) for entry in entries[2:]] == [
        ("audit.recovered", "15 bytes of an unfinished line"),
        ("GET /people/<person>", None),
    ]


def test_the_chain_goes_on_from_month_to_month(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = trail_of(tmp_path, 2)
    segment.rename(tmp_path / "2020-01.jsonl")

    trail = AuditTrail(tmp_path)
    trail.append(seeing(BEN), durable=True)
    trail.close()

    assert len(segments(tmp_path)) == 2
    assert (verify(tmp_path).entries, verify(tmp_path).fault) == (3, None)
    (tmp_path / "2020-01.jsonl").unlink()
    fault = verify(tmp_path).fault
    assert fault is not None
    assert fault.kind is FaultKind.OUT_OF_CHAIN


def _add(folder: Path, count: int) -> None:
    trail = AuditTrail(folder)
    for number in range(count):
        trail.append(seeing(ANA), durable=number % 10 == 0)
    trail.close()


def test_processes_and_threads_that_write_at_once_do_not_break_the_chain(tmp_path: Path) -> None:
    processes = [
        multiprocessing.get_context("spawn").Process(target=_add, args=(tmp_path, 50))
        for _ in range(3)
    ]
    shared = AuditTrail(tmp_path)
    threads = [
        threading.Thread(
            target=lambda: [shared.append(seeing(BEN), durable=False) for _ in range(50)]
        )
        for _ in range(4)
    ]

    for process in processes:
        process.start()
    for thread in threads:
        thread.start()
    for process in processes:
        process.join()
    for thread in threads:
        thread.join()
    shared.close()

    found = verify(tmp_path)
    assert (found.entries, found.fault) == (350, None)


def test_reading_entries_reach_the_anchor_when_the_trail_is_closed(tmp_path: Path) -> None:
    trail = AuditTrail(tmp_path)
    trail.append(seeing(ANA), durable=False)
    trail.append(seeing(ANA), durable=False)
    trail.close()

    head = json.loads((tmp_path / "head").read_text())

    assert head["number"] == 2


def test_a_trail_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "audit").write_text("a file where the folder should be")

    with pytest.raises(AuditUnavailable):
        AuditTrail(tmp_path / "audit").append(seeing(ANA), durable=False)


def test_an_entry_that_fits_in_part_leaves_no_part_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = trail_of(tmp_path, 2)
    write = os.write
    monkeypatch.setattr(
        "kb_service.audit.held_files.os.write", lambda at, data: write(at, data[:20])
    )

    trail = AuditTrail(tmp_path)
    with pytest.raises(AuditUnavailable):
        trail.append(seeing(BEN), durable=False)
    monkeypatch.undo()
    trail.append(seeing(BEN), durable=True)
    trail.close()

    assert len(lines_of(segment)) == 3
    assert verify(tmp_path).fault is None


def test_entries_are_found_by_person_by_caller_and_by_day(tmp_path: Path) -> None:
    trail = AuditTrail(tmp_path)
    trail.append(seeing(ANA, who="portal"), durable=False)
    trail.append(seeing(BEN, who="payroll"), durable=False)
    trail.append(
        Access("analyst", "analyst", "POST /sparql", "200", people=2, everybody=True), durable=False
    )
    trail.close()

    of_ana = [entry["who"] for entry in entries_about(tmp_path, key=ANA)]
    by_payroll = [entry["number"] for entry in entries_about(tmp_path, who="payroll")]
    today = next(entries_about(tmp_path))["time"][:10]

    assert of_ana == ["portal", "analyst"]
    assert by_payroll == [2]
    assert len(list(entries_about(tmp_path, since=today))) == 3
    assert list(entries_about(tmp_path, since="9999-01-01")) == []


def _asking(trail: AuditTrail, text: str) -> str:
    digest = trail.keep_text(text)
    trail.append(Access("portal", "hr", "POST /sparql", "200", query=digest), durable=True)
    return digest


def _kept(folder: Path) -> dict[str, str]:
    """The texts that are kept, by digest."""
    return {digest: text.decode() for digest, text in texts_in(folder / "queries")}


def test_a_query_text_is_kept_without_keys_of_people(tmp_path: Path) -> None:
    trail = AuditTrail(tmp_path)

    digest = _asking(trail, f"ASK {{ <https://w3id.org/rengang/person/{ANA}> ?p ?o }}")
    trail.close()

    assert (
        _kept(tmp_path)[digest]
        == f"ASK {{ <https://w3id.org/rengang/person/person:{reference(ANA)}> ?p ?o }}"
    )


@pytest.mark.parametrize(
    "written",
    ["Ana Example", "ana example", "\\u0041na Example", "Ana%20Example", "Ana+Example"],
)
def test_an_erasure_deletes_texts_however_they_write_it_and_keeps_the_chain(
    tmp_path: Path, written: str
) -> None:
    trail = AuditTrail(tmp_path)
    named = _asking(trail, f'ASK {{ ?p ?name "{written}" }}')
    other = _asking(trail, "ASK {}")

    gone = trail.forget_texts(["Ana Example", " "])
    trail.close()

    assert gone == 1
    assert _kept(tmp_path) == {other: "ASK {}"}
    assert named != other
    assert verify(tmp_path).fault is None
    assert not any(written in path.read_text() for path in tmp_path.rglob("*") if path.is_file())


def test_a_text_that_is_gone_or_other_without_an_erasure_is_a_fault(tmp_path: Path) -> None:
    trail = AuditTrail(tmp_path)
    _asking(trail, "ASK {}")
    trail.close()
    [texts] = (tmp_path / "queries").iterdir()

    texts.write_text(texts.read_text().replace("ASK {}", "ASK { ?s ?p ?o }"))
    changed = verify(tmp_path).fault
    texts.write_text("")
    missing = verify(tmp_path).fault

    assert (changed and changed.kind, missing and missing.kind) == (
        FaultKind.TEXT_CHANGED,
        FaultKind.TEXT_MISSING,
    )


def test_a_text_is_kept_once_however_often_it_is_asked(tmp_path: Path) -> None:
    trail = AuditTrail(tmp_path)

    for text in ("ASK {}", "ASK { ?s ?p ?o }", "ASK {}"):
        _asking(trail, text)

    assert len(list(texts_in(tmp_path / "queries"))) == 2


def test_a_text_that_another_process_forgot_is_kept_anew_when_it_is_asked_again(
    tmp_path: Path,
) -> None:
    service, command = AuditTrail(tmp_path), AuditTrail(tmp_path)
    text = 'ASK { ?p ?name "Ana Example" }'
    digest = _asking(service, text)

    command.forget_texts(["Ana Example"])
    forgotten = _kept(tmp_path)
    _asking(service, text)

    assert forgotten == {}
    assert _kept(tmp_path) == {digest: text}


def test_half_a_text_of_a_crash_spoils_no_other_and_is_forgotten_too(tmp_path: Path) -> None:
    trail = AuditTrail(tmp_path)
    first = _asking(trail, "ASK {}")
    [texts] = (tmp_path / "queries").iterdir()
    with texts.open("a") as file:
        file.write('{"digest":"abc","text":"Ana Exam')

    second = _asking(trail, "ASK { ?s ?p ?o }")

    assert _kept(tmp_path).keys() == {first, second}
    assert verify(tmp_path).fault is None
    trail.forget_texts(["Ana Example"])
    assert _kept(tmp_path).keys() == {first, second}
    assert "Ana" not in texts.read_text()


def test_texts_in_files_of_their_own_are_read_and_forgotten_as_well(tmp_path: Path) -> None:
    trail = AuditTrail(tmp_path)
    named, other = _asking(trail, 'ASK { ?p ?name "Ana Example" }'), _asking(trail, "ASK {}")
    kept = dict(texts_in(tmp_path / "queries"))
    next((tmp_path / "queries").iterdir()).unlink()
    for digest, text in kept.items():
        (tmp_path / "queries" / digest).write_bytes(text)

    before = verify(tmp_path).fault
    trail.forget_texts(["Ana Example"])

    assert before is None
    assert named not in _kept(tmp_path)
    assert _kept(tmp_path) == {other: "ASK {}"}
    assert verify(tmp_path).fault is None


def test_a_long_text_is_kept_in_part(tmp_path: Path) -> None:
    trail = AuditTrail(tmp_path)

    digest = _asking(trail, "汉" * 1_000_000)

    kept = _kept(tmp_path)[digest]
    assert len(kept.encode()) < 70_000
    assert kept.endswith("汉\n# … 3000000 bytes in all\n")
    assert verify(tmp_path).fault is None


def test_a_text_is_on_disk_before_an_entry_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr("kb_service.audit.query_texts.sync", synced.append)
    monkeypatch.setattr("kb_service.audit.trail.sync", synced.append)
    trail = AuditTrail(tmp_path)
    digest = trail.keep_text("ASK {}")
    synced.clear()

    trail.append(Access("portal", "hr", "POST /sparql", "200", query=digest), durable=True)
    trail.close()

    [texts] = (tmp_path / "queries").iterdir()
    assert synced[-3:] == [texts, texts.parent, *segments(tmp_path)]
