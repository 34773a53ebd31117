"""Whether an update is well formed, as the engine says. Only for worker processes."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from pyoxigraph import Store

from kb_service.store.placement import UpdateProblem
from kb_service.store.query_text import RefusedQuery
from kb_service.store.update_text import Operation, read_update

_NOT_THERE = "urn:x-rengang:no-such-graph"
_PLACE = re.compile(r"error at (\d+):(\d+)")


@dataclass(frozen=True)
class UpdateText:
    """An update as the SPARQL protocol hands it over.

    `using` and `using_named` are the dataset that the request names; None when it names none. With
    `only_graph`, that graph is the default graph and the only one.
    """

    text: str
    base: str | None = None
    using: tuple[str, ...] | None = None
    using_named: tuple[str, ...] | None = None
    only_graph: str | None = None


def operations_of(update: UpdateText) -> list[Operation]:
    """The operations, each of which the engine has found to be well formed.

    Raises UpdateProblem 400 with the place of the fault.
    """
    try:
        operations = read_update(update.text, secrets.token_hex(16))
    except RefusedQuery as error:
        raise UpdateProblem(400, f"更新没有执行。详情（英文）：{error}", str(error)) from error
    for operation in operations:
        _check(operation, update)
    return operations


def _check(operation: Operation, update: UpdateText) -> None:
    """Have the engine parse an operation and not run it: another before it fails."""
    before = f"{operation.prologue}DROP GRAPH <{_NOT_THERE}> ;\n"
    try:
        Store().update(before + operation.text, base_iri=update.base)
    except SyntaxError as error:
        raise _not_well_formed(error, before, operation, update.text) from error
    except RuntimeError:
        return


def _not_well_formed(
    error: SyntaxError, before: str, operation: Operation, text: str
) -> UpdateProblem:
    skipped = before.count("\n")
    line = text.count("\n", 0, operation.begins)
    column = operation.begins - text.rfind("\n", 0, operation.begins) - 1

    def place(at: re.Match[str]) -> str:
        """The place in the text as it was sent; a fault in a declaration is told without one."""
        own = int(at[1]) - skipped
        if own < 1:
            return "before this operation"
        return f"line {own + line}, column {int(at[2]) + (column if own == 1 else 0)}"

    said = _PLACE.sub(place, " ".join(str(error.msg).split()))
    said = said if len(said) <= 300 else said[:300] + " …"
    return UpdateProblem(
        400,
        f"这不是 SPARQL 1.1 更新。详情（英文）：{said}",
        f"This is not a SPARQL 1.1 update: {said}",
    )
