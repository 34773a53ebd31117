"""A rule's file as text: where each word stands, so that a finding can name its line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from pyoxigraph import NamedNode
from rdflib import RDF, URIRef, Variable
from rdflib.term import Node

from kb_service.engine.tokens import Token, tokens
from kb_service.findings import Finding
from kb_service.vocabulary import shorten

HEAD, BODY = "head", "body"


@dataclass(frozen=True)
class Mention:
    """A variable or an IRI in a query: in which part, and of what subject something is said there.

    `absent` is true inside MINUS and NOT EXISTS.
    """

    term: Node
    line: int
    part: str
    absent: bool = False
    subject: Node | None = None


@dataclass(frozen=True)
class RuleText:
    """The text of a rule with its name, the folder it lies in, and the path that findings show."""

    stage: str
    name: str
    path: str
    text: str

    def violation(self, line: int, zh: str, en: str, value: str = "") -> Finding:
        """A fault of this file that has to be corrected."""
        return Finding("violation", {"zh": zh, "en": en}, where=f"{self.path}:{line}", value=value)

    def warning(self, line: int, zh: str, en: str, value: str = "") -> Finding:
        """Something in this file that may be a fault."""
        return replace(self.violation(line, zh, en, value), severity="warning")

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """Every token of the file, comments left out."""
        return tuple(token for token in tokens(self.text) if token.kind != "comment")

    @cached_property
    def prefixes(self) -> dict[str, str]:
        """What each prefix stands for in this file."""
        found = {}
        for keyword, name, iri in zip(self.tokens, self.tokens[1:], self.tokens[2:], strict=False):
            if (keyword.text.upper(), name.text[-1:], iri.kind) == ("PREFIX", ":", "iri"):
                found[name.text[:-1]] = iri.text[1:-1]
        return found

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """Every variable and IRI of head and body, in the order in which they stand."""
        return tuple(_Reader(self).mentions())

    def line_of(
        self,
        term: Node,
        part: str = "",
        *,
        subject: Node | None = None,
        absent: bool | None = None,
    ) -> int:
        """The line on which a term first stands; the nearest to what is asked, 1 at last."""
        best, best_line = -1, 1
        for mention in self.mentions:
            if mention.term == term:
                fits = (
                    2 * (mention.part == part)
                    + 2 * (subject is not None and mention.subject == subject)
                    + (absent is not None and mention.absent == absent)
                )
                if fits > best:
                    best, best_line = fits, mention.line
        return best_line

    def line_of_word(self, *words: str) -> int:
        """The line on which these words first stand one after the other; 1 if they do not."""
        wanted = [word.upper() for word in words]
        texts = [token.text.upper() for token in self.tokens]
        for start, token in enumerate(self.tokens):
            if texts[start : start + len(wanted)] == wanted:
                return token.line
        return 1


class _Reader:
    """Goes through the tokens once and remembers in which braces it is."""

    def __init__(self, text: RuleText) -> None:
        self._text = text
        self._absent = [False]
        self._brackets = 0
        self._part = ""
        self._subject: Node | None = None
        self._before = ("", "")

    def mentions(self) -> Iterator[Mention]:
        """Every variable and IRI after the prologue."""
        for token in self._text.tokens:
            self._step(token)
            term = self._term(token)
            if self._part and term is not None and len(self._absent) > 1:
                if self._subject is None and not self._brackets:
                    self._subject = term
                yield Mention(term, token.line, self._part, self._absent[-1], self._subject)
            self._before = (self._before[1], token.text.upper())

    def _step(self, token: Token) -> None:
        if token.text == "{":
            hides = self._before[1] == "MINUS" or self._before == ("NOT", "EXISTS")
            self._absent.append(self._absent[-1] or hides)
            self._subject, self._brackets = None, 0
        elif token.text == "}":
            if len(self._absent) > 1:
                self._absent.pop()
            self._subject, self._brackets = None, 0
        elif token.text == "(":
            self._brackets += 1
        elif token.text == ")":
            self._brackets = max(0, self._brackets - 1)
            self._subject = None if not self._brackets else self._subject
        elif token.text == ".":
            self._subject = None
        elif len(self._absent) == 1 and token.text.upper() == "CONSTRUCT":
            self._part = HEAD
        elif len(self._absent) == 1 and token.text.upper() == "WHERE":
            self._part = BODY

    def _term(self, token: Token) -> Node | None:
        if token.kind == "variable":
            return Variable(token.text[1:])
        if token.kind == "iri":
            return URIRef(token.text[1:-1])
        if token.kind == "word" and token.text == "a":
            return RDF.type
        if token.kind == "name":
            prefix, _, local = token.text.partition(":")
            if prefix in self._text.prefixes:
                return URIRef(self._text.prefixes[prefix] + local)
        return None


def shown(term: Node | str) -> str:
    """A term as one would write it in a rule."""
    if isinstance(term, Variable):
        return f"?{term}"
    try:
        return shorten(NamedNode(str(term)))
    except ValueError:
        return str(term)
