"""The code of a rater replaced wherever it stands, so that nothing leads to whoever it stood for."""

from __future__ import annotations

import secrets
from base64 import b32encode
from collections.abc import Iterator

from pyoxigraph import Literal, NamedNode, Triple

from kb_service.knowledge_base.keeping import Keeper
from kb_service.knowledge_base.outcomes import UnknownThingError
from kb_service.people_records.performance_facts import RATER
from kb_service.vocabulary import RATER_GRAPHS, RATER_HISTORY

_RANDOM_BYTES = 10


def replace_rater_code(keeper: Keeper, code: str) -> int:
    """Call a rater by a code made by chance, the same one everywhere, in what is remembered as well.

    Answers how many people they rated. No grade changes, so nothing is remembered of it, and closed
    periods do not mind. The strings stay in the files of the store until it is rebuilt. Raises
    UnknownThingError when nobody was rated by this code.
    """
    new = "x-" + b32encode(secrets.token_bytes(_RANDOM_BYTES)).decode().lower()
    with keeper.lock:
        changed = dict(_changed(keeper, code, new))
        if not changed:
            raise UnknownThingError("rater", code)
        keeper.store.replace_many(changed.items())
    return len({name.value.rpartition("/")[2] for name in changed})


def _changed(keeper: Keeper, old: str, new: str) -> Iterator[tuple[NamedNode, list[Triple]]]:
    """The graphs that name a rater by the old code, as they are to be."""
    for space in (RATER_GRAPHS, RATER_HISTORY):
        for name in keeper.store.graph_names(space):
            before = keeper.store.graph(name)
            after = [_by(triple, old, new) for triple in before]
            if after != before:
                yield name, after


def _by(triple: Triple, old: str, new: str) -> Triple:
    """A fact, or what is remembered of a change as lines of N-Triples, by the new code."""
    value = triple.object
    if not isinstance(value, Literal):
        return triple
    if triple.predicate == RATER:
        said = new if value.value == old else value.value
    else:
        said = value.value.replace(f"{RATER} {Literal(old)} .", f"{RATER} {Literal(new)} .")
    if said == value.value:
        return triple
    return Triple(triple.subject, triple.predicate, Literal(said, datatype=value.datatype))
