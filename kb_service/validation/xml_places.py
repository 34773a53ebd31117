"""On which line of an RDF/XML document each thing is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin
from xml.parsers import expat

from pyoxigraph import Triple

from kb_service.validation.blank_places import with_labels_of
from kb_service.validation.statement_places import PlacedStatement, StatementPlaces
from kb_service.vocabulary import NAMESPACES

_RDF = NAMESPACES["rdf"]
_XML = "http://www.w3.org/XML/1998/namespace"
_ABOUT, _ID, _NODE_ID, _RESOURCE, _PARSE_TYPE, _DATATYPE = (
    _RDF + name for name in ("about", "ID", "nodeID", "resource", "parseType", "datatype")
)
_SYNTAX = frozenset({_ABOUT, _ID, _NODE_ID, _RESOURCE, _PARSE_TYPE, _DATATYPE, _RDF + "RDF"})
_TYPE = _RDF + "type"


def xml_places(text: bytes, triples: Sequence[Triple] = ()) -> StatementPlaces:
    """The line of everything that an RDF/XML document says, as `line 12`.

    The document is one that could be read; `triples` are what was read. What stands in a collection
    or in an XML literal has no place of its own.
    """
    reader = _Reader()
    try:
        reader.read(text)
    except expat.ExpatError:
        return StatementPlaces()
    statements = tuple(dict.fromkeys(reader.found))
    return StatementPlaces(with_labels_of(statements, triples))


@dataclass
class _Element:
    """An open element: a node with its name, or a property of the node around it."""

    is_node: bool
    base: str
    name: str = ""
    place: str = ""
    subject: _Element | None = None
    text: list[str] = field(default_factory=list)
    object: str | None = None
    number: int = 0
    opaque: bool = False
    """Whether what is inside means nothing to this reader."""


class _Reader:
    def __init__(self) -> None:
        self.found: list[PlacedStatement] = []
        self._parser = expat.ParserCreate(namespace_separator="")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._open: list[_Element] = []
        self._blanks = 0

    def read(self, text: bytes) -> None:
        """Note everything that the document says. Raises ExpatError when it is broken."""
        self._parser.Parse(text, True)

    def _start(self, tag: str, given: Mapping[str, str]) -> None:
        outer = self._open[-1] if self._open else _Element(False, "")
        base = urljoin(outer.base, given.get(_XML + "base", ""))
        place = f"line {self._parser.CurrentLineNumber}"
        if outer.opaque:
            self._open.append(_Element(False, base, opaque=True))
        elif tag == _RDF + "RDF":
            self._open.append(_Element(False, base))
        elif outer.is_node:
            self._open.append(self._property(tag, given, outer, base, place))
        else:
            self._open.append(self._node(tag, given, outer, base, place))

    def _node(
        self, tag: str, given: Mapping[str, str], outer: _Element, base: str, place: str
    ) -> _Element:
        node = _Element(True, base, self._named(given, base), place)
        outer.object = node.name
        if tag != _RDF + "Description":
            self._say(node, _TYPE, tag, place)
        self._say_attributes(node, given, place)
        return node

    def _property(
        self, tag: str, given: Mapping[str, str], node: _Element, base: str, place: str
    ) -> _Element:
        node.number += 1
        name = f"{_RDF}_{node.number}" if tag == _RDF + "li" else tag
        found = _Element(False, base, name, place, subject=node)
        kind = given.get(_PARSE_TYPE)
        if kind == "Resource":
            inner = _Element(True, base, self._blank(), place)
            self._say(node, name, inner.name, place)
            inner.subject = node
            return inner
        found.opaque = kind is not None
        if _RESOURCE in given:
            found.object = urljoin(base, given[_RESOURCE])
        elif _NODE_ID in given:
            found.object = f"_:/{given[_NODE_ID]}"
        elif properties := [key for key in given if _is_property(key)]:
            found.object = self._blank()
            described = _Element(True, base, found.object, place)
            self._say_attributes(described, {key: given[key] for key in properties}, place)
        return found

    def _text(self, text: str) -> None:
        if self._open and not self._open[-1].is_node:
            self._open[-1].text.append(text)

    def _end(self, _tag: str) -> None:
        closed = self._open.pop()
        if closed.is_node or closed.subject is None or closed.opaque:
            return
        said = "".join(closed.text) if closed.object is None else closed.object
        self._say(closed.subject, closed.name, said, closed.place)

    def _say(self, node: _Element, predicate: str, object: str, place: str) -> None:
        self.found.append(PlacedStatement(node.name, predicate, object, node.place, place, place))

    def _say_attributes(self, node: _Element, given: Mapping[str, str], place: str) -> None:
        for key, value in given.items():
            if _is_property(key):
                said = urljoin(node.base, value) if key == _TYPE else value
                self._say(node, key, said, place)

    def _named(self, given: Mapping[str, str], base: str) -> str:
        if _ABOUT in given:
            return urljoin(base, given[_ABOUT])
        if _ID in given:
            return urljoin(base, f"#{given[_ID]}")
        if _NODE_ID in given:
            return f"_:/{given[_NODE_ID]}"
        return self._blank()

    def _blank(self) -> str:
        self._blanks += 1
        return f"_://{self._blanks}"


def _is_property(attribute: str) -> bool:
    return attribute not in _SYNTAX and not attribute.startswith(_XML) and ":" in attribute
