"""A SPARQL update taken apart into its operations, each as the engine can carry it out alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from kb_service.store.query_text import RefusedQuery, Token, place, safe_tokens

EVERY_KIND = ("ALL", "DEFAULT", "NAMED")


@dataclass(frozen=True)
class Template:
    """The quads of a DELETE or INSERT: text in which each variable is an IRI that nobody else has."""

    text: str
    variables: tuple[tuple[str, str], ...]
    """The IRI and the name of each variable."""


@dataclass(frozen=True)
class _Written:
    """What every operation has: the declarations before it, its own text, and where that begins."""

    prologue: str
    text: str
    begins: int


@dataclass(frozen=True)
class DataOperation(_Written):
    """INSERT DATA or DELETE DATA."""

    inserts: bool
    block: str


@dataclass(frozen=True)
class Modification(_Written):
    """DELETE and INSERT by a pattern; graphs are texts that need the prologue."""

    deletes: Template | None
    inserts: Template | None
    pattern: str
    graph: str = ""
    using: tuple[str, ...] = ()
    using_named: tuple[str, ...] = ()

    @property
    def names_its_dataset(self) -> bool:
        """Whether WITH or USING say what is read, so that the protocol must not."""
        return bool(self.graph or self.using or self.using_named)


@dataclass(frozen=True)
class Clearing(_Written):
    """CLEAR or DROP of a graph, or of what one of the words in EVERY_KIND stands for."""

    target: str
    drops: bool


@dataclass(frozen=True)
class Creation(_Written):
    """CREATE GRAPH."""

    graph: str
    silent: bool


@dataclass(frozen=True)
class Transfer(_Written):
    """ADD, COPY or MOVE from one graph to another; the text DEFAULT is the default graph."""

    verb: str
    source: str
    target: str
    silent: bool


Operation: TypeAlias = DataOperation | Modification | Clearing | Creation | Transfer


def read_update(text: str, nonce: str) -> list[Operation]:
    """The operations of an update in order, each yet to be checked by the engine.

    The reader wants a space between keywords, where the engine would do without. `nonce` goes into
    the IRIs that stand for variables; nobody else may know it. Raises RefusedQuery for LOAD,
    SERVICE, deep nesting, and for what it cannot tell apart.
    """
    reader = _Reader(text, nonce)
    operations = []
    while (operation := reader.operation()) is not None:
        operations.append(operation)
        if not reader.skip(";"):
            break
    reader.expect_end()
    return operations


class _Reader:
    """Goes through the tokens once."""

    def __init__(self, text: str, nonce: str) -> None:
        self._text = text
        self._tokens: Sequence[Token] = safe_tokens(text)
        self._nonce = nonce
        self._at = 0
        self._prologue = ""
        self._labels: set[str] = set()

    def operation(self) -> Operation | None:
        """The next operation with every declaration made so far; None at the end."""
        self._declarations()
        begins = self._at
        if begins == len(self._tokens):
            return None
        make = self._form()
        text, start = self._written((begins, self._at)), self._tokens[begins].start()
        operation = make(self._prologue, text, start)
        if isinstance(operation, DataOperation) and operation.inserts:
            self._refuse_shared_labels(begins)
        return operation

    def _form(self) -> Callable[[str, str, int], Operation]:
        """What makes the operation that stands here, once its own text is known."""
        word = self._word("INSERT", "DELETE", "WITH", "CLEAR", "DROP", "CREATE", *_VERBS, "LOAD")
        if word == "LOAD":
            raise RefusedQuery(
                f"{place(self._tokens[self._at - 1])}: LOAD is refused. This endpoint fetches "
                "nothing; send the data itself, by INSERT DATA or by PUT to /data."
            )
        if word in ("CLEAR", "DROP"):
            self._skip_word("SILENT")  # a graph that is not there is as good as cleared
            return partial(Clearing, target=self._target(EVERY_KIND), drops=word == "DROP")
        if word == "CREATE":
            silent = self._skip_word("SILENT")
            self._word("GRAPH")
            return partial(Creation, graph=self._iri(), silent=silent)
        if word in _VERBS:
            return self._transfer(word)
        if word == "WITH":
            graph = self._iri()
            return self._modification(self._word("DELETE", "INSERT"), graph)
        if self._skip_word("DATA"):
            block = self._written(self._group())
            return partial(DataOperation, inserts=word == "INSERT", block=block)
        if word == "DELETE" and self._skip_word("WHERE"):
            span = self._group()
            pattern, template = self._written(span), self._template(span)
            return partial(Modification, deletes=template, inserts=None, pattern=pattern)
        return self._modification(word, "")

    def _transfer(self, verb: str) -> Callable[[str, str, int], Operation]:
        silent = self._skip_word("SILENT")
        source = self._target(("DEFAULT",), bare=True)
        self._word("TO")
        target = self._target(("DEFAULT",), bare=True)
        return partial(Transfer, verb=verb, source=source, target=target, silent=silent)

    def _modification(self, word: str, graph: str) -> Callable[[str, str, int], Operation]:
        deletes = inserts = None
        if word == "DELETE":
            deletes = self._template(self._group())
            word = "INSERT" if self._skip_word("INSERT") else ""
        if word == "INSERT":
            inserts = self._template(self._group())
        using, using_named = list[str](), list[str]()
        while self._word("USING", "WHERE") == "USING":
            named = self._skip_word("NAMED")
            (using_named if named else using).append(self._iri())
        return partial(
            Modification,
            deletes=deletes,
            inserts=inserts,
            pattern=self._written(self._group()),
            graph=graph,
            using=tuple(using),
            using_named=tuple(using_named),
        )

    def _refuse_shared_labels(self, begins: int) -> None:
        """A blank node that is inserted belongs to one operation; the next cannot speak of it."""
        blank = [token for token in self._tokens[begins : self._at] if token.lastgroup == "blank"]
        for token in blank:
            if token[0] in self._labels:
                raise RefusedQuery(
                    f"{place(token)}: {token[0]} is a blank node of an INSERT DATA before. Give it "
                    "another label, or write both operations as one."
                )
        self._labels.update(token[0] for token in blank)

    def _declarations(self) -> None:
        begins = self._at
        while self._skip_word("BASE") or self._skip_word("PREFIX"):
            if self._kind() == "bare":
                self._at += 1
            self._iri()
        if self._at > begins:
            self._prologue += self._written((begins, self._at)) + "\n"

    def _target(self, words: Sequence[str], *, bare: bool = False) -> str:
        """A graph's IRI, after the word GRAPH unless it may go without, or one of the words."""
        for word in words:
            if self._skip_word(word):
                return word
        if not self._skip_word("GRAPH") and not bare:
            raise self._lost(f"GRAPH or one of {', '.join(words)}")
        return self._iri()

    def _iri(self) -> str:
        if self._kind() not in ("iri", "prefix", "bare"):
            raise self._lost("the IRI of a graph")
        self._at += 1
        return self._written((self._at - 1, self._at))

    def _group(self) -> tuple[int, int]:
        """Where the group in braces that stands here begins and ends."""
        begins, depth = self._at, 0
        while self._at < len(self._tokens):
            token = self._tokens[self._at][0]
            if self._at == begins and token != "{":
                break
            depth += (token == "{") - (token == "}")
            self._at += 1
            if depth == 0:
                return begins, self._at
        raise self._lost("a group in braces")

    def _template(self, block: tuple[int, int]) -> Template:
        variables: dict[str, str] = {}
        pieces, done = [], self._tokens[block[0]].start()
        for token in self._tokens[slice(*block)]:
            if token.lastgroup == "variable":
                number = f"urn:x-rengang:{self._nonce}:{len(variables)}"
                iri = variables.setdefault(token[0][1:], number)
                pieces += [self._text[done : token.start()], f" <{iri}> "]
                done = token.end()
        pieces.append(self._text[done : self._tokens[block[1] - 1].end()])
        return Template("".join(pieces), tuple((iri, name) for name, iri in variables.items()))

    def _written(self, span: tuple[int, int]) -> str:
        return self._text[self._tokens[span[0]].start() : self._tokens[span[1] - 1].end()]

    def _kind(self) -> str:
        """What kind of token stands here; nothing at the end."""
        return (self._tokens[self._at].lastgroup or "") if self._at < len(self._tokens) else ""

    def _word(self, *words: str) -> str:
        """The word that stands here, which must be one of these."""
        for word in words:
            if self._skip_word(word):
                return word
        raise self._lost(", ".join(words))

    def _skip_word(self, word: str) -> bool:
        found = self._kind() == "word" and self._tokens[self._at][0].upper() == word
        self._at += found
        return found

    def skip(self, sign: str) -> bool:
        """Whether this sign stands here; it is passed over."""
        found = self._at < len(self._tokens) and self._tokens[self._at][0] == sign
        self._at += found
        return found

    def expect_end(self) -> None:
        """Raise RefusedQuery where something follows."""
        if self._at < len(self._tokens):
            raise self._lost("a semicolon")

    def _lost(self, wanted: str) -> RefusedQuery:
        where = place(self._tokens[self._at]) if self._at < len(self._tokens) else "At the end"
        return RefusedQuery(f"{where}: {wanted} is wanted here. Put a space after each keyword.")


_VERBS = ("ADD", "COPY", "MOVE")
