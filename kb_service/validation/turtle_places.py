"""On which line of a Turtle document each thing is said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urljoin

from pyoxigraph import Triple

from kb_service.validation.blank_places import with_labels_of
from kb_service.validation.statement_places import PlacedStatement, StatementPlaces
from kb_service.vocabulary import NAMESPACES

# Every repetition is possessive and begins with another character than what follows it, so no text
# makes this search twice at any place.
_TOKEN = re.compile(
    r"""
      (?P<gap>\s++|\#[^\n\r]*+)
    | (?P<long>\"{3}(?:[^"\\]++|\\.|"(?!""))*+\"{3}|'{3}(?:[^'\\]++|\\.|'(?!''))*+'{3})
    | (?P<short>"(?:[^"\\\n\r]++|\\.)*+"|'(?:[^'\\\n\r]++|\\.)*+')
    | (?P<iri><[^<>\s"{}|^`]*+>)
    | (?P<tag>@[A-Za-z0-9-]++)
    | (?P<sign>\^\^|[\[\](),;])
    | (?P<word>(?:[^\s<>"'()\[\]{},;\#^@\\|]++|\\.)++)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_CONTROLS = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_NUMBER = re.compile(r"[+-]?+[0-9]*+\.?+[0-9]*+(?:[eE][+-]?+[0-9]++)?+")
_DEEPEST = 100
_RDF = NAMESPACES["rdf"]
_TYPE, _FIRST, _REST, _NIL = (_RDF + name for name in ("type", "first", "rest", "nil"))


def turtle_places(text: bytes, triples: Sequence[Triple] = ()) -> StatementPlaces:
    """The line of everything that a Turtle document says, as `line 12`.

    The document is one that could be read. `triples` are what was read, in their order: blank nodes
    have the labels that they have there, and without them labels of their own. What stands after
    something that this reader does not know, such as triples about triples, has no place.
    """
    statements: list[PlacedStatement] = []
    with suppress(_Unreadable):
        for statement in _Reader(text.decode("utf-8", "replace")).statements():
            statements.append(statement)
    return StatementPlaces(with_labels_of(tuple(dict.fromkeys(statements)), triples))


class _Unreadable(ValueError):
    """Text that is no Turtle to this reader."""


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    line: int

    @property
    def place(self) -> str:
        return f"line {self.line}"


@dataclass(frozen=True)
class _Term:
    name: str
    place: str


def _tokens(text: str) -> Iterator[_Token]:
    """The tokens of the text; a full stop after a word is a sign of its own."""
    at, line = 0, 1
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise _Unreadable
        kind, written = found.lastgroup or "", found.group()
        if kind == "word":
            word = _without_stops(written)
            if word:
                yield _Token(kind, word, line)
            yield from (_Token("sign", ".", line) for _ in written[len(word) :])
        elif kind != "gap":
            yield _Token(kind, written, line)
        line += written.count("\n")
        at = found.end()
    yield _Token("end", "", line)


def _without_stops(word: str) -> str:
    bare = word.rstrip(".")
    return word[: len(bare) + 1] if bare.endswith("\\") else bare


class _Reader:
    """Reads statements by recursive descent, `_DEEPEST` levels at most."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._next = next(self._tokens)
        self._prefixes: dict[str, str] = {}
        self._base = ""
        self._blanks = 0
        self._depth = 0
        self._found: list[PlacedStatement] = []

    def statements(self) -> Iterator[PlacedStatement]:
        """Every statement, as far as the text can be read. Raises _Unreadable where it cannot."""
        while self._next.kind != "end":
            if not self._directive():
                self._sentence()
            found, self._found = self._found, []
            yield from found

    def _take(self, *signs: str) -> _Token:
        token = self._next
        if signs and not (token.kind == "sign" and token.text in signs):
            raise _Unreadable
        if token.kind == "end":
            raise _Unreadable
        self._next = next(self._tokens)
        return token

    def _is_sign(self, *signs: str) -> bool:
        return self._next.kind == "sign" and self._next.text in signs

    def _directive(self) -> bool:
        word = self._next
        name = word.text.lstrip("@").lower()
        if word.kind not in ("tag", "word") or name not in ("prefix", "base", "version"):
            return False
        self._take()
        if name == "prefix":
            prefix = self._take().text
            self._prefixes[prefix.removesuffix(":")] = self._iri(self._take())
        elif name == "base":
            self._base = self._iri(self._take())
        else:
            self._take()
        if word.kind == "tag":
            self._take(".")
        return True

    def _sentence(self) -> None:
        described = self._is_sign("[")
        subject = self._node()
        if not (described and self._is_sign(".")):
            self._descriptions(subject, ".")
        self._take(".")

    def _descriptions(self, subject: _Term, end: str) -> None:
        while not self._is_sign(end):
            if self._is_sign(";"):
                self._take()
                continue
            predicate = self._node()
            self._say(subject, predicate, self._object())
            while self._is_sign(","):
                self._take()
                self._say(subject, predicate, self._object())

    def _say(self, subject: _Term, predicate: _Term, object: _Term) -> None:
        self._found.append(
            PlacedStatement(
                subject.name,
                predicate.name,
                object.name,
                subject.place,
                predicate.place,
                object.place,
            )
        )

    def _node(self) -> _Term:
        token = self._take()
        if token.kind == "iri":
            return _Term(self._iri(token), token.place)
        if token.kind == "word":
            return _Term(self._named(token.text), token.place)
        if token.kind == "sign" and token.text in "[(":
            return self._nested(token)
        raise _Unreadable

    def _nested(self, opened: _Token) -> _Term:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _Unreadable
        if opened.text == "[":
            node = self._blank(opened)
            self._descriptions(node, "]")
            self._take("]")
        else:
            node = self._list(opened)
        self._depth -= 1
        return node

    def _list(self, opened: _Token) -> _Term:
        items: list[_Term] = []
        while not self._is_sign(")"):
            items.append(self._object())
        self._take(")")
        nodes = [self._blank(opened) for _ in items] + [_Term(_NIL, opened.place)]
        for node, item, rest in zip(nodes, items, nodes[1:], strict=False):
            placed = _Term(node.name, item.place)
            self._say(placed, _Term(_FIRST, item.place), item)
            self._say(placed, _Term(_REST, item.place), rest)
        return nodes[0]

    def _object(self) -> _Term:
        if self._next.kind not in ("short", "long"):
            return self._node()
        token = self._take()
        quotes = 3 if token.kind == "long" else 1
        if self._next.kind == "tag":
            self._take()
        elif self._is_sign("^^"):
            self._take()
            self._node()
        return _Term(_unescaped(token.text[quotes:-quotes]), token.place)

    def _blank(self, token: _Token) -> _Term:
        self._blanks += 1
        return _Term(f"_:/{self._blanks}", token.place)

    def _iri(self, token: _Token) -> str:
        if token.kind != "iri":
            raise _Unreadable
        written = _unescaped(token.text[1:-1])
        return urljoin(self._base, written) if self._base else written

    def _named(self, word: str) -> str:
        if word == "a":
            return _TYPE
        if word in ("true", "false") or _NUMBER.fullmatch(word):
            return word
        prefix, colon, local = word.partition(":")
        if not colon:
            raise _Unreadable
        if prefix == "_":
            return word
        if prefix not in self._prefixes:
            raise _Unreadable
        return self._prefixes[prefix] + _unescaped(local)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(_meant, text) if "\\" in text else text


def _meant(escape: re.Match[str]) -> str:
    code = escape[1] or escape[2]
    return chr(int(code, 16)) if code else _CONTROLS.get(escape[3], escape[3])
