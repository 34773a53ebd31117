"""What a store answers to the body of a rule of which some variables are known."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import QuerySolutions, Store

from kb_service.engine.body.groups import Bindings, Given, Group, Term, text_of


class Solver:
    """Runs groups of one query over one store; `prologue` declares the prefixes they use."""

    def __init__(self, store: Store, prologue: str) -> None:
        self._store = store
        self._prologue = prologue

    def solutions(
        self, group: Group, known: Iterable[Bindings], most: int | None = None
    ) -> list[dict[str, Term]]:
        """Every solution that agrees with one of the bindings; none when there are no bindings.

        Each has the variables that it binds. `most` limits how many are returned.
        """
        given = Given.of(known)
        if not given.rows:
            return []
        limit = "" if most is None else f"LIMIT {most:d}"
        query = f"{self._prologue} SELECT * WHERE {{ {text_of(group, given)} }} {limit}"
        answer = self._store.query(query)
        if not isinstance(answer, QuerySolutions):
            raise TypeError("expected a SELECT query")
        names = [variable.value for variable in answer.variables]
        return [
            {name: term for name, term in zip(names, row, strict=True) if term is not None}
            for row in answer
        ]
