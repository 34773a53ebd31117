"""Whether an update is well formed, as the engine says. Only for worker processes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from pyoxigraph import Store

from kb_service.store.placement import UpdateProblem
from kb_service.store.query_text import RefusedQuery
from kb_service.store.syntax_advice import SYNTAX_PLACE, advice_at
from kb_service.store.update_text import Operation, read_update

_NOT_THERE = "urn:x-rengang:no-such-graph"


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
    """What to say of a fault, at its place in the text as it was sent.

    One in a declaration is told at the operation that the declaration is for.
    """
    line = text.count("\n", 0, operation.begins)
    column = operation.begins - text.rfind("\n", 0, operation.begins) - 1
    found = SYNTAX_PLACE.search(str(error.msg))
    own, within = (int(found[1]) - before.count("\n"), int(found[2])) if found else (1, 1)
    if own < 1:
        own, within = 1, 1
    place = line + own, within + (column if own == 1 else 0)
    advice = advice_at(*place, found[3] if found else "", text, is_update=True)
    return UpdateProblem(
        400,
        f"这不是 SPARQL 1.1 更新：{advice.zh}",
        f"This is not a SPARQL 1.1 update: {advice.en}",
    )
