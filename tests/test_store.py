"""The store: whole commits, kept once acknowledged, readable beside the one who writes."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Store, Triple

from kb_service.store import KnowledgeStore, NotADataFolder, StoreInUse
from kb_service.store.reach import EVERYTHING, Reach, Readable

ANA = NamedNode("https://example.org/people/ana")
BO = NamedNode("https://example.org/people/bo")
TRUST = NamedNode("https://example.org/trust")
SAYS = NamedNode("https://example.org/says")


def saying(*words: str) -> list[Triple]:
    """One triple for each word."""
    return [Triple(ANA, SAYS, Literal(word)) for word in words]


def words(triples: Iterable[Triple]) -> list[str]:
    """The words again, in order."""
    return sorted(str(triple.object).strip('"') for triple in triples)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[KnowledgeStore]:
    with KnowledgeStore(tmp_path / "data") as opened:
        yield opened


# ---- what a commit is


def test_a_second_start_finds_everything(tmp_path: Path) -> None:
    with KnowledgeStore(tmp_path) as first:
        first.replace_graphs({ANA: saying("one"), BO: saying("two", "three")})

    with KnowledgeStore(tmp_path) as second:
        assert second.graph_names() == [ANA, BO]
        assert words(second.graph(BO)) == ["three", "two"]


def test_replacing_a_graph_leaves_exactly_what_was_given_and_no_other_graph_touched(
    store: KnowledgeStore,
) -> None:
    store.replace_graphs({ANA: saying("old", "kept"), BO: saying("other")})

    store.replace_graphs({ANA: saying("kept", "new")})

    assert words(store.graph(ANA)) == ["kept", "new"]
    assert words(store.graph(BO)) == ["other"]


def test_a_graph_given_without_triples_is_dropped(store: KnowledgeStore) -> None:
    store.replace_graphs({ANA: saying("one"), BO: saying("two")})

    store.replace_graphs({ANA: []})

    assert store.graph_names() == [BO]
    assert store.graph(ANA) == []


def test_the_generation_counts_commits_that_changed_something(store: KnowledgeStore) -> None:
    counted = [store.generation]
    for triples in (saying("one"), saying("one"), saying("two"), [], []):
        store.replace_graphs({ANA: triples})
        counted.append(store.generation)

    assert counted == [0, 1, 1, 2, 3, 3]


def test_an_input_that_fails_on_the_way_changes_nothing(store: KnowledgeStore) -> None:
    def breaking_off() -> Iterator[Triple]:
        yield from saying("half")
        raise RuntimeError("the sheet ended")

    store.replace_graphs({ANA: saying("before")})
    with pytest.raises(RuntimeError):
        store.replace_graphs({ANA: saying("after"), BO: breaking_off()})

    assert store.graph_names() == [ANA]
    assert words(store.graph(ANA)) == ["before"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(texts=st.sets(st.text(st.characters(exclude_categories=["Cs"])), max_size=4))
def test_any_text_is_stored_and_deleted_as_it_is_and_never_read_as_sparql(
    store: KnowledgeStore, texts: set[str]
) -> None:
    nasty = {"} } ; DROP ALL #", '"""', "\\u0022 }", "a\\", "\r\n\t\0\x7f\u2028", "it's"}
    both = texts | nasty

    store.replace_graphs({ANA: [Triple(ANA, SAYS, Literal(text)) for text in both]})
    held = {term.value for _, _, term in store.graph(ANA)}
    store.replace_graphs({ANA: saying("only this")})

    assert held == both
    assert words(store.graph(ANA)) == ["only this"]


@pytest.mark.parametrize(
    "value",
    [
        Literal("grüß", language="de"),
        Literal("2026-05-04", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#date")),
        Literal("7.5", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#decimal")),
        NamedNode("https://example.org/岗位?a=b&c='d'"),
        Triple(ANA, SAYS, Literal("quoted")),
    ],
)
def test_every_kind_of_term_comes_back_and_goes_again(
    store: KnowledgeStore, value: Literal | NamedNode | Triple
) -> None:
    store.replace_graphs({ANA: [Triple(BO, SAYS, value), *saying("also")]})
    held = store.graph(ANA)
    store.replace_graphs({ANA: saying("also")})

    assert Triple(BO, SAYS, value) in held
    assert words(store.graph(ANA)) == ["also"]


def test_blank_nodes_of_two_graphs_stay_apart_though_their_labels_are_the_same(
    store: KnowledgeStore,
) -> None:
    node = BlankNode("same")
    restriction = [Triple(ANA, SAYS, node), Triple(node, SAYS, Literal("inside"))]

    for _ in range(2):
        store.replace_graphs({ANA: restriction, BO: restriction})

    inside = store.select(
        f"SELECT ?node ?text {{ {ANA} {SAYS} ?node . GRAPH ?g {{ ?node {SAYS} ?text }} }}"
    )
    assert len({str(row["node"]) for row in inside}) == 2
    assert len(store.graph(ANA)) == len(store.graph(BO)) == 2


# ---- asking


def test_select_sees_all_graphs_as_one_and_leaves_out_what_has_no_value(
    store: KnowledgeStore,
) -> None:
    store.replace_graphs({ANA: saying("one"), BO: saying("two")})

    rows = store.select(
        f"SELECT ?word ?none {{ ?s {SAYS} ?word OPTIONAL {{ ?s {TRUST} ?none }} }} ORDER BY ?word"
    )

    assert rows == [{"word": Literal("one")}, {"word": Literal("two")}]


def test_select_takes_no_other_query_form(store: KnowledgeStore) -> None:
    with pytest.raises(TypeError):
        store.select("ASK {}")


def test_graph_names_can_be_asked_by_their_beginning(store: KnowledgeStore) -> None:
    store.replace_graphs({ANA: saying("one"), BO: saying("two"), TRUST: saying("three")})

    assert store.graph_names("https://example.org/people/") == [ANA, BO]


# ---- many at once


def test_eight_threads_that_write_lose_nothing(store: KnowledgeStore) -> None:
    def write(thread: int) -> None:
        own = NamedNode(f"https://example.org/people/{thread}")
        for number in range(25):
            store.replace_graphs({own: saying(f"{number}"), TRUST: saying(f"{thread}-{number}")})

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(8)))

    names = store.graph_names("https://example.org/people/")
    assert store.generation == 200
    assert [words(store.graph(name)) for name in names] == [["24"]] * 8
    assert len(store.graph(TRUST)) == 1


def test_a_reader_sees_whole_commits_only(store: KnowledgeStore) -> None:
    store.replace_graphs({ANA: saying("0"), BO: saying("0")})
    done = threading.Event()

    def write() -> None:
        for number in range(1, 100):
            store.replace_graphs({ANA: saying(f"{number}"), BO: saying(f"{number}")})
        done.set()

    with ThreadPoolExecutor() as threads:
        writer = threads.submit(write)
        seen = []
        while not done.is_set():
            seen.append(pair_of(store))
        writer.result()

    assert len(seen) > 10
    assert [first for first, second in seen if first != second] == []


def pair_of(store: KnowledgeStore) -> tuple[str, str]:
    """What the two graphs say, read in one question."""
    (row,) = store.select(
        f"SELECT ?a ?b {{ GRAPH {ANA} {{ ?s {SAYS} ?a }} GRAPH {BO} {{ ?t {SAYS} ?b }} }}"
    )
    return str(row["a"]), str(row["b"])


# ---- checkpoints


def test_a_checkpoint_keeps_what_it_holds_while_the_store_goes_on(store: KnowledgeStore) -> None:
    store.replace_graphs({ANA: saying("before")})

    with store.checkpoint() as first:
        store.replace_graphs({ANA: saying("after")})
        with store.checkpoint() as second:
            held = [str(Store.read_only(str(path))) for path in (first, second)]

    assert ["before" in held[0], "after" in held[1]] == [True, True]


def test_a_checkpoint_is_made_again_only_after_a_commit(store: KnowledgeStore) -> None:
    with store.checkpoint() as first, store.checkpoint() as second:
        pass
    store.replace_graphs({ANA: saying("one")})
    with store.checkpoint() as third:
        pass

    assert first == second != third


def test_an_old_checkpoint_goes_when_its_last_reader_leaves(store: KnowledgeStore) -> None:
    with store.checkpoint() as old:
        store.replace_graphs({ANA: saying("one")})
        with store.checkpoint():
            kept_while_read = old.exists()

    assert (kept_while_read, old.exists()) == (True, False)


def test_nothing_is_at_hand_before_a_checkpoint_of_the_newest_commit_was_made(
    store: KnowledgeStore,
) -> None:
    before = store.at_hand(EVERYTHING)
    with store.checkpoint() as path:
        pass
    made = store.at_hand(EVERYTHING)
    store.replace_graphs({ANA: saying("one")})
    after = store.at_hand(EVERYTHING)

    assert made is not None
    assert (before, made[0], after) == (None, Readable(path), None)


def test_a_checkpoint_at_hand_stays_until_it_is_let_go(store: KnowledgeStore) -> None:
    with store.checkpoint() as path:
        pass
    found = store.at_hand(EVERYTHING)
    assert found is not None
    store.replace_graphs({ANA: saying("one")})
    with store.checkpoint():
        kept_while_held = path.exists()

    found[1].release()

    assert (kept_while_held, path.exists()) == (True, False)


def test_a_checkpoint_at_hand_is_let_go_when_its_graphs_cannot_be_named(
    store: KnowledgeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(*_: object) -> None:
        raise OSError("the disk is gone")

    of_ana = Reach(graphs=(ANA,))
    with store.reading(of_ana), store.checkpoint() as path:
        pass
    with monkeypatch.context() as patched, pytest.raises(OSError, match="the disk is gone"):
        patched.setattr(KnowledgeStore, "_graphs_within", unreadable)
        store.at_hand(of_ana)

    store.replace_graphs({ANA: saying("one")})
    with store.checkpoint():
        assert not path.exists()


def test_checkpoints_are_gone_after_closing_and_after_a_start(tmp_path: Path) -> None:
    with KnowledgeStore(tmp_path) as store, store.checkpoint() as path:
        folder = path.parent
    left_by_closing = list(folder.iterdir())
    (folder / "7-left-by-a-killed-process").mkdir()

    KnowledgeStore(tmp_path).close()

    assert (left_by_closing, list(folder.iterdir())) == ([], [])


# ---- other processes


def test_a_second_writer_is_told_that_the_folder_is_in_use(tmp_path: Path) -> None:
    with KnowledgeStore(tmp_path):
        with pytest.raises(StoreInUse, match="in use by another process"):
            KnowledgeStore(tmp_path)
        other = subprocess.run(
            [sys.executable, "-c", OPENING, tmp_path], capture_output=True, text=True
        )

    assert "StoreInUse" in other.stderr
    KnowledgeStore(tmp_path).close()


OPENING = """
import sys; from pathlib import Path
from kb_service.store import KnowledgeStore
KnowledgeStore(Path(sys.argv[1]))
"""


def test_a_reader_opens_beside_the_writer_and_stays_at_what_it_found(
    store: KnowledgeStore,
) -> None:
    store.replace_graphs({ANA: saying("before")})

    with KnowledgeStore(store.folder, read_only=True) as reader:
        store.replace_graphs({ANA: saying("after")})
        with reader.checkpoint() as path:
            seen = [words(reader.graph(ANA)), "before" in str(Store.read_only(str(path)))]
        with pytest.raises(ValueError, match="read-only"):
            reader.replace_graphs({ANA: []})

    assert seen == [["before"], True]
    assert list((store.folder / "snapshots").iterdir()) == []


def test_readers_that_open_while_a_writer_hurries_find_whole_commits_and_the_newest(
    store: KnowledgeStore,
) -> None:
    store.replace_graphs({ANA: saying("0"), BO: saying("0")})
    done = threading.Event()

    def write() -> None:
        filler = [f"filler {number} " * 20 for number in range(300)]
        for number in range(1, 10_000):
            store.replace_graphs(
                {
                    ANA: saying(f"{number}"),
                    BO: saying(f"{number}"),
                    TRUST: saying(*filler[number % 7 :: 3]),
                }
            )
            if done.is_set():
                return

    with ThreadPoolExecutor() as threads:
        writer = threads.submit(write)
        pairs = []
        for _ in range(10):
            acknowledged = int(pair_of(store)[0].strip('"'))
            with KnowledgeStore(store.folder, read_only=True) as reader:
                first, second = (int(text.strip('"')) for text in pair_of(reader))
            pairs.append((first == second, first >= acknowledged))
        done.set()
        writer.result()

    assert set(pairs) == {(True, True)}
    assert store.generation > 10


def test_the_snapshot_of_a_killed_reader_is_cleared_away_and_a_living_ones_is_not(
    store: KnowledgeStore,
) -> None:
    snapshots = store.folder / "snapshots"
    killed = subprocess.Popen([sys.executable, "-c", READING, store.folder], stdout=subprocess.PIPE)
    with killed:
        assert killed.stdout
        killed.stdout.readline()
        killed.kill()
    left = len(list(snapshots.iterdir()))

    with KnowledgeStore(store.folder, read_only=True) as living:
        KnowledgeStore(store.folder, read_only=True).close()
        kept = len(list(snapshots.iterdir()))
        assert living.graph_names() == []

    assert (left, kept) == (1, 1)


READING = """
import sys, time; from pathlib import Path
from kb_service.store import KnowledgeStore
store = KnowledgeStore(Path(sys.argv[1]), read_only=True)
print("open", flush=True); time.sleep(60)
"""


# ---- what a folder may be


def test_a_folder_that_holds_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").write_bytes(b"sun")

    with pytest.raises(NotADataFolder, match="holds files of something else"):
        KnowledgeStore(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["holiday.jpg"]


@pytest.mark.parametrize(
    ("mark", "message"),
    [
        ('{"format": "rengang data folder", "version": 2}', "this version reads format 1"),
        ('{"format": "something"}', "damaged"),
        ("{", "damaged"),
        ("[]", "damaged"),
    ],
)
def test_a_folder_with_another_mark_is_refused(tmp_path: Path, mark: str, message: str) -> None:
    KnowledgeStore(tmp_path).close()
    (tmp_path / "rengang-data.json").write_text(mark)

    for read_only in (False, True):
        with pytest.raises(NotADataFolder, match=message):
            KnowledgeStore(tmp_path, read_only=read_only)


def test_a_file_is_refused_as_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")

    for read_only in (False, True):
        with pytest.raises(NotADataFolder):
            KnowledgeStore(tmp_path / "file", read_only=read_only)


def test_reading_makes_no_folder(tmp_path: Path) -> None:
    with pytest.raises(NotADataFolder, match="holds no data"):
        KnowledgeStore(tmp_path / "none", read_only=True)

    assert list(tmp_path.iterdir()) == []


def test_a_start_that_was_killed_before_the_mark_was_whole_can_be_repeated(tmp_path: Path) -> None:
    (tmp_path / "rengang-data.json.new").write_text('{"form')

    KnowledgeStore(tmp_path).close()

    assert (tmp_path / "rengang-data.json").exists()


# ---- what survives


def copied(folder: Path, target: Path) -> Path:
    """The files as a power cut would leave them: a copy during which the engine removed none."""
    for _ in range(50):
        try:
            return Path(shutil.copytree(folder, target, symlinks=True))
        except shutil.Error:
            shutil.rmtree(target)
    raise AssertionError("the engine removes files all the time")


def test_the_files_on_disk_hold_every_commit_at_the_moment_it_is_acknowledged(
    store: KnowledgeStore, tmp_path: Path
) -> None:
    for number in range(5):
        store.replace_graphs({ANA: saying(f"{number}"), BO: saying(f"{number}")})
        copied(store.folder, tmp_path / f"copy-{number}")

    for number in range(5):
        with KnowledgeStore(tmp_path / f"copy-{number}") as copy:
            assert pair_of(copy) == (f'"{number}"', f'"{number}"')


def test_a_commit_of_many_triples_is_on_disk_too(store: KnowledgeStore, tmp_path: Path) -> None:
    store.replace_graphs({ANA: saying(*map(str, range(25_000)))})
    copied(store.folder, tmp_path / "copy")

    with KnowledgeStore(tmp_path / "copy") as copy:
        assert len(copy.graph(ANA)) == 25_000


WRITING = """
import sys; from pathlib import Path
from pyoxigraph import Literal, NamedNode, Triple
from kb_service.store import KnowledgeStore
ana, bo, says = (NamedNode("https://example.org/" + name) for name in ("ana", "bo", "says"))
store = KnowledgeStore(Path(sys.argv[1]))
for number in range(int(sys.argv[2]), 10 ** 9):
    triples = [Triple(ana, says, Literal(f"{number}-{part}")) for part in range(200)]
    store.replace_graphs({ana: triples, bo: triples})
    print(number, flush=True)
"""


def test_killing_the_writer_at_any_moment_loses_nothing_acknowledged_and_halves_nothing(
    tmp_path: Path,
) -> None:
    moments = random.Random(2)
    ana, bo = (NamedNode(f"https://example.org/{name}") for name in ("ana", "bo"))
    acknowledged = 0
    for _ in range(8):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITING, tmp_path, str(acknowledged + 1)],
            stdout=subprocess.PIPE,
            text=True,
        )
        with writer:
            assert writer.stdout
            acknowledged = int(writer.stdout.readline())
            time.sleep(moments.uniform(0, 0.25))
            writer.kill()
            acknowledged = max([acknowledged, *map(int, writer.stdout.read().split())])

        with KnowledgeStore(tmp_path) as store:
            first, second = words(store.graph(ana)), words(store.graph(bo))
        (number,) = {int(word.split("-")[0]) for word in first}
        assert first == second
        assert len(first) == 200
        assert number in {acknowledged, acknowledged + 1}
        acknowledged = number
