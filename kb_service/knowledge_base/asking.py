"""Questions answered: over everything stored, or over one person and all that follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from pyoxigraph import Literal, NamedNode, Store

from kb_service.knowledge_base.answers import Answer, answer, columns_of
from kb_service.knowledge_base.keeping import Keeper
from kb_service.knowledge_base.kept_readings import KeptReadings
from kb_service.knowledge_base.outcomes import UnknownThingError
from kb_service.knowledge_base.workspaces import Workspaces
from kb_service.questions import TRUTH, Question, TellsOf, questions
from kb_service.sparql import select
from kb_service.store import Term
from kb_service.store.reach import EVERYTHING, Reach
from kb_service.vocabulary import iri

Select = Callable[[str, Reach], list[dict[str, Term]]]
_MOST_ORDERS = 64
_MOST_ANSWERS = 1024
_TRUTHS = {truth: Literal(truth, datatype=iri("xsd", "boolean")) for truth in ("true", "false")}


class Asking:
    """Answers questions.

    Workspaces, the order of people and answers that name nobody are kept until something is stored.
    """

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self.workspaces = Workspaces(keeper)
        self._orders: KeptReadings[tuple[str, ...]] = KeptReadings(keeper.store, _MOST_ORDERS)
        self._answers: KeptReadings[Answer] = KeptReadings(keeper.store, _MOST_ANSWERS)

    def forget(self) -> None:
        """Let go of all that is kept, as when somebody in it must be forgotten at once."""
        self.workspaces.forget()
        self._orders.forget()
        self._answers.forget()

    def ask(
        self,
        name: str,
        *,
        limit: int | None = None,
        offset: int | None = None,
        reach: Reach = EVERYTHING,
        **things: str,
    ) -> Answer:
        """The answer to a question about the things with these ids, over the graphs in reach.

        Raises UnknownThingError for a question, parameter or thing that does not exist.
        """
        question, query = self._bound(name, things)
        if limit is not None and "among" in question.may_take.keys() - things.keys():
            order = self.order_of_people(name, reach=reach, **things)
            first = offset or 0
            return self.ask_among(order[first : first + limit], name, reach=reach, **things)
        query += f"\nLIMIT {limit:d}" if limit is not None else ""
        query += f"\nOFFSET {offset:d}" if offset is not None else ""
        if question.over == "person":
            return self._answered(question, query, self.workspaces.about(things["person"]))
        if question.tells_of is TellsOf.NOBODY:
            return self._kept(question, query, reach, self._keeper.store.select_of_nobody)
        if question.tells_of is TellsOf.COUNTS:
            return self._kept(question, query, reach, self._keeper.store.select)
        return answer(question, self._keeper.store.select(query, reach))

    def _kept(self, question: Question, query: str, reach: Reach, select: Select) -> Answer:
        """The answer to a question that names nobody: to count ten thousand people takes a while."""
        return self._answers.of((query, reach), lambda: answer(question, select(query, reach)))

    def ask_of_each(self, people: Sequence[str], name: str, *, reach: Reach = EVERYTHING) -> Answer:
        """The answers to a question about one person, for all of these people at once.

        It is for questions over the store that take a person alone and tell whom each row is about.
        """
        question = questions()[name]
        if not people:
            return Answer(question, columns_of(question), [])
        query = question.bound_to_each({"person": [iri("person", each) for each in people]})
        return answer(question, self._keeper.store.select(query, reach))

    def order_of_people(
        self, name: str, *, reach: Reach = EVERYTHING, **things: str
    ) -> tuple[str, ...]:
        """The people in the answer to a question over the store, in its order.

        To put ten thousand in order takes seconds, to show twenty of them milliseconds: so the order
        is kept, and what is shown is asked by `ask_among`. Raises UnknownThingError as `ask` does.
        """
        question, query = self._bound(name, things)
        return self._orders.of((query, reach), lambda: self._order(question, query, reach))

    def _order(self, question: Question, query: str, reach: Reach) -> tuple[str, ...]:
        rows = answer(question, self._keeper.store.select(query, reach)).rows
        return tuple(str(row[question.people]) for row in rows)

    def ask_among(
        self, people: Sequence[str], name: str, *, reach: Reach = EVERYTHING, **things: str
    ) -> Answer:
        """The answer to a question over the store that may take `among`, about these people alone.

        Raises UnknownThingError as `ask` does.
        """
        question = questions()[name]
        given = {word: [node] for word, node in self.things(question, things).items()}
        if not people:
            return Answer(question, columns_of(question), [])
        among = [iri("person", each) for each in people]
        query = question.bound_to_each({**given, "among": among})
        return answer(question, self._keeper.store.select(query, reach))

    def ask_as_of(self, day: date | None, name: str, **things: str) -> Answer:
        """The answer to a question about one person, as it was when a day was over; None for now.

        Raises UnknownThingError as `ask` does, and for a question that is not about one person.
        """
        if day is None:
            return self.ask(name, limit=None, offset=None, reach=EVERYTHING, **things)
        question, query = self._bound(name, things)
        if "person" not in question.takes:
            raise UnknownThingError("question", name)
        return self._answered(question, query, self.workspaces.about(things["person"], day))

    def ask_beside(self, person: str, day: date | None, name: str, /, **things: str) -> Answer:
        """The answer about what a person is judged by, such as a plan, as it was on a day.

        With None for the day, as it is. What is gone since is still known then.
        """
        question = questions()[name]
        if day is None or "person" in things:
            return self.ask_as_of(day, name, **things)
        nodes = {given: iri(prefix, things[given]) for given, prefix in question.takes.items()}
        return self._answered(question, question.bound(nodes), self.workspaces.about(person, day))

    def _bound(self, name: str, things: Mapping[str, str]) -> tuple[Question, str]:
        question = questions().get(name)
        if question is None:
            raise UnknownThingError("question", name)
        return question, question.bound(self.things(question, things))

    def _answered(self, question: Question, query: str, workspace: Store) -> Answer:
        names = columns_of(question)
        rows = ({n: r[n] for n in names if r[n] is not None} for r in select(workspace, query))
        return answer(question, rows)

    def things(
        self, question: Question, given: Mapping[str, str]
    ) -> dict[str, NamedNode | Literal]:
        """What a question is about, by parameter; raises UnknownThingError."""
        known = {**question.takes, **question.may_take}
        for name in given:
            if name not in known:
                raise UnknownThingError("parameter", name)
        for name in question.takes:
            if name not in given:
                raise UnknownThingError("value for parameter", name)
        return {name: self._thing(name, known[name], id) for name, id in given.items()}

    def _thing(self, name: str, prefix: str, id: str) -> NamedNode | Literal:
        if prefix == TRUTH:
            if id not in _TRUTHS:
                raise UnknownThingError(name, id)
            return _TRUTHS[id]
        node = iri(prefix, id)
        if not self._exists(prefix, node, id):
            raise UnknownThingError(name, id)
        return node

    def _exists(self, prefix: str, node: NamedNode, id: str) -> bool:
        if prefix == "person":
            return self._keeper.is_known(id)
        return node in self._keeper.knowledge.things
