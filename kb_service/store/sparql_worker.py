"""In a worker process: a stranger's query run over a checkpoint, its answer sent piece by piece."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    serialize,
)

from kb_service.store.people_in_answer import PeopleInAnswer
from kb_service.store.query_shape import PLAIN, GraphClause, QueryShape
from kb_service.store.result_formats import (
    GRAPH_TYPES,
    RESULT_TYPES,
    BoundedOutput,
    Limits,
    TooMuch,
    at_most,
    row_counter,
)
from kb_service.store.store_state import is_damage
from kb_service.store.syntax_advice import query_advice

_Results = QuerySolutions | QueryBoolean | QueryTriples
_Graphs = tuple[str, ...]
_NUMBERS = frozenset(
    f"http://www.w3.org/2001/XMLSchema#{name}" for name in ("integer", "decimal", "double", "float")
)
"""The types of numbers that a query works out, and as which the store gives others back."""
_DOUBTFUL = (
    "Write FROM and FROM NAMED as words of their own, each followed by one IRI, "
    "so that it is certain which graphs are meant."
)


@dataclass(frozen=True)
class Setting:
    """What a query may read and how it is answered: the same for many that a caller asks."""

    base: str | None
    default_graphs: _Graphs
    named_graphs: _Graphs
    default_is_union: bool
    result_type: str | None
    graph_type: str | None
    limits: Limits
    checkpoint: str = ""
    readable: _Graphs | None = ()
    """Names of graphs; None when everything in the checkpoint may be read."""
    rows_shown: int | None = None
    """For a page: so many rows as plain values in place of a serialized answer."""


class Message(NamedTuple):
    """A job as it travels: what it has in common with others packed once for all of them."""

    query: str
    shape: QueryShape | None
    """None where the text says nothing about how to run it, as most do not."""
    setting: bytes


@dataclass(frozen=True)
class Job:
    """A query whose text was found safe, and in what setting a worker is to answer it."""

    query: str
    shape: QueryShape
    setting: Setting

    def over(self, checkpoint: str, readable: _Graphs | None) -> Job:
        """The same over a checkpoint, of which some graphs or all may be read."""
        setting = replace(self.setting, checkpoint=checkpoint, readable=readable)
        return replace(self, setting=setting)

    def message(self) -> Message:
        """What a worker is sent."""
        shape = None if self.shape is PLAIN else self.shape
        return Message(self.query, shape, _packed(self.setting))


@lru_cache(maxsize=256)
def _packed(setting: Setting) -> bytes:
    return pickle.dumps(setting, protocol=pickle.HIGHEST_PROTOCOL)


@lru_cache(maxsize=16)
def _unpacked(setting: bytes) -> Setting:
    unpacked: Setting = pickle.loads(setting)
    return unpacked


class Piece(NamedTuple):
    """A part of an answer that goes on."""

    content_type: str
    data: bytes


class End(NamedTuple):
    """The last part of an answer, and the keys of the people whom the whole of it names."""

    content_type: str
    data: bytes
    people: frozenset[str]


class CellKind(Enum):
    """What a value is to who reads it."""

    NOTHING = "nothing"
    """The variable has no value in this row."""
    THING = "thing"
    """The text is an IRI."""
    NUMBER = "number"
    TEXT = "text"
    """Any other literal, a blank node or a triple."""


@dataclass(frozen=True)
class Cell:
    """One value as a person reads it."""

    text: str
    kind: CellKind


@dataclass(frozen=True)
class Rows:
    """The first rows of a SELECT as a person reads them."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    cut: bool
    people: frozenset[str]


@dataclass(frozen=True)
class Refusal:
    """Why there is no answer: the HTTP status it deserves, and what to do, in a sentence.

    In Chinese too where we have more to say than the engine has. `place` is the line and column
    of what is wrong in the text of the query, where that is known.
    """

    status: int
    detail: str
    zh: str = ""
    place: tuple[int, int] | None = None


@dataclass(frozen=True)
class Damage:
    """The checkpoint could not be read: what the engine says of the file that is damaged."""

    told: str


class _Refused(Exception):
    """Ends a job with a refusal."""


Answer = End | Rows | Refusal | Damage
Emit = Callable[[Piece], None]


def open_worker(
    open_checkpoint: Callable[[str], Store] = Store.read_only,
) -> Callable[[Message, Emit], Answer]:
    """The function that answers each job. The checkpoint of the last one stays open for the next."""
    opened: dict[str, Store] = {}

    def answer(message: Message, emit: Emit) -> Answer:
        query, shape, packed = message
        job = Job(query, shape or PLAIN, _unpacked(packed))
        checkpoint = job.setting.checkpoint
        try:
            if checkpoint not in opened:
                opened.clear()
                opened[checkpoint] = open_checkpoint(checkpoint)
            return _written(_evaluated(opened[checkpoint], job), job.setting, emit)
        except _Refused as refused:
            return Refusal(*refused.args)
        except SyntaxError as error:
            told = query_advice(error, query)
            en = f"This is not a SPARQL 1.1 query: {told.en}"
            return Refusal(400, en, f"这不是 SPARQL 1.1 查询：{told.zh}", told.place)
        except TooMuch as error:
            return Refusal(422, str(error))
        except (ValueError, RuntimeError, OSError) as error:
            if is_damage(error):
                opened.clear()
                return Damage(str(error))
            if isinstance(error, OSError):
                raise
            return Refusal(400, f"The query cannot be answered: {_shortened(error)}")

    return answer


def not_acceptable(offered: tuple[str, ...]) -> str:
    """What to say to somebody who accepts nothing that is offered."""
    return f"Accept one of these: {', '.join(offered)}."


def _shortened(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if len(text) <= 300 else text[:300] + " …"


def _evaluated(store: Store, job: Job) -> _Results:
    """The results over exactly the graphs that are asked for and may be read.

    Graphs handed to the engine hold whatever the query says in FROM, so a clause that was read
    wrongly could never open a graph.
    """
    dataset, setting = _dataset(job), job.setting
    if dataset is None:
        # With the union switched on, the engine would pass over what the query says in FROM.
        union = setting.default_is_union and job.shape.clauses == ()
        return store.query(job.query, base_iri=setting.base, use_default_graph_as_union=union)
    default, named = ([name for name in names if _may_be_read(name, setting)] for names in dataset)
    existing = [name for name in map(NamedNode, named) if store.contains_named_graph(name)]
    return store.query(
        job.query,
        base_iri=setting.base,
        default_graph=[NamedNode(name) for name in default],
        named_graphs=list(existing),
    )


def _dataset(job: Job) -> tuple[_Graphs, _Graphs] | None:
    """The default and the named graphs that are asked for; None for all there is in the store."""
    setting = job.setting
    if setting.default_graphs or setting.named_graphs:
        return setting.default_graphs, setting.named_graphs
    if job.shape.clauses:
        return _named_by(job.shape.clauses, job)
    if setting.readable is None:
        return None
    if job.shape.clauses is None:
        raise _Refused(400, _DOUBTFUL)
    return setting.readable, setting.readable


def _named_by(clauses: tuple[GraphClause, ...], job: Job) -> tuple[_Graphs, _Graphs]:
    """The graphs in the FROM clauses, their names resolved by the engine that runs the query."""
    names = " ".join(clause.name for clause in clauses)
    query = f"{job.shape.prologue}\nSELECT ?graph {{ VALUES ?graph {{ {names} }} }}"
    rows = Store().query(query, base_iri=job.setting.base)
    assert isinstance(rows, QuerySolutions)
    graphs = [row["graph"] for row in rows]
    default, named = list[str](), list[str]()
    for clause, graph in zip(clauses, graphs, strict=True):
        if isinstance(graph, NamedNode):
            (named if clause.named else default).append(graph.value)
    return tuple(default), tuple(named)


def _may_be_read(name: str, setting: Setting) -> bool:
    return setting.readable is None or name in setting.readable


def _written(results: _Results, setting: Setting, emit: Emit) -> Answer:
    if isinstance(results, QuerySolutions) and setting.rows_shown is not None:
        return _shown(results, setting.rows_shown)
    of_graph = isinstance(results, QueryTriples)
    media_type = setting.graph_type if of_graph else setting.result_type
    if media_type is None:
        raise _Refused(406, not_acceptable(GRAPH_TYPES if of_graph else RESULT_TYPES))
    content_type = _with_charset(media_type)
    people = PeopleInAnswer()

    def emit_block(block: bytes) -> None:
        people.read(block)
        emit(Piece(content_type, block))

    if isinstance(results, QueryTriples):
        output = BoundedOutput(setting.limits, emit_block)
        rows = at_most(results, setting.limits.rows)
        serialize(rows, output, RdfFormat.from_media_type(media_type))  # type: ignore[arg-type]
    else:
        counts = (row_counter(media_type),) if isinstance(results, QuerySolutions) else ()
        output = BoundedOutput(setting.limits, emit_block, *counts)
        results.serialize(output, QueryResultsFormat.from_media_type(media_type))  # type: ignore[arg-type]
    rest = output.finish()
    return End(content_type, rest, people.keys(rest))


def _shown(solutions: QuerySolutions, most: int) -> Rows:
    """The first rows, each value as a person reads it."""
    columns = tuple(variable.value for variable in solutions.variables)
    people = PeopleInAnswer()
    rows = []
    for solution in islice(solutions, most + 1):
        people.read(" ".join(map(str, solution)).encode() + b" ")
        rows.append(tuple(map(_cell, solution)))
    return Rows(columns, tuple(rows[:most]), len(rows) > most, people.keys())


def _cell(term: NamedNode | Literal | BlankNode | Triple | None) -> Cell:
    match term:
        case None:
            return Cell("", CellKind.NOTHING)
        case NamedNode():
            return Cell(term.value, CellKind.THING)
        case Literal() if term.datatype.value in _NUMBERS:
            return Cell(term.value, CellKind.NUMBER)
        case Literal():
            return Cell(term.value, CellKind.TEXT)
        case _:
            return Cell(str(term), CellKind.TEXT)


def _with_charset(media_type: str) -> str:
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
