"""At which JSON pointer of a JSON-LD document each thing is said."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pyoxigraph import Triple

from kb_service.validation.blank_places import with_labels_of
from kb_service.validation.statement_places import PlacedStatement, StatementPlaces
from kb_service.vocabulary import NAMESPACES

_RDF = NAMESPACES["rdf"]
_TYPE, _FIRST, _REST, _NIL = (_RDF + name for name in ("type", "first", "rest", "nil"))


def json_places(text: bytes, triples: Sequence[Triple] = ()) -> StatementPlaces:
    """The JSON pointer of everything that a JSON-LD document says.

    The document is one that could be read, its contexts written in it; `triples` are what was read.
    What its contexts rename in ways other than prefixes and terms has no place.
    """
    try:
        document = json.loads(text)
        statements = tuple(dict.fromkeys(_Reader().statements(document)))
    except (ValueError, RecursionError):
        return StatementPlaces()
    return StatementPlaces(with_labels_of(statements, triples))


@dataclass(frozen=True)
class _Context:
    """What words stand for, and which of them point at things."""

    words: Mapping[str, str]
    vocabulary: str = ""
    base: str = ""
    pointing: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    """Words whose values are in order."""

    def with_(self, given: object) -> _Context:
        """This context and what a document adds to it."""
        if isinstance(given, list):
            context = self
            for each in given:
                context = context.with_(each)
            return context
        if not isinstance(given, dict):
            return self
        known = replace(
            self,
            words={**self.words, **{w: m for w, m in given.items() if isinstance(m, str)}},
            vocabulary=str(given.get("@vocab") or self.vocabulary),
            base=str(given.get("@base") or self.base),
        )
        defined = {word: meant for word, meant in given.items() if isinstance(meant, dict)}
        words = {word: str(meant.get("@id", word)) for word, meant in defined.items()}
        points = {
            word for word, meant in defined.items() if meant.get("@type") in ("@id", "@vocab")
        }
        ordered = {word for word, meant in defined.items() if meant.get("@container") == "@list"}
        return replace(
            known,
            words={**known.words, **words},
            pointing=self.pointing - set(given) | points,
            lists=self.lists - set(given) | ordered,
        )

    def word(self, written: str) -> str:
        """The IRI of a property or class."""
        if meant := self._meant(written):
            return meant
        return self.vocabulary + written if self.vocabulary and ":" not in written else written

    def name(self, written: str) -> str:
        """The IRI of a thing."""
        if written.startswith("_:"):
            return f"_:/{written}"
        if ":" in written:
            return self._with_prefix(written)
        return self.base + written

    def keyword(self, written: str) -> str:
        """What a key stands for: itself unless it renames a keyword."""
        meant = self.words.get(written, written)
        return meant if meant.startswith("@") else written

    def _meant(self, written: str) -> str:
        meant = self.words.get(written)
        if meant is None or meant == written:
            return self._with_prefix(written) if ":" in written else ""
        return self._with_prefix(meant) if ":" in meant else self.word(meant)

    def _with_prefix(self, written: str) -> str:
        prefix, _, local = written.partition(":")
        meant = self.words.get(prefix)
        if meant is None or local.startswith("//"):
            return written
        return (self._with_prefix(meant) if not meant.startswith(prefix + ":") else meant) + local


class _Reader:
    def __init__(self) -> None:
        self._blanks = 0

    def statements(self, document: object) -> Iterator[PlacedStatement]:
        """Every statement of the document."""
        yield from self._nodes(document, _Context({}), "")

    def _nodes(self, value: object, context: _Context, at: str) -> Iterator[PlacedStatement]:
        for node, place in _each(value, at):
            if isinstance(node, dict):
                yield from self._node(node, context, place)[1]

    def _node(
        self, node: Mapping[str, Any], context: _Context, at: str
    ) -> tuple[str, Iterator[PlacedStatement]]:
        """The name of a node, and what is said of and below it."""
        context = context.with_(node.get("@context"))
        keys = {context.keyword(key): key for key in node}
        given = node.get(keys.get("@id", "@id"))
        name = context.name(given) if isinstance(given, str) else self._blank()
        return name, self._said(node, name, context, at)

    def _said(
        self, node: Mapping[str, Any], name: str, context: _Context, at: str
    ) -> Iterator[PlacedStatement]:
        for key, value in node.items():
            place = f"{at}/{_escaped(key)}"
            keyword = context.keyword(key)
            if keyword == "@type":
                for kind, where in _each(value, place):
                    yield PlacedStatement(name, _TYPE, context.word(str(kind)), at, place, where)
            elif keyword in ("@graph", "@included"):
                yield from self._nodes(value, context, place)
            elif not keyword.startswith("@"):
                predicate = context.word(key)
                ordered = key in context.lists
                values = [(value, place)] if ordered else list(_each(value, place))
                for each, where in values:
                    term, below = self._term(
                        {"@list": each} if ordered else each, key, context, where
                    )
                    yield PlacedStatement(name, predicate, term, at, place, where)
                    yield from below

    def _term(
        self, value: object, key: str, context: _Context, at: str
    ) -> tuple[str, Iterator[PlacedStatement]]:
        """What a value is called, and what is said below it."""
        if isinstance(value, dict):
            keys = {context.keyword(one): one for one in value}
            if "@value" in keys:
                return _lexical(value[keys["@value"]]), iter(())
            if "@list" in keys:
                return self._list(value[keys["@list"]], key, context, at)
            return self._node(value, context, at)
        if isinstance(value, str) and key in context.pointing:
            return context.name(value), iter(())
        return _lexical(value), iter(())

    def _list(
        self, value: object, key: str, context: _Context, at: str
    ) -> tuple[str, Iterator[PlacedStatement]]:
        items = list(_each(value, at))
        nodes = [self._blank() for _ in items] + [_NIL]

        def said() -> Iterator[PlacedStatement]:
            for (item, place), node, rest in zip(items, nodes, nodes[1:], strict=False):
                term, below = self._term(item, key, context, place)
                yield PlacedStatement(node, _FIRST, term, place, place, place)
                yield PlacedStatement(node, _REST, rest, place, place, place)
                yield from below

        return nodes[0], said()

    def _blank(self) -> str:
        self._blanks += 1
        return f"_:/{self._blanks}"


def _each(value: object, at: str) -> Iterator[tuple[object, str]]:
    """A value or each value of an array, with its pointer."""
    if isinstance(value, list):
        yield from ((each, f"{at}/{number}") for number, each in enumerate(value))
    else:
        yield value, at


def _lexical(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
