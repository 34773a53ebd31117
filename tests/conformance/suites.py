"""The W3C's manifests of tests, as they ship with the source distribution of rdflib."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rdflib import RDF, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

_CARRIER = "rdflib==6.3.2"
"""Its source distribution carries both suites; later ones leave them out."""
_INSIDE = "test/data/suites/w3c/"
_FROM = re.compile(r"\bFROM\s+(?:NAMED\s+)?<([^>]+)>", re.IGNORECASE)
BASE = "http://example.org/suite/"

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
RDFS_LABEL = URIRef("http://www.w3.org/2000/01/rdf-schema#label")


@dataclass(frozen=True)
class State:
    """A dataset before or after: files of the default graph, and of each named graph."""

    default: tuple[Path, ...] = ()
    named: tuple[tuple[str, Path], ...] = ()


@dataclass(frozen=True)
class Case:
    """One test of a manifest."""

    name: str
    kind: str
    text: str
    before: State
    after: State
    result: Path | None


def fetch_suites(folder: Path) -> Path:
    """The folder of the suites, downloaded once from the package registry."""
    found = folder / "w3c"
    if not found.exists():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--no-binary", "rdflib", "--dest", str(folder), _CARRIER]
        subprocess.run(command, check=True)
        (archive,) = folder.glob("rdflib-*.tar.gz")
        with tarfile.open(archive) as opened:
            opened.extractall(folder / "carrier", filter="data")
        (inside,) = (folder / "carrier").glob(f"*/{_INSIDE}")
        inside.rename(found)
    return found


def cases(suites: Path, folder: str) -> Iterator[Case]:
    """Every test of the manifest in one folder of the suites, in its order."""
    place = suites / folder
    manifest = Graph()
    manifest.parse(place / "manifest.ttl", publicID=BASE + folder + "/")
    for entries in manifest.objects(None, MF.entries):
        for test in Collection(manifest, entries):
            yield _case(manifest, test, place, folder)


def _case(manifest: Graph, test: Node, place: Path, folder: str) -> Case:
    kind = str(manifest.value(test, RDF.type)).partition("#")[2]
    action, result = manifest.value(test, MF.action), manifest.value(test, MF.result)
    if isinstance(action, URIRef):
        text, before = _file(action, folder, place), State()
    else:
        assert action is not None
        asked = manifest.value(action, QT.query) or manifest.value(action, UT.request)
        text, before = _file(asked, folder, place), _state(manifest, action, place, folder)
    query = text.read_text(encoding="utf-8") if text else ""
    if not before.default and not before.named:
        files = {BASE + folder + "/" + name: place / name for name in _FROM.findall(query)}
        before = State(named=tuple((name, file) for name, file in files.items() if file.exists()))
    return Case(
        str(test).partition("#")[2],
        kind,
        f"BASE <{BASE}{folder}/>\n{query}",
        before,
        State()
        if result is None or isinstance(result, URIRef)
        else _state(manifest, result, place, folder),
        _file(result, folder, place) if isinstance(result, URIRef) else None,
    )


def _state(manifest: Graph, node: Node, place: Path, folder: str) -> State:
    default = [
        file
        for name in (QT.data, UT.data)
        for data in manifest.objects(node, name)
        if (file := _file(data, folder, place))
    ]
    named = []
    for graph in manifest.objects(node, QT.graphData):
        file = _file(graph, folder, place)
        assert file is not None
        named.append((str(graph), file))
    for graph in manifest.objects(node, UT.graphData):
        file = _file(manifest.value(graph, UT.graph), folder, place)
        assert file is not None
        named.append((str(manifest.value(graph, RDFS_LABEL)), file))
    return State(tuple(default), tuple(named))


def _file(node: Node | None, folder: str, place: Path) -> Path | None:
    start = BASE + folder + "/"
    text = str(node)
    return place / text[len(start) :] if text.startswith(start) else None
