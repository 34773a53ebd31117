"""The IRIs that rules make for their conclusions: fixed text with things in between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rdflib import Literal, Variable

from kb_service.engine.checker.algebra import Algebra, Bind, Call, Expression, walk


@dataclass(frozen=True)
class Hole:
    """A place in a template that the name of something fills: all of it, or what follows a text.

    `variable` is None where something computed stands that no single name tells.
    """

    variable: Variable | None
    after: str = ""


@dataclass(frozen=True)
class Template:
    """Texts and holes in turn."""

    parts: tuple[str | Hole, ...]

    @property
    def holes(self) -> tuple[Hole, ...]:
        """The holes, in order."""
        return tuple(part for part in self.parts if isinstance(part, Hole))

    @property
    def shape(self) -> tuple[str | None, ...]:
        """The template without what fills its holes."""
        return tuple(None if isinstance(part, Hole) else part for part in self.parts)


def definitions(body: Algebra) -> dict[Variable, Expression]:
    """What each variable of a BIND stands for; a variable bound in several places is left out."""
    found: dict[Variable, Expression] = {}
    repeated: set[Variable] = set()
    for node in walk(body):
        if isinstance(node, Bind):
            if node.variable in found:
                repeated.add(node.variable)
            found[node.variable] = node.value
    return {variable: value for variable, value in found.items() if variable not in repeated}


def iri_template(variable: Variable, defined: Mapping[Variable, Expression]) -> Template | None:
    """The template of an IRI that a BIND makes; None for a variable that no BIND makes an IRI."""
    value = defined.get(variable)
    if isinstance(value, Call) and value.name in ("IRI", "URI"):
        return text_template(value.arguments[0], defined)
    return None


def text_template(value: Expression, defined: Mapping[Variable, Expression]) -> Template:
    """The template of a text."""
    joined: list[str | Hole] = []
    for part in _parts(value, defined):
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    return Template(tuple(joined))


def _parts(value: Expression, defined: Mapping[Variable, Expression]) -> Iterator[str | Hole]:
    if isinstance(value, Literal):
        yield str(value)
    elif isinstance(value, Variable) and value in defined:
        yield from _parts(defined[value], defined)
    elif isinstance(value, Variable):
        yield Hole(value)
    elif isinstance(value, Call) and value.name == "CONCAT":
        for argument in value.arguments:
            yield from _parts(argument, defined)
    elif isinstance(value, Call) and value.name in ("STR", "ENCODE_FOR_URI"):
        yield from _named(value.arguments[0], defined)
    elif isinstance(value, Call) and value.name == "STRAFTER":
        yield from _after(value, defined)
    else:
        yield Hole(None)


def _named(value: Expression, defined: Mapping[Variable, Expression]) -> Iterator[str | Hole]:
    if isinstance(value, Variable):
        made = iri_template(value, defined)
        yield from (made.parts if made else (Hole(value),))
    elif isinstance(value, Call):
        yield from _parts(value, defined)
    else:
        yield str(value)


def _after(value: Call, defined: Mapping[Variable, Expression]) -> Iterator[str | Hole]:
    whole, mark = value.arguments
    found = list(_parts(whole, defined))
    if len(found) == 1 and isinstance(found[0], Hole) and isinstance(mark, Literal):
        yield Hole(found[0].variable, str(mark))
    else:
        yield Hole(None)
