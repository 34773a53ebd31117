"""A folder of Turtle files, one for each graph, laid out as the project's own `ontology/` is."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.client.whole_files import write_whole
from kb_service.findings import Finding, RefusedInput, violation
from kb_service.knowledge_files import read_turtle
from kb_service.store import as_stored
from kb_service.store.canonical_form import content_digest
from kb_service.turtle_layout import CannotFormat, turtle_of
from kb_service.vocabulary import BASE, A, iri

CATALOG = "catalog-v001.xml"
MODELS = "models"
_FRAMEWORKS = "frameworks"
_PLANS = "plans"
_ONTOLOGY = iri("owl", "Ontology")
_MODEL = iri("core", "PositionModel")
_FOLDERS = {
    _MODEL: MODELS,
    iri("core", "Framework"): _FRAMEWORKS,
    iri("performance", "PerformancePlan"): _PLANS,
}
"""Where what a graph describes has it go."""
_CARDINALITIES = {
    iri("owl", f"{kind}ardinality")
    for kind in ("c", "minC", "maxC", "qualifiedC", "minQualifiedC", "maxQualifiedC")
}
_DECIMAL = iri("xsd", "decimal")
_WHOLE = re.compile(r"-?[0-9]+")
_EVERYTHING = BASE + "ontology"
_OF_ALL = "rengang"
_PLAIN = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,78}[a-z0-9])?")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?")
"""What Windows takes for a device, whatever comes behind the dot."""
_CATALOG_HEAD = """\
<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<catalog prefer="public" xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">
"""


@dataclass(frozen=True)
class GraphFile:
    """A graph as a file of the folder has it."""

    name: str
    path: Path
    triples: Sequence[Triple]
    digest: str

    @property
    def is_model(self) -> bool:
        """Whether it describes a position model."""
        return describes_model(self.triples)


def describes_model(triples: Iterable[Triple]) -> bool:
    """Whether there is a position model among these things."""
    return any(triple.predicate == A and triple.object == _MODEL for triple in triples)


def digest_of_content(triples: Sequence[Triple]) -> str:
    """The same for the same content, however numbers are written and blank nodes are called."""
    return content_digest(as_stored(triples))


def read_folder(folder: Path) -> dict[str, GraphFile]:
    """Every graph in the Turtle files of a folder, by name; hidden files are left alone.

    Raises RefusedInput with a finding for each file that is not one graph with a header.
    """
    files: dict[str, GraphFile] = {}
    faults: list[Finding] = []
    for path in sorted(folder.rglob("*.ttl")):
        if any(part.startswith(".") for part in path.relative_to(folder).parts):
            continue
        try:
            file = _read(folder, path)
            first = files.setdefault(file.name, file)
            if first is not file:
                faults.append(_twice(folder, first, file))
        except RefusedInput as refused:
            faults += refused.findings
    if faults:
        raise RefusedInput(faults)
    return files


def _read(folder: Path, path: Path) -> GraphFile:
    where = str(path.relative_to(folder))
    if not path.resolve().is_relative_to(folder.resolve()):
        raise _fault(
            where,
            "这是指向文件夹之外的链接；请换成文件本身。",
            "This is a link to somewhere outside the folder; put the file itself here.",
        )
    try:
        triples = read_turtle(path)
    except SyntaxError as error:
        said = error.msg.removeprefix(f"{path}: ")
        raise _fault(where, f"不是 Turtle 语法：{said}", f"This is not Turtle: {said}") from error
    headers = {t.subject for t in triples if t.predicate == A and t.object == _ONTOLOGY}
    names = [each.value for each in headers if isinstance(each, NamedNode)]
    if len(headers) != 1 or not names:
        raise _fault(
            where,
            f"一个文件写一个图，并有一个文件头，例如：<{BASE}ontology/models/nurse> a owl:Ontology .",
            "A file holds one graph with one header, for example: "
            f"<{BASE}ontology/models/nurse> a owl:Ontology .",
        )
    return GraphFile(names[0], path, triples, digest_of_content(triples))


def _twice(folder: Path, first: GraphFile, second: GraphFile) -> Finding:
    other = first.path.relative_to(folder).as_posix()
    return violation(
        f"文件头与 {other} 的相同（{second.name}）；请只留一个文件，或改掉一个的文件头。",
        f"Its header is that of {other} ({second.name}); keep one of the files, or change a header.",
        second.path.relative_to(folder).as_posix(),
    )


def _fault(where: str, zh: str, en: str) -> RefusedInput:
    return RefusedInput((violation(zh, en, where),))


def place_of(name: str, triples: Sequence[Triple], taken: Iterable[str] = ()) -> PurePosixPath:
    """Where a graph goes that the folder does not have yet, by its name and by what it describes.

    The file is always below the folder, and its name means the same on every system: only a plain
    name of ours is kept as it is.
    """
    kinds = {triple.object for triple in triples if triple.predicate == A}
    below = next((folder for kind, folder in _FOLDERS.items() if kind in kinds), "")
    plain = PurePosixPath(below) / f"{_plain_name(name, below)}.ttl"
    if _plain_name(name, below) and str(plain) not in taken:
        return plain
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower().rstrip("/#").rsplit("/", 1)[-1])[:40].strip("-")
    digest = hashlib.sha256(name.encode()).hexdigest()[:12]
    return PurePosixPath(below) / f"{slug or 'graph'}-{digest}.ttl"


def _plain_name(name: str, below: str) -> str:
    """The name as the project's own files have it, empty where it is none of those."""
    if name == _EVERYTHING:
        return "" if below else _OF_ALL
    prefix = f"{_EVERYTHING}/{below}/" if below in (MODELS, _PLANS) else f"{_EVERYTHING}/"
    local = name.removeprefix(prefix)
    is_plain = name.startswith(prefix) and _PLAIN.fullmatch(local) and not _DEVICE.fullmatch(local)
    return local if is_plain and (below or local != _OF_ALL) else ""


def laid_out(folder: Path, place: str, triples: Sequence[Triple]) -> bytes:
    """What a file of the folder is to hold, in the one layout.

    Raises RefusedInput for a graph that has no layout, and for a place outside the folder.
    """
    if not (folder / place).resolve().is_relative_to(folder.resolve()):
        raise _fault(
            place,
            "这个位置经由链接落在文件夹之外；请移走那个链接。",
            "A link makes this a place outside the folder; remove the link.",
        )
    try:
        return turtle_of(map(_as_one_writes, triples)).encode()
    except CannotFormat as error:
        raise _fault(place, error.zh, error.en) from error


def _as_one_writes(triple: Triple) -> Triple:
    """A triple with numbers as OWL and people have them: a store gives 5.0 back as 5."""
    value = triple.object
    if not isinstance(value, Literal):
        return triple
    if triple.predicate in _CARDINALITIES:
        number = Literal(value.value, datatype=iri("xsd", "nonNegativeInteger"))
    elif value.datatype == _DECIMAL and _WHOLE.fullmatch(value.value):
        number = Literal(f"{value.value}.0", datatype=_DECIMAL)
    else:
        return triple
    return Triple(triple.subject, triple.predicate, number)


def write_catalogs(folder: Path, files: Mapping[str, str]) -> None:
    """Tell Protégé where in the folder each graph lies, so that imports are found without a network."""
    entries = [
        f"    <uri name={quoteattr(name)} uri={quoteattr(quote(place))}/>\n"
        for name, place in sorted(files.items())
    ]
    _write_where_other(folder / CATALOG, f"{_CATALOG_HEAD}{''.join(entries)}</catalog>\n")
    for below in {PurePosixPath(place).parent for place in files.values()} - {PurePosixPath(".")}:
        up = "/".join([".."] * len(below.parts))
        entry = f"    <nextCatalog catalog={quoteattr(f'{up}/{CATALOG}')}/>\n"
        _write_where_other(folder / below / CATALOG, f"{_CATALOG_HEAD}{entry}</catalog>\n")


def _write_where_other(path: Path, text: str) -> None:
    content = text.encode()
    if not path.exists() or path.read_bytes() != content:
        write_whole(path, content)
