"""Terms of RDF as Python values, and the rows of a SELECT one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import cast

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Triple

from kb_service.vocabulary import NAMESPACES


class Iri(str):
    """The IRI of a thing, or the label of a blank node (`_:…`)."""


class Text(str):
    """A text with the tag of its language."""

    language: str

    def __new__(cls, text: str, language: str) -> Text:
        """The text in that language."""
        made = super().__new__(cls, text)
        made.language = language
        return made


Value = str | int | float | Decimal | bool | date | datetime | Triple | None
Row = Mapping[str, Value]

_READ: Mapping[str, Callable[[str], Value]] = {
    "boolean": lambda text: text in ("true", "1"),
    "date": date.fromisoformat,
    "dateTime": datetime.fromisoformat,
    "decimal": Decimal,
    "double": float,
    "float": float,
    **dict.fromkeys(("integer", "int", "long", "short", "byte"), int),
    **dict.fromkeys(("nonNegativeInteger", "positiveInteger", "unsignedInt"), int),
}


def value(term: NamedNode | BlankNode | Literal | Triple | None) -> Value:
    """A term as Python has it: numbers, days and truth values as such, IRIs and texts as `str`.

    A literal that is not of its datatype's form comes as the text that it is.
    """
    if isinstance(term, NamedNode):
        return Iri(term.value)
    if isinstance(term, BlankNode):
        return Iri(str(term))
    if not isinstance(term, Literal):
        return term
    if term.language:
        return Text(term.value, term.language)
    read = _READ.get(term.datatype.value.removeprefix(NAMESPACES["xsd"]), str)
    try:
        return read(term.value)
    except (ValueError, ArithmeticError):
        return term.value


class Rows:
    """The rows of a SELECT, read from the connection as they are asked for, once."""

    def __init__(self, solutions: QuerySolutions, close: Callable[[], None]) -> None:
        self._solutions = solutions
        self._close = close
        self.columns = tuple(variable.value for variable in solutions.variables)

    def __iter__(self) -> Iterator[Row]:
        """Each row, a mapping of every column; None where it has no value."""
        try:
            for solution in self._solutions:
                terms = cast(tuple[NamedNode | BlankNode | Literal | Triple | None, ...], solution)
                yield dict(zip(self.columns, map(value, terms), strict=True))
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the connection, also when not every row was read."""
        self._close()
