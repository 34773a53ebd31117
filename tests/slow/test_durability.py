"""What a store says and does when the disk fails it: no acknowledged write lost, no wrong answer."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from kb_service.store import KnowledgeStore
from kb_service.store.changes import Change
from kb_service.store.erasures import Keeping
from kb_service.store.journal import Journal, JournalPolicy, Segment, note_covered, settled_number
from kb_service.store.journal_records import decoded, encoded
from kb_service.store.opening import switch
from kb_service.store.reach import EVERYTHING, SHARED, Reach
from kb_service.store.rebuilding import write_anew
from kb_service.store.store_state import StoreDamaged, StoreReadOnly
from kb_service.vocabulary import POLICY_GRAPH, people_graph

ROOT = Path(__file__).parents[2]
ANA, BO = people_graph("ana"), people_graph("bo")
SAYS = NamedNode("https://example.org/says")


def saying(*words: str) -> list[Triple]:
    """One triple for each word."""
    return [Triple(NamedNode("https://example.org/who"), SAYS, Literal(word)) for word in words]


def words(store: KnowledgeStore, graph: NamedNode = ANA) -> list[str]:
    return sorted(str(triple.object).strip('"') for triple in store.graph(graph))


def numbers(store: KnowledgeStore, graph: NamedNode = ANA) -> list[int]:
    return sorted(map(int, words(store, graph)))


def added(graph: NamedNode, *words: str) -> list[Quad]:
    return [Quad(t.subject, t.predicate, t.object, graph) for t in saying(*words)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[KnowledgeStore]:
    with KnowledgeStore(tmp_path / "data") as opened:
        yield opened


# ---- one commit of quads


def test_quads_go_and_come_in_one_commit_that_touches_nothing_else(store: KnowledgeStore) -> None:
    store.replace_graphs({ANA: saying("old", "kept"), BO: saying("other")})
    before = store.generation

    store.apply(added(ANA, "old", "never there"), [*added(ANA, "new"), *added(BO, "other")])

    assert (words(store), words(store, BO)) == (["kept", "new"], ["other"])
    assert store.generation == before + 1


def test_a_blank_node_is_deleted_precisely_and_keeps_its_name_across_graphs_and_starts(
    tmp_path: Path,
) -> None:
    one, two = BlankNode(), BlankNode("two")
    quads = [Quad(node, SAYS, Literal("same"), graph) for node in (one, two) for graph in (ANA, BO)]
    quoting = Quad(two, SAYS, Triple(one, SAYS, Literal("inside")), BO)
    with KnowledgeStore(tmp_path) as store:
        store.apply([], [*quads, quoting])
    with KnowledgeStore(tmp_path) as store:
        store.apply([quads[0], quoting], [])

        assert (
            {t.subject for t in store.graph(ANA)} == {two} == {t.subject for t in store.graph(ANA)}
        )
        assert {t.subject for t in store.graph(BO)} == {one, two}
        assert len(store.graph(BO)) == 2


def test_the_default_graph_and_a_graph_without_a_name_can_be_written(store: KnowledgeStore) -> None:
    nameless = BlankNode("g")
    quads = [
        Quad(ANA, SAYS, Literal("default"), DefaultGraph()),
        Quad(ANA, SAYS, Literal("nameless"), nameless),
    ]

    store.apply([], quads)
    with store.checkpoint() as path:
        held = list(Store.read_only(str(path)))
    store.apply(quads, [])
    with store.checkpoint() as path:
        left = Store.read_only(str(path))

    assert sorted(map(str, held)) == sorted(map(str, quads))
    assert (len(left), list(left.named_graphs())) == (0, [])


def test_a_graph_whose_last_quad_goes_is_gone_and_one_with_quads_left_is_not(
    store: KnowledgeStore,
) -> None:
    store.replace_graphs({ANA: saying("one"), BO: saying("one", "two")})

    store.apply([*added(ANA, "one"), *added(BO, "one")], [])

    assert store.graph_names() == [BO]


def test_a_state_has_a_tag_of_its_own_after_every_commit_and_every_start(tmp_path: Path) -> None:
    tags = []
    for _ in range(2):
        with KnowledgeStore(tmp_path) as store:
            tags.append(store.tag)
            store.replace_graphs({ANA: saying("x")})
            tags.append(store.tag)
            store.replace_graphs({ANA: []})
            tags.append(store.tag)

    assert len(set(tags)) == 6


# ---- what may be read


@pytest.mark.parametrize(
    ("reach", "expected"),
    [
        (EVERYTHING, {"shared", "ana", "bo"}),
        (SHARED, {"shared"}),
        (Reach(graphs=(ANA,)), {"shared", "ana"}),
    ],
)
def test_a_reach_shows_its_graphs_and_no_others(
    store: KnowledgeStore, reach: Reach, expected: set[str]
) -> None:
    store.apply([], [*added(POLICY_GRAPH, "shared"), *added(ANA, "ana"), *added(BO, "bo")])

    in_any = store.select("SELECT ?o { ?s ?p ?o }", reach)
    in_named = store.select("SELECT ?o { GRAPH ?g { ?s ?p ?o } }", reach)
    with store.reading(reach) as readable:
        names = [NamedNode(name) for name in readable.graphs] if readable.graphs else None
        held = Store.read_only(str(readable.path))
        quads = [q for q in held if names is None or q.graph_name in names]

    assert {str(row["o"]).strip('"') for row in in_any} == expected
    assert {str(row["o"]).strip('"') for row in in_named} == expected
    assert {str(quad.object).strip('"') for quad in quads} == expected


def test_the_store_of_shared_graphs_follows_every_kind_of_commit_and_is_made_anew_only_for_them(
    store: KnowledgeStore,
) -> None:
    def shared() -> tuple[Path, list[str]]:
        with store.reading(SHARED) as readable:
            held = Store.read_only(str(readable.path))
            return readable.path, sorted(str(quad.object).strip('"') for quad in held)

    store.apply([], [*added(POLICY_GRAPH, "one"), *added(ANA, "private")])
    first, at_first = shared()
    store.replace_graphs({ANA: saying("other")})
    second, _ = shared()
    store.apply(added(POLICY_GRAPH, "one"), added(POLICY_GRAPH, "two"))
    third, then = shared()
    store.replace_many([(POLICY_GRAPH, saying("three"))])
    _, later = shared()
    store.replace_many([(POLICY_GRAPH, saying(*map(str, range(21_000))))])
    _, at_last = shared()

    assert (at_first, then, later, len(at_last)) == (["one"], ["two"], ["three"], 21_000)
    assert first == second != third


# ---- the journal


def test_a_change_is_read_from_the_journal_as_it_was_written() -> None:
    node = BlankNode()
    change = Change(
        (Quad(node, SAYS, Literal("added\nremoved\n", language="zh"), BlankNode("g")),),
        (Quad(ANA, SAYS, Triple(node, SAYS, Literal("\u2028")), DefaultGraph()), *added(BO, "x")),
        (ANA, BlankNode("g")),
    )

    assert decoded(encoded(change)) == change


def copied(folder: Path, target: Path) -> Path:
    """The files as a killed process leaves them: a copy during which the engine removed none."""
    for _ in range(50):
        try:
            return Path(shutil.copytree(folder, target, symlinks=True))
        except shutil.Error:
            shutil.rmtree(target)
    raise AssertionError("the engine removes files all the time")


def with_three_commits(tmp_path: Path) -> Path:
    """A folder as a killed process leaves it: three commits that no table holds yet."""
    with KnowledgeStore(tmp_path / "origin") as store:
        for number in range(3):
            store.apply([], added(ANA, str(number)))
        return copied(store.folder, tmp_path / "killed")


def test_the_journal_alone_brings_back_what_the_engines_log_has_lost(tmp_path: Path) -> None:
    data = with_three_commits(tmp_path)
    for log in (data / "store").glob("*.log"):
        log.write_bytes(b"")

    with KnowledgeStore(data) as store:
        assert numbers(store) == [0, 1, 2]


@pytest.mark.parametrize("damage", ["cut off", "flipped", "garbage behind"])
def test_a_torn_end_of_the_engines_log_mends_itself(tmp_path: Path, damage: str) -> None:
    data = with_three_commits(tmp_path)
    log = max((data / "store").glob("*.log"), key=lambda path: path.stat().st_size)
    content = log.read_bytes()
    torn = {
        "cut off": content[:-17],
        "flipped": content[:-9] + bytes(255 - byte for byte in content[-9:]),
        "garbage behind": content + b"\x07" * 40,
    }
    log.write_bytes(torn[damage])

    with KnowledgeStore(data) as store:
        assert numbers(store) == [0, 1, 2]
        store.apply([], added(ANA, "3"))
    with KnowledgeStore(data) as store:
        assert numbers(store) == [0, 1, 2, 3]


def test_a_journal_torn_anywhere_in_its_last_record_loses_that_record_and_no_other(
    tmp_path: Path,
) -> None:
    data = with_three_commits(tmp_path)
    (segment,) = Segment.all(data / "journal")
    content = segment.path.read_bytes()
    last = content.rindex(b"rengang 3 ")

    for end in {*range(last, len(content), 37), len(content) - 1}:
        segment.path.write_bytes(content[:end] + b"\0" * (end % 3))
        journal = Journal(data / "journal")
        commits = [commit.number for commit in journal.unsettled()]
        journal.close()
        assert commits == [1, 2]


def test_an_acknowledged_record_that_was_damaged_is_told_and_not_passed_over(
    tmp_path: Path,
) -> None:
    data = with_three_commits(tmp_path)
    (segment,) = Segment.all(data / "journal")
    content = bytearray(segment.path.read_bytes())
    content[content.index(b"example.org")] ^= 1
    segment.path.write_bytes(content)

    with pytest.raises(StoreDamaged, match="damaged"):
        KnowledgeStore(data)


def test_carrying_out_the_journal_twice_changes_nothing(tmp_path: Path) -> None:
    data = with_three_commits(tmp_path)
    with KnowledgeStore(data) as store:
        node = BlankNode()
        store.apply([], [Quad(node, SAYS, Literal("nameless"), BO)])
        store.apply(added(ANA, "0"), [])
        held = set(store.graph(BO)), numbers(store)
    (data / "journal" / "settled.json").unlink()

    with KnowledgeStore(data) as store:
        assert (set(store.graph(BO)), numbers(store)) == held == (held[0], [1, 2])


def test_settled_segments_go_when_a_backup_has_them_and_the_days_are_over(tmp_path: Path) -> None:
    def many(number: int) -> list[tuple[NamedNode, list[Triple]]]:
        return [(ANA, saying(*(f"{number} {word}" for word in range(21_000))))]

    policy = JournalPolicy(days=0)
    with KnowledgeStore(tmp_path, journal=policy) as store:
        for number in range(3):
            store.replace_many(many(number))
        without_backup = len(Segment.all(tmp_path / "journal"))
        lineage, number = settled_number(tmp_path / "journal")
        note_covered(tmp_path / "journal", lineage, number)
        store.replace_many(many(3))
        store.replace_many(many(4))
        with_backup = [segment.first for segment in Segment.all(tmp_path / "journal")]

    assert without_backup >= 3
    assert min(with_backup) > number - 1


def test_without_any_backup_the_journal_stays_below_its_limit(tmp_path: Path) -> None:
    with KnowledgeStore(tmp_path, journal=JournalPolicy(megabytes=3)) as store:
        for number in range(8):
            store.replace_many([(ANA, saying(*(f"{number} {word}" for word in range(21_000))))])
        size = sum(path.stat().st_size for path in (tmp_path / "journal").iterdir())

    one_change = 2 * 21_000 * 100
    assert size < 3_000_000 + 3 * one_change
    with KnowledgeStore(tmp_path) as store:
        assert len(store.graph(ANA)) == 21_000


# ---- writing the store anew


def test_what_was_deleted_is_in_no_file_after_a_rebuild_and_readers_went_on(
    store: KnowledgeStore,
) -> None:
    from kb_service.store.erasures import remember

    store.replace_graphs({ANA: saying("unmistakable"), BO: saying("stays")})
    with store.checkpoint() as path:
        before = Store.read_only(str(path))
        store.replace_graphs({ANA: []})
        remember(store.folder, "ana")
        store.rebuild()
        seen = len(before)
    del before

    assert seen == 2
    assert words(store, BO) == ["stays"]
    assert holding(store.folder, b"unmistakable") == []
    store.replace_graphs({BO: saying("goes on")})
    with KnowledgeStore(store.folder, read_only=True) as beside:
        assert words(beside, BO) == ["goes on"]


def holding(folder: Path, text: bytes) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file() and text in p.read_bytes()]


REBUILDING = """
import os, sys
from pathlib import Path
import kb_service.store.writer as writer
import kb_service.store.opening as opening
from kb_service.store import KnowledgeStore
store, moment = KnowledgeStore(Path(sys.argv[1])), sys.argv[2]
def killed(*arguments, **more):
    os._exit(9)
if moment == "while it is written":
    writer.sync = killed
    original = writer.write_anew
    writer.write_anew = lambda source, target, keeping: (target.mkdir(), killed())
elif moment == "before the switch":
    writer.switch = killed
elif moment == "between the renames":
    opening.sync = killed
    rename, calls = Path.rename, []
    def once(path, target):
        if calls:
            os._exit(9)
        calls.append(path)
        return rename(path, target)
    Path.rename = once
elif moment == "after the switch":
    opening.finish_switch = killed
store.rebuild()
"""


@pytest.mark.parametrize(
    "moment",
    ["while it is written", "before the switch", "between the renames", "after the switch"],
)
def test_a_rebuild_that_was_killed_leaves_a_whole_store_and_is_made_up_for(
    tmp_path: Path, moment: str
) -> None:
    from kb_service.store.erasures import remember

    with KnowledgeStore(tmp_path) as store:
        store.replace_graphs({ANA: saying("unmistakable"), BO: saying("stays")})
        store.replace_graphs({ANA: []})
        remember(store.folder, "ana")

    ended = subprocess.run([sys.executable, "-c", REBUILDING, tmp_path, moment], cwd=ROOT)
    with KnowledgeStore(tmp_path) as store:
        names, said = store.graph_names(), words(store, BO)

    assert ended.returncode == 9
    assert (names, said) == ([BO], ["stays"])
    assert holding(tmp_path, b"unmistakable") == []


def test_a_store_written_anew_has_its_empty_graphs_and_blank_nodes(tmp_path: Path) -> None:
    source = Store()
    source.add_graph(ANA)
    source.add(Quad(BlankNode("n"), SAYS, Literal("x"), BO))

    write_anew(source, tmp_path / "store.new", Keeping(()))
    (tmp_path / "store").mkdir()
    switch(tmp_path / "store")

    written = Store.read_only(str(tmp_path / "store"))
    assert set(written.named_graphs()) == {ANA, BO}
    assert list(written) == list(source)


# ---- a disk that fails


def test_a_write_that_the_journal_refuses_leaves_no_trace_and_the_next_one_goes_on(
    store: KnowledgeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.apply([], added(ANA, "before"))
    write = os.write

    def full(file: int, content: bytes) -> int:
        write(file, bytes(content[: len(content) // 2]))
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kb_service.store.journal.os.write", full)
    with pytest.raises(StoreReadOnly, match="disk is full"):
        store.apply([], added(ANA, "lost"))
    monkeypatch.undo()
    between = words(store)
    store.apply([], added(ANA, "after"))

    assert between == ["before"]
    assert words(store) == ["after", "before"]
    assert store.state.code == "ok"


FULL = """
import os, resource, sys
from pathlib import Path
from pyoxigraph import Literal, NamedNode, Quad, Store
from kb_service.store import KnowledgeStore
from kb_service.store.store_state import StoreReadOnly
SAYS = NamedNode("https://example.org/says")
ANA = NamedNode("https://w3id.org/rengang/people/ana")
def quad(number):
    return Quad(ANA, SAYS, Literal(f"{number} " + os.urandom(4000).hex()), ANA)
def held():
    with store.checkpoint() as path:
        return len(Store.read_only(str(path)))
def counted():
    return len(store.graph(ANA))
store = KnowledgeStore(Path(sys.argv[1]) / "data")
acknowledged = 0
make_full()
try:
    while True:
        store.apply([], [quad(acknowledged)])
        acknowledged += 1
except StoreReadOnly as error:
    print(error.state.code)
print(store.state.code, counted() - acknowledged, held() - acknowledged, acknowledged > 3)
store._writer._tried = 0
make_room()
print(store.state.code)
store.apply([], [quad("after")])
print(counted() - acknowledged, held() - acknowledged)
store.close()
with KnowledgeStore(Path(sys.argv[1]) / "data") as store:
    print(counted() - acknowledged)
"""
LIMITED = """
def make_full():
    resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
def make_room():
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""
FILLED = """
import subprocess
def make_full():
    free = os.statvfs(sys.argv[1])
    with open(sys.argv[1] + "/ballast", "wb") as ballast:
        ballast.write(bytes(max(0, free.f_bavail * free.f_frsize - 2_000_000)))
def make_room():
    os.unlink(sys.argv[1] + "/ballast")
"""

MOUNTED = 'mount -t tmpfs -o size=24m disk "$1" && shift && exec "$@"'
SMALL_DISK = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c", MOUNTED, "sh")
WITHOUT_PRIVILEGES = ("unshare", "--user")


def outcome(program: str, folder: Path, by: tuple[str, ...] = ()) -> list[str]:
    """What a program prints; on a disk of 24 MB, or without the privileges of root, if asked for."""
    command = [sys.executable, "-c", program, str(folder)]
    mounted = [str(folder)] if by == SMALL_DISK else []
    done = subprocess.run(
        [*by, *mounted, *command], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


FULL_AND_BACK = ["disk-full", "disk-full 0 0 True", "ok", "1 1", "1"]


def test_files_that_may_not_grow_stop_writing_and_nothing_else_until_they_may(
    tmp_path: Path,
) -> None:
    assert outcome(LIMITED + FULL, tmp_path) == FULL_AND_BACK


def test_a_full_disk_stops_writing_and_nothing_else_until_there_is_room(tmp_path: Path) -> None:
    assert outcome(FILLED + FULL, tmp_path, by=SMALL_DISK) == FULL_AND_BACK


BEGINNING = """
import os, subprocess, sys
from pathlib import Path
from pyoxigraph import Literal, NamedNode, Quad, Store
from kb_service.store import KnowledgeStore
from kb_service.store.reach import SHARED
from kb_service.store.store_state import StoreReadOnly
SAYS, ANA = NamedNode("https://example.org/says"), NamedNode("https://w3id.org/rengang/people/ana")
RULE = NamedNode("https://w3id.org/rengang/policy")
data = Path(sys.argv[1]) / "data"
def quad(word, graph=ANA):
    return Quad(ANA, SAYS, Literal(word), graph)
def told(store):
    with store.checkpoint() as path, store.reading(SHARED) as shared:
        copies = len(Store.read_only(str(path))), len(Store.read_only(str(shared.path)))
    try:
        store.apply([], [quad("refused")])
    except StoreReadOnly as error:
        return error.state.code, len(store.graph(ANA)), *copies
"""
READ_ONLY_DISK = """
def remount(how):
    subprocess.run(["mount", "-o", f"remount,{how}", sys.argv[1]], check=True)
with KnowledgeStore(data) as store:
    store.apply([], [quad("one"), quad("shared", RULE)])
remount("ro")
with KnowledgeStore(data, read_only=True) as store:
    print(len(store.graph(ANA)))
with KnowledgeStore(data) as store:
    print(*told(store))
    remount("rw")
    store._writer._tried = 0
    print(store.state.code)
    store.apply([], [quad("two")])
    print(len(store.graph(ANA)))
"""
NO_PERMISSION = """
with KnowledgeStore(data) as store:
    store.apply([], [quad("one"), quad("shared", RULE)])
    os.chmod(data / "store", 0o500)
    os.chmod(data, 0o500)
    many = 0
    try:
        while True:
            store.apply([], [quad(f"many {many} {number}") for number in range(3_000)])
            many += 3_000
    except StoreReadOnly as error:
        print(error.state.code)
    code, held, copied, shared = told(store)
    print(code, held - many, copied - many, shared)
    os.chmod(data, 0o700)
    os.chmod(data / "store", 0o700)
    store._writer._tried = 0
    print(store.state.code)
    store.apply([], [quad("two")])
    print(len(store.graph(ANA)) - many)
for folder in (data / "store", data / "journal", data):
    os.chmod(folder, 0o500)
with KnowledgeStore(data) as store:
    code, held, copied, shared = told(store)
    print(code, held - many, copied - many, shared)
for folder in (data, data / "journal", data / "store"):
    os.chmod(folder, 0o700)
with KnowledgeStore(data) as store:
    store.apply([], [quad("three")])
    print(len(store.graph(ANA)) - many)
"""


def test_a_disk_mounted_read_only_is_read_and_written_again_when_it_can_be(tmp_path: Path) -> None:
    told = outcome(BEGINNING + READ_ONLY_DISK, tmp_path, by=SMALL_DISK)

    assert told == ["1", "read-only-disk 1 2 1", "ok", "2"]


def test_a_folder_that_may_not_be_written_is_read_and_written_again_when_it_may_be(
    tmp_path: Path,
) -> None:
    told = outcome(BEGINNING + NO_PERMISSION, tmp_path, by=WITHOUT_PRIVILEGES)

    assert told == [
        "no-permission",
        "no-permission 1 2 1",
        "ok",
        "2",
        "no-permission 2 3 1",
        "3",
    ]


def test_a_damaged_table_is_told_by_whoever_reads_it_and_nothing_is_written_any_more(
    tmp_path: Path,
) -> None:
    with KnowledgeStore(tmp_path) as store:
        store.replace_graphs({ANA: saying(*(f"word {number}" for number in range(25_000)))})
    for table in (tmp_path / "store").glob("*.sst"):
        if table.stat().st_size > 100_000:
            damage(table, table.stat().st_size // 2)

    with KnowledgeStore(tmp_path) as store:
        with pytest.raises(StoreDamaged):
            store.select("SELECT * { ?s ?p ?o }")
        with pytest.raises(StoreReadOnly, match="rengang restore"):
            store.apply([], added(BO, "x"))

        assert store.state.code == "damaged"
        assert "rengang restore" in store.state.zh


def damage(path: Path, place: int) -> None:
    """Change some bytes of a file."""
    content = bytearray(path.read_bytes())
    content[place : place + 8] = bytes(255 - byte for byte in content[place : place + 8])
    path.write_bytes(content)


def test_a_store_that_cannot_even_be_opened_says_what_to_do(tmp_path: Path) -> None:
    with KnowledgeStore(tmp_path) as store:
        store.replace_graphs({ANA: saying("one")})
    for table in (tmp_path / "store").glob("*.sst"):
        damage(table, table.stat().st_size - 30)

    with pytest.raises(StoreDamaged, match="rengang restore"):
        KnowledgeStore(tmp_path)
