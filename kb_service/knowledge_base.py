"""The life of the knowledge: load, check, conclude, answer."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Store, Triple, serialize

from kb_service.catalogue import read_catalogue
from kb_service.engine.conclude import (
    conclude_people,
    conclude_shared,
    kept,
    relevant,
    workspace,
)
from kb_service.engine.explain import Explainer, Explanation
from kb_service.engine.rules import RuleBook, read_rule_book
from kb_service.engine.text import QueryText
from kb_service.findings import Finding, RefusedInput
from kb_service.fit_document import Value, fit_document
from kb_service.knowledge_files import knowledge_digest, knowledge_root, read_shared_knowledge
from kb_service.people_records import (
    AssessmentRecord,
    Catalogue,
    Choice,
    PersonRecord,
    assessment_iri,
    assessment_triples,
    person_iri,
    person_triples,
)
from kb_service.questions import Question, questions
from kb_service.sparql import select
from kb_service.store.knowledge_store import KnowledgeStore
from kb_service.vocabulary import (
    BASE,
    IDENTIFIER,
    LABEL,
    NAMESPACES,
    ORGANISATION_GRAPH,
    PEOPLE_GRAPHS,
    SHARED_CONCLUSIONS,
    A,
    iri,
    local_id,
    people_graph,
    person_conclusions_graph,
)
from kb_service.workers import WorkerPool

Progress = Callable[[int, int], None]
Term = NamedNode | BlankNode | Literal | Triple
# Whose assessments began or ceased to count between two days; naming one too many does no harm.
_AGEING = """
PREFIX judgement: <https://w3id.org/rengang/ontology/judgements#>
PREFIX people: <https://w3id.org/rengang/ontology/people#>
PREFIX policy: <https://w3id.org/rengang/policy/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
SELECT DISTINCT ?person WHERE {{
  VALUES (?since ?until) {{ ("{since}"^^xsd:date "{until}"^^xsd:date) }}
  policy:rating-lifetime-months judgement:value ?lifetime .
  ?assessment people:ofPerson ?person ; people:assessedOn ?date .
  OPTIONAL {{ ?assessment people:expiresOn ?expiry . }}
  BIND ((YEAR(?since) - YEAR(?date)) * 12 + MONTH(?since) - MONTH(?date) AS ?before)
  BIND ((YEAR(?until) - YEAR(?date)) * 12 + MONTH(?until) - MONTH(?date) AS ?after)
  FILTER (?date > ?since
    || IF(BOUND(?expiry), ?expiry >= ?since && ?expiry < ?until,
          ?before <= ?lifetime && ?after >= ?lifetime))
}}"""

_STORE = NamedNode(BASE + "store")
_AS_OF = iri("judgement", "asOf")
_ASSESSED_ON = iri("people", "assessedOn")
_BATCH = 100


class UnknownThingError(LookupError):
    """Nothing in here has this id; `kind` says what was looked for."""

    def __init__(self, kind: str, id: str) -> None:
        super().__init__(f"{kind} {id}")
        self.kind = kind
        self.id = id


@dataclass(frozen=True)
class Answer:
    """The rows of a question, each a mapping of all columns; `None` where there is no value."""

    question: Question
    columns: tuple[str, ...]
    rows: list[dict[str, Value]]


@dataclass(frozen=True)
class ImportReport:
    """How much an import stored, and what its reader should hear though nothing was wrong."""

    people: int = 0
    assessments: int = 0
    triples: int = 0
    notes: tuple[Finding, ...] = field(default_factory=tuple)


class KnowledgeBase:
    """Shared knowledge and people with everything that follows, kept in a data folder.

    Facts and the conclusions from them change together, in one transaction.
    """

    def __init__(self, store: KnowledgeStore, root: Path | None = None) -> None:
        self.store = store
        self._root = root or knowledge_root()
        self._rules = read_rule_book(self._root)
        self._lock = threading.RLock()
        self._validators = WorkerPool(
            "kb_service.validation.worker:start",
            size=1,
            memory_mb=2048,
            deadline=60.0,
            init_args=(str(self._root),),
        )
        self._workspaces: dict[str, tuple[int, Store]] = {}
        self._read_knowledge()

    @classmethod
    def open(
        cls, data: Path, *, read_only: bool = False, progress: Progress | None = None
    ) -> KnowledgeBase:
        """The knowledge base in a data folder, made on first use.

        When ontology, policy or rules differ from what the folder was concluded from, they are
        loaded and everything is concluded again. Raises StoreInUse when another process writes it.
        """
        base = cls(KnowledgeStore(data, read_only=read_only))
        if not read_only:
            base._load_knowledge(progress)
        return base

    def close(self) -> None:
        """Let go of the data folder and end the worker processes."""
        self._validators.close()
        self.store.close()

    @property
    def rules(self) -> RuleBook:
        """The rules by which everything is concluded."""
        return self._rules

    @property
    def root(self) -> Path:
        """The folder of the knowledge files."""
        return self._root

    @property
    def as_of(self) -> date:
        """The day that judgements are for: the organisation's own, today if it has none."""
        return self._as_of or date.today()

    @property
    def latest_day(self) -> date:
        """The last day an assessment may bear: today, or the organisation's own if later."""
        return max(self.as_of, date.today())

    # Shared knowledge

    def _read_knowledge(self) -> None:
        names = [
            name
            for name in self.store.graph_names()
            if not name.value.startswith((PEOPLE_GRAPHS, BASE + "conclusions/people/"))
        ]
        self._knowledge = [triple for name in names for triple in self.store.graph(name)]
        organisation = self.store.graph(ORGANISATION_GRAPH)
        days = _texts(organisation, _AS_OF)
        self._as_of = date.fromisoformat(days[0]) if days else None
        self._for_rules = relevant(self._rules, self._knowledge)
        self._for_questions = relevant(self._rules, self._knowledge, _read_by_questions())
        self._keep = kept(self._knowledge)
        self.catalogue: Catalogue = read_catalogue(self._knowledge)
        self._workspaces.clear()

    def _load_knowledge(self, progress: Progress | None) -> None:
        digest = knowledge_digest(self._root)
        facts = self.store.graph(_STORE)
        if any(fact.object == Literal(digest) for fact in facts):
            self.pass_time(progress)
            return
        graphs = dict(read_shared_knowledge(self._root))
        old = {t.object for t in facts if t.predicate == iri("dcterms", "hasPart")}
        gone: dict[NamedNode, list[Triple]] = {
            name: [] for name in old if isinstance(name, NamedNode) and name not in graphs
        }
        own = [
            triple
            for name in self._own_shared_graphs(set(graphs) | set(gone))
            for triple in self.store.graph(name)
        ]
        knowledge = [triple for triples in graphs.values() for triple in triples] + own
        shared = conclude_shared(self._rules, knowledge)
        parts = [Triple(_STORE, iri("dcterms", "hasPart"), name) for name in graphs]
        self.store.replace_graphs({**graphs, **gone, SHARED_CONCLUSIONS: shared})
        self._read_knowledge()
        self._conclude_again(self.people_ids(), progress)
        self.store.replace_graphs({_STORE: [*parts, *self._marks(digest)]})

    def _own_shared_graphs(self, shipped: set[NamedNode]) -> list[NamedNode]:
        """Shared graphs that somebody imported, beside those that ship with the product."""
        apart = {SHARED_CONCLUSIONS, ORGANISATION_GRAPH, _STORE}
        return [
            name
            for name in self.store.graph_names()
            if name not in shipped | apart
            and not name.value.startswith((PEOPLE_GRAPHS, BASE + "conclusions/"))
        ]

    def _marks(self, digest: str) -> list[Triple]:
        day = Literal(self.as_of.isoformat(), datatype=iri("xsd", "date"))
        return [Triple(_STORE, IDENTIFIER, Literal(digest)), Triple(_STORE, _AS_OF, day)]

    def pass_time(self, progress: Progress | None = None) -> int:
        """Conclude again whoever a new day may change; answers how many people that were."""
        with self._lock:
            facts = self.store.graph(_STORE)
            days = _texts(facts, _AS_OF)
            if not days or days[0] == self.as_of.isoformat():
                return 0
            rows = self.store.select(_AGEING.format(since=days[0], until=self.as_of))
            nodes = [row["person"] for row in rows]
            people = [local_id(node) for node in nodes if isinstance(node, NamedNode)]
            self._conclude_again(people, progress)
            rest = [fact for fact in facts if fact.predicate != _AS_OF]
            day = Literal(self.as_of.isoformat(), datatype=iri("xsd", "date"))
            self.store.replace_graphs({_STORE: [*rest, Triple(_STORE, _AS_OF, day)]})
            return len(people)

    # People

    def people_ids(self) -> list[str]:
        """The id of every person in here."""
        return [name.value[len(PEOPLE_GRAPHS) :] for name in self.store.graph_names(PEOPLE_GRAPHS)]

    def has_person(self, person: str) -> bool:
        """Whether somebody has this id."""
        return bool(self.store.graph(people_graph(person)))

    def put_person(self, record: PersonRecord) -> None:
        """Store who somebody is, in place of what was stored, keeping their assessments."""
        self.import_records([record], [])

    def put_assessment(self, record: AssessmentRecord) -> None:
        """Store an assessment, in place of one with the same id.

        Raises UnknownThingError when there is no such person, RefusedInput when a shape objects.
        """
        if not self.has_person(record.person):
            raise UnknownThingError("person", record.person)
        self.import_records([], [record])

    def import_records(
        self,
        people: Iterable[PersonRecord],
        assessments: Iterable[AssessmentRecord],
        *,
        teams: Iterable[Choice] = (),
        places: Callable[[str], str] | None = None,
        progress: Progress | None = None,
    ) -> ImportReport:
        """Store people and assessments, each in place of one with the same id.

        A person who is only named by an assessment is stored under their id. Everything is checked
        before anything is stored; raises RefusedInput with the places that `places` knows.
        """
        records = {person.id: person for person in people}
        by_person: dict[str, list[AssessmentRecord]] = {id: [] for id in records}
        for assessment in assessments:
            by_person.setdefault(assessment.person, []).append(assessment)
        with self._lock:
            facts = {
                person: self._merged(person, records.get(person), additions)
                for person, additions in by_person.items()
            }
            notes = self._check_people(facts, places, progress)
            organisation = self._organisation_with(records.values(), teams)
            self._store_people(facts, organisation, progress)
        count = sum(len(additions) for additions in by_person.values())
        return ImportReport(len(by_person), count, sum(map(len, facts.values())), notes)

    def _merged(
        self, person: str, record: PersonRecord | None, additions: list[AssessmentRecord]
    ) -> list[Triple]:
        """A person's facts with a record and assessments in place of what they replace."""
        stored = self.store.graph(people_graph(person))
        about = person_iri(person).value
        replaced = [assessment_iri(person, addition.id).value for addition in additions]

        def stays(triple: Triple) -> bool:
            subject = triple.subject.value if isinstance(triple.subject, NamedNode) else ""
            if record and not subject.startswith(about + "/assessment/"):
                return False
            return not any(
                subject == old or subject.startswith(old + "/rating/") for old in replaced
            )

        facts = [triple for triple in stored if stays(triple)]
        if record or not stored:
            facts += person_triples(record or PersonRecord(person, person))
        for addition in additions:
            facts += assessment_triples(addition, self.catalogue)
        return facts

    def _check_people(
        self,
        facts: Mapping[str, list[Triple]],
        places: Callable[[str], str] | None,
        progress: Progress | None,
    ) -> tuple[Finding, ...]:
        """What shapes say short of a violation; raises RefusedInput when there is one."""
        found: list[Finding] = []
        members = list(facts.values())
        for start in range(0, len(members), _BATCH):
            batch = [triple for triples in members[start : start + _BATCH] for triple in triples]
            found += self.check_triples(batch)
            if progress:
                progress(min(start + _BATCH, len(members)), 2 * len(members))
        if places:
            found = [_placed(finding, places) for finding in found]
        if any(finding.severity == "violation" for finding in found):
            raise RefusedInput(tuple(found))
        return tuple(found)

    def check_triples(self, triples: Iterable[Triple]) -> list[Finding]:
        """What the shapes say of facts, beside the knowledge in here."""
        answer = self._validators.call(
            {
                "kind": "triples",
                "ntriples": serialize(triples, format=RdfFormat.N_TRIPLES),
                "today": self.latest_day.isoformat(),
            },
            deadline=600.0,
        )
        return list(answer["findings"])

    def check_document(self, data: bytes, media_type: str, filename: str = "") -> dict[str, Any]:
        """What the shapes say of a stranger's RDF, read in a process that may be killed.

        The answer has `findings`, `report_turtle`, `triples` and, if faultless, `ntriples`.
        """
        request = {"kind": "rdf", "data": data, "media_type": media_type, "filename": filename}
        answer: dict[str, Any] = self._validators.call(
            {**request, "today": self.latest_day.isoformat()}
        )
        return answer

    def _organisation_with(
        self, people: Iterable[PersonRecord], teams: Iterable[Choice]
    ) -> list[Triple]:
        """The organisation's facts with every team that the records name."""
        facts = self.store.graph(ORGANISATION_GRAPH)
        known = {fact.subject for fact in facts}
        named = {person.team: person.team for person in people if person.team}
        labels = {team.id: (team.zh, team.en) for team in teams}
        for team in {**named, **{id: id for id in labels}}:
            node = iri("team", team)
            if node not in known:
                zh, en = labels.get(team, (team, team))
                facts += [
                    Triple(node, A, iri("people", "Team")),
                    Triple(node, IDENTIFIER, Literal(team)),
                    Triple(node, LABEL, Literal(zh, language="zh")),
                    Triple(node, LABEL, Literal(en, language="en")),
                ]
        return facts

    def _store_people(
        self,
        facts: Mapping[str, list[Triple]],
        organisation: list[Triple],
        progress: Progress | None,
    ) -> None:
        self.store.replace_graphs({ORGANISATION_GRAPH: organisation})
        people = list(facts)
        for start in range(0, len(people), _BATCH):
            members = people[start : start + _BATCH]
            graphs = {people_graph(person): facts[person] for person in members}
            self.store.replace_graphs(graphs | self._conclusions({p: facts[p] for p in members}))
            if progress:
                progress(len(people) + start + len(members), 2 * len(people))
        self._read_knowledge()

    def _conclude_again(self, people: list[str], progress: Progress | None) -> None:
        for start in range(0, len(people), _BATCH):
            members = people[start : start + _BATCH]
            facts = {person: self.store.graph(people_graph(person)) for person in members}
            self.store.replace_graphs(self._conclusions(facts))
            if progress:
                progress(start + len(members), len(people))

    def _conclusions(self, facts: Mapping[str, list[Triple]]) -> dict[NamedNode, list[Triple]]:
        """The conclusion graphs of people, by what the ontology says is kept."""
        by_day: dict[date, list[str]] = {}
        for person, triples in facts.items():
            by_day.setdefault(self._day_for(triples), []).append(person)
        graphs = {}
        for day, members in by_day.items():
            named = ((person_iri(person), facts[person]) for person in members)
            judged = conclude_people(self._rules, self._for_rules, named, day, keep=self._keep)
            for node, triples in judged:
                graphs[person_conclusions_graph(local_id(node))] = triples
        return graphs

    def _day_for(self, facts: Iterable[Triple]) -> date:
        """The organisation's day, or that of the person's newest assessment when it is later."""
        days = _texts(facts, _ASSESSED_ON)
        return max([self.as_of, *map(date.fromisoformat, days)])

    # Answers

    def workspace(self, person: str) -> Store:
        """A store in memory with the knowledge, one person and everything concluded of them.

        Raises UnknownThingError when nobody has this id.
        """
        generation, found = self._workspaces.get(person, (-1, None))
        if found is not None and generation == self.store.generation:
            return found
        generation = self.store.generation
        facts = self.store.graph(people_graph(person))
        if not facts:
            raise UnknownThingError("person", person)
        made = workspace(
            self._rules, self._for_questions, {person_iri(person): facts}, self._day_for(facts)
        )
        if len(self._workspaces) > 16:
            self._workspaces.clear()
        self._workspaces[person] = (generation, made)
        return made

    def ask(
        self, name: str, *, limit: int | None = None, offset: int | None = None, **things: str
    ) -> Answer:
        """The answer to a question about the things with these ids.

        Raises UnknownThingError for a question, parameter or thing that does not exist.
        """
        question = questions().get(name)
        if question is None:
            raise UnknownThingError("question", name)
        query = question.bound(self._things(question, things))
        query += f"\nLIMIT {limit:d}" if limit is not None else ""
        query += f"\nOFFSET {offset:d}" if offset is not None else ""
        columns = _columns(question)
        if question.over == "person":
            solutions = _rows(self.workspace(things["person"]), query, columns)
        else:
            solutions = self.store.select(query)
        rows = [{column: _plain(row.get(column)) for column in columns} for row in solutions]
        return Answer(question, columns, rows)

    def _things(self, question: Question, given: Mapping[str, str]) -> dict[str, NamedNode]:
        for name in given:
            if name not in question.takes:
                raise UnknownThingError("parameter", name)
        found = {}
        for name, prefix in question.takes.items():
            if name not in given:
                raise UnknownThingError("value for parameter", name)
            node = iri(prefix, given[name])
            if not self._exists(prefix, node):
                raise UnknownThingError(name, given[name])
            found[name] = node
        return found

    def _exists(self, prefix: str, node: NamedNode) -> bool:
        if prefix == "person":
            return self.has_person(local_id(node))
        return any(triple.subject == node for triple in self._for_questions)

    def explain(self, conclusion: NamedNode) -> Explanation:
        """Why something was concluded, down to assertions.

        Raises NothingConcludedError when it does not follow, UnknownThingError for an IRI that
        belongs to no person in here and to no shared knowledge.
        """
        start = iri("person").value
        if conclusion.value.startswith(start):
            person = conclusion.value[len(start) :].split("/", 1)[0]
            return Explainer(self.workspace(person), self._rules).explain(conclusion)
        shared = workspace(self._rules, self._for_questions, {}, self.as_of)
        return Explainer(shared, self._rules).explain(conclusion)

    def fit(self, person: str, model: str) -> dict[str, Any]:
        """How a person fits a position, as a JSON document; numbers have one decimal.

        Raises UnknownThingError when either does not exist or the model is not published.
        """
        day = self._day_for(self.store.graph(people_graph(person)))
        return fit_document(self.ask, person, model, day)


def _read_by_questions() -> frozenset[str]:
    """Every term that some question about one person reads."""
    texts = [QueryText(q.text) for q in questions().values() if q.over == "person"]
    return frozenset().union(*(text.mentioned_in(text.body) for text in texts))


def _columns(question: Question) -> tuple[str, ...]:
    """The variables that a question's SELECT returns, in order."""
    head = re.sub(
        r"\([^()]*(?:\([^()]*\)[^()]*)*AS (\?\w+)\)", r"\1", QueryText(question.text).head
    )
    return tuple(re.findall(r"\?(\w+)", head))


def _rows(store: Store, query: str, columns: tuple[str, ...]) -> list[dict[str, Term]]:
    return [
        {column: row[column] for column in columns if row[column] is not None}
        for row in select(store, query)
    ]


def _plain(term: Term | None) -> Value:
    """A term as JSON has it: numbers and truth values as such, everything else as text."""
    if not isinstance(term, Literal):
        return None if term is None else getattr(term, "value", str(term))
    kind = term.datatype.value.removeprefix(NAMESPACES["xsd"])
    if kind == "boolean":
        return term.value == "true"
    if kind == "integer":
        return int(term.value)
    return float(term.value) if kind in ("decimal", "double", "float") else term.value


def _texts(facts: Iterable[Triple], predicate: NamedNode) -> list[str]:
    return [
        fact.object.value
        for fact in facts
        if fact.predicate == predicate and isinstance(fact.object, Literal)
    ]


def _placed(finding: Finding, places: Callable[[str], str]) -> Finding:
    """The finding with its place in what was handed in, when that is known."""
    return replace(finding, where=places(finding.focus) or finding.where)
