"""Reads the text of a query's body into groups."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from pyoxigraph import Literal, NamedNode, Variable

from kb_service.engine.body.groups import (
    Absent,
    Bind,
    Element,
    Filter,
    Group,
    InlineData,
    Optional,
    PatternTerm,
    Present,
    Star,
    SubSelect,
    TriplePattern,
    Union,
)
from kb_service.engine.rules import Rule
from kb_service.vocabulary import A, iri

_TOKEN = re.compile(
    r"""(?P<space>(?:\s|\#[^\n]*)+)
      | (?P<iri><[^<>"{}|^`\\\s]*>)
      | (?P<string>(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
          (?:@[A-Za-z]+(?:-[A-Za-z0-9]+)*|\^\^(?:<[^<>\s]*>|[\w-]*:[\w-]+))?)
      | (?P<variable>[?$]\w+)
      | (?P<name>(?:[A-Za-z][\w-]*)?:(?:[\w%](?:[\w.%-]*[\w%-])?)?)
      | (?P<number>[+-]?(?:\d*\.\d+|\d+)(?:[eE][+-]?\d+)?)
      | (?P<word>[A-Za-z_]\w*)
      | (?P<mark>.)""",
    re.VERBOSE | re.DOTALL,
)
_STRING = re.compile(r"""(["'])(?P<text>.*)\1(?:@(?P<language>.+)|\^\^(?P<type>.+))?""", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)")
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}
_AGGREGATE = re.compile(r"\(\s*(\w+)\s*\(")
_EXTREME = re.compile(r"\(\s*(?:MAX|MIN)\s*\(\s*\?(\w+)\s*\)\s*AS\s+\?(\w+)\s*\)", re.IGNORECASE)
_ALIAS = re.compile(r"\bAS\s+\?(\w+)", re.IGNORECASE)
_EXTREMES = {"MAX", "MIN"}
_ELEMENT_WORDS = {"FILTER", "BIND", "OPTIONAL", "MINUS", "VALUES", "GRAPH", "SERVICE"}


@lru_cache(maxsize=4096)
def body_of(rule: Rule) -> Group:
    """The body of a rule. Raises ValueError, naming the rule, for what rules do not use."""
    return _read(rule, rule.query.body)


@lru_cache(maxsize=4096)
def head_of(rule: Rule) -> tuple[TriplePattern, ...]:
    """What a rule writes. Raises ValueError as `body_of` does."""
    group = _read(rule, rule.query.head)
    stars = [each for each in group.elements if isinstance(each, Star)]
    return tuple(pattern for star in stars for pattern in star.patterns)


def _read(rule: Rule, text: str) -> Group:
    try:
        return read_group(text, rule.query.prefixes)
    except ValueError as error:
        raise ValueError(f"{rule.name}: {error}") from error


def read_group(text: str, prefixes: Mapping[str, str]) -> Group:
    """The group that stands in a text, without its braces.

    Raises ValueError for property paths, blank nodes, GRAPH and SERVICE, which rules do not use,
    and for what is no group.
    """
    reader = _Reader(f"{text}}}", prefixes)
    group = reader.rest_of_group()
    if reader.kind:
        raise ValueError(f"remove what stands after the last }}: {reader.token}")
    return group


def existence_in(text: str, prefixes: Mapping[str, str]) -> tuple[Absent | Present, ...]:
    """The groups that an expression asks about by EXISTS and NOT EXISTS, in order.

    Raises ValueError as `read_group` does.
    """
    return tuple(_Reader(text, prefixes).existence())


class _Reader:
    """A place in a text, moved on token by token."""

    def __init__(self, text: str, prefixes: Mapping[str, str]) -> None:
        self._text = text
        self._prefixes = prefixes
        self._tokens = [m for m in _TOKEN.finditer(text) if m.lastgroup != "space"]
        self._at = 0

    @property
    def kind(self) -> str:
        """The kind of the token here; nothing at the end."""
        return str(self._tokens[self._at].lastgroup) if self._at < len(self._tokens) else ""

    @property
    def token(self) -> str:
        """The token here; nothing at the end."""
        return self._tokens[self._at][0] if self._at < len(self._tokens) else ""

    def _take(self, expected: str = "") -> str:
        token = self.token
        if not token or (expected and token.upper() != expected):
            raise ValueError(f"write {expected or 'more'} in place of '{token}'")
        self._at += 1
        return token

    def _takes(self, *words: str) -> bool:
        """Move past these words if they stand here."""
        here = [token[0].upper() for token in self._tokens[self._at : self._at + len(words)]]
        if here != list(words):
            return False
        self._at += len(words)
        return True

    def _in_brackets(self) -> str:
        """What stands in the brackets that open here, as it is written."""
        opening = self._tokens[self._at]
        closing = {"(": ")", "{": "}"}.get(opening[0])
        if closing is None:
            raise ValueError(f"write brackets in place of '{opening[0]}'")
        depth = 0
        while self._at < len(self._tokens):
            here = self._tokens[self._at]
            depth += (here[0] == opening[0]) - (here[0] == closing)
            self._at += 1
            if not depth:
                return self._text[opening.end() : here.start()].strip()
        raise ValueError(f"close every {opening[0]}")

    def _group(self) -> Group:
        self._take("{")
        return self.rest_of_group()

    def rest_of_group(self) -> Group:
        """The group of which the opening brace lies behind."""
        elements: list[Element] = []
        while not self._takes("}"):
            if self._takes("."):
                continue
            element, before = self._element(), elements[-1] if elements else None
            if (
                isinstance(element, Star)
                and isinstance(before, Star)
                and before.subject == element.subject
            ):
                elements[-1] = Star(before.patterns + element.patterns)
            else:
                elements.append(element)
        return Group(tuple(elements))

    def existence(self) -> Iterator[Absent | Present]:
        """What is asked to exist or not to, from here to the end of an expression."""
        while self.kind:
            if self._takes("NOT", "EXISTS"):
                yield Absent(self._group(), "FILTER NOT EXISTS")
            elif self._takes("EXISTS"):
                yield Present(self._group())
            else:
                self._take()

    def _element(self) -> Element:
        if self.token == "{":
            return self._braces()
        if self.kind == "word" and self.token.upper() in _ELEMENT_WORDS:
            return self._named_element()
        return self._star()

    def _named_element(self) -> Element:
        if self._takes("FILTER", "NOT", "EXISTS"):
            return Absent(self._group(), "FILTER NOT EXISTS")
        if self._takes("FILTER", "EXISTS"):
            return Present(self._group())
        if self._takes("FILTER"):
            called = "" if self.token == "(" else self._take()
            inside = self._in_brackets()
            return Filter(f"{called}({inside})" if called else inside)
        if self._takes("BIND"):
            expression, name = re.split(r"\s+AS\s+\?", self._in_brackets(), flags=re.IGNORECASE)
            return Bind(expression, name)
        if self._takes("OPTIONAL"):
            return Optional(self._group())
        if self._takes("MINUS"):
            return Absent(self._group(), "MINUS")
        if self._takes("VALUES"):
            return self._inline_data()
        raise ValueError(f"do without {self.token}")

    def _inline_data(self) -> InlineData:
        columns = self._in_brackets() if self.token == "(" else self._take()
        names = frozenset(re.findall(r"[?$](\w+)", columns))
        return InlineData(names, f"VALUES ({columns}) {{ {self._rows(columns)} }}")

    def _rows(self, columns: str) -> str:
        """The rows of a VALUES block, in brackets even where the grammar lets them go without."""
        inside = self._in_brackets()
        if columns.startswith(("?", "$")) and "(" not in inside:
            return " ".join(f"({each[0]})" for each in _TOKEN.finditer(inside) if each[0].strip())
        return inside

    def _braces(self) -> Element:
        self._take("{")
        if self._takes("SELECT"):
            return self._sub_select()
        branches = [self.rest_of_group()]
        while self._takes("UNION"):
            branches.append(self._group())
        return Union(tuple(branches))

    def _sub_select(self) -> SubSelect:
        start = self._tokens[self._at].start()
        while self.token != "{" and not self._takes("WHERE"):
            if self.token == "(":
                self._in_brackets()
            else:
                self._take()
        head = self._text[start : self._tokens[self._at].start()].strip()
        head = re.sub(r"\s*\bWHERE$", "", head, flags=re.IGNORECASE)
        group = self._group()
        start = self._tokens[self._at].start()
        while self.token not in ("}", ""):
            self._take()
        modifiers = self._text[start : self._tokens[self._at].start()].strip()
        self._take("}")
        plain = re.sub(r"\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)", " ", head)
        columns = frozenset(re.findall(r"\?(\w+)", plain)) or group.variables
        kinds = {name.upper() for name in _AGGREGATE.findall(head)}
        extremes = tuple(_EXTREME.findall(head)) if kinds <= _EXTREMES else ()
        return SubSelect(head, group, modifiers, columns, frozenset(_ALIAS.findall(head)), extremes)

    def _star(self) -> Star:
        subject = self._term_but_no_literal()
        patterns: list[TriplePattern] = []
        while True:
            predicate = self._term_but_no_literal()
            patterns.append(TriplePattern(subject, predicate, self._term()))
            while self._takes(","):
                patterns.append(TriplePattern(subject, predicate, self._term()))
            while self._takes(";"):
                pass
            if self.token in (".", "}", "{", "") or self.token.upper() in _ELEMENT_WORDS:
                return Star(tuple(patterns))

    def _term_but_no_literal(self) -> PatternTerm:
        token = self.token
        term = self._term()
        if isinstance(term, Literal):
            raise ValueError(f"write a thing or a property in place of {token}")
        return term

    def _term(self) -> PatternTerm:
        kind, token = self.kind, self._take()
        if kind == "variable":
            return Variable(token[1:])
        if kind in ("iri", "name"):
            return self._named(token)
        if kind == "number":
            whole = token.lstrip("+-").isdigit()
            return Literal(token, datatype=iri("xsd", "integer" if whole else "decimal"))
        if kind == "string":
            return self._string(token)
        if token == "a":
            return A
        if token in ("true", "false"):
            return Literal(token, datatype=iri("xsd", "boolean"))
        raise ValueError(f"name a term in place of '{token}'; rules use no paths or blank nodes")

    def _named(self, token: str) -> NamedNode:
        if token.startswith("<"):
            return NamedNode(token[1:-1])
        prefix, local = token.split(":", 1)
        if prefix not in self._prefixes:
            raise ValueError(f"declare the prefix {prefix}:")
        return NamedNode(self._prefixes[prefix] + local)

    def _string(self, token: str) -> Literal:
        parts = _STRING.fullmatch(token)
        if parts is None:
            raise ValueError(f"write a string in place of {token}")
        text = _ESCAPED.sub(lambda m: _ESCAPES.get(m[1], m[1]), parts["text"])
        if parts["language"]:
            return Literal(text, language=parts["language"])
        return (
            Literal(text, datatype=self._named(parts["type"])) if parts["type"] else Literal(text)
        )
