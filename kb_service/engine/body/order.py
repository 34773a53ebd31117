"""In which order to look for the parts of a rule's body, so that the first one missing tells most."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pyoxigraph import NamedNode

from kb_service.engine.body.conditions import variables_in
from kb_service.engine.body.groups import (
    Absent,
    Bind,
    Element,
    Filter,
    Group,
    InlineData,
    Optional,
    Present,
    Star,
    SubSelect,
    Union,
    stars_of,
)

StageOf = Callable[[Star], str]
"""The stage whose rules conclude what a star reads; nothing for what is asserted."""

Part = Star | Union | SubSelect | InlineData


def needed_parts(group: Group, known: Iterable[str], stage_of: StageOf) -> list[Element]:
    """The parts that must find something, assertions first and then conclusions stage by stage.

    So what is found to be missing is what depends on most. Each part is connected to what is known
    or to a part before it, where that can be. A group in which a part needs what an OPTIONAL or BIND
    before it gives keeps its order, these included.
    """
    parts = [each for each in group.elements if isinstance(each, Part)]
    if _order_matters(group):
        return [each for each in group.elements if isinstance(each, Part | Optional | Bind)]
    names = set(known)
    left: list[Element] = list(parts)
    ordered: list[Element] = []
    while left:
        connected = [each for each in left if _is_connected(each, names)] or left
        part = min(connected, key=lambda each: _latest_stage(each, stage_of))
        left.remove(part)
        ordered.append(part)
        names |= variables_of(part)
    return ordered


def later_parts(group: Group) -> list[Element]:
    """The OPTIONAL and BIND parts that come after all that must find something."""
    if _order_matters(group):
        return []
    return [each for each in group.elements if isinstance(each, Optional | Bind)]


def _order_matters(group: Group) -> bool:
    given: set[str] = set()
    for element in group.elements:
        if isinstance(element, Part) and variables_of(element) & given:
            return True
        if isinstance(element, Bind):
            given.add(element.variable)
        elif isinstance(element, Optional):
            given |= variables_of(element) - _required(group)
    return False


def _required(group: Group) -> frozenset[str]:
    parts = (variables_of(each) for each in group.elements if isinstance(each, Part))
    return frozenset().union(*parts)


def variables_of(element: Element) -> frozenset[str]:
    """The names of the variables that a part mentions where the rest of the body sees them."""
    if isinstance(element, Filter):
        return frozenset(variables_in(element.expression))
    if isinstance(element, Bind):
        return frozenset(variables_in(element.expression)) | {element.variable}
    if isinstance(element, SubSelect):
        return element.columns | element.aliases
    if isinstance(element, Union):
        return frozenset().union(*(branch.variables for branch in element.branches))
    if isinstance(element, Optional | Absent | Present):
        return element.group.variables
    return element.variables


def _is_connected(part: Element, names: set[str]) -> bool:
    fixed = isinstance(part, InlineData) or (
        isinstance(part, Star) and isinstance(part.subject, NamedNode)
    )
    return fixed or bool(variables_of(part) & names)


def _latest_stage(part: Element, stage_of: StageOf) -> str:
    inside = part.group.elements if isinstance(part, SubSelect) else [part]
    return max(map(stage_of, stars_of(inside)), default="")
