"""What a store answers to the body of a rule of which some variables are known, in a settled order.

All that explanations tell of comes from here, so what they tell stands in the same order whichever
store they are made from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from heapq import nsmallest

from pyoxigraph import QuerySolutions, Store

from kb_service.engine.body.groups import Bindings, Given, Group, Term, text_of
from kb_service.store.term_order import place_of

_MOST_COMPARED = 20_000
"""How many solutions are put in order where not all of them are asked for: more would take long."""
_VARIABLE = re.compile(r"\?(\w+)")


class Solver:
    """Runs groups of one query over one store; `prologue` declares the prefixes they use."""

    def __init__(self, store: Store, prologue: str) -> None:
        self._store = store
        self._prologue = prologue

    def solutions(
        self, group: Group, known: Iterable[Bindings], most: int | None = None
    ) -> list[dict[str, Term]]:
        """Every solution that agrees with one of the bindings; none when there are no bindings.

        Each has the variables that it binds. They are in the order of the values of the first
        variable that the group mentions, then of the second, and so on; `most` is how many of the
        first are returned.
        """
        given = Given.of(known)
        if not given.rows:
            return []
        body = text_of(group, given)
        # Whether there is any does not depend on the order.
        limit = "" if most is None else f"LIMIT {most if most == 1 else _MOST_COMPARED:d}"
        rows = self._rows(f"{self._prologue} SELECT * WHERE {{ {body} }} {limit}")
        names = dict.fromkeys(_VARIABLE.findall(body))

        def place(row: Bindings) -> tuple[str, ...]:
            return tuple(place_of(row.get(name)) for name in names)

        return sorted(rows, key=place) if most is None else nsmallest(most, rows, key=place)

    def _rows(self, query: str) -> Iterator[dict[str, Term]]:
        answer = self._store.query(query)
        if not isinstance(answer, QuerySolutions):
            raise TypeError("expected a SELECT query")
        names = [variable.value for variable in answer.variables]
        for row in answer:
            yield {name: term for name, term in zip(names, row, strict=True) if term is not None}
