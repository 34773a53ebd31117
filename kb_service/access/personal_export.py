"""Everything that is held and concluded of one person, gathered for that person."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, serialize

from kb_service.access.actors import actor
from kb_service.access.rights_of_the_person import PutRight, RightsOfThePerson
from kb_service.access.view import View
from kb_service.access.words import told_in
from kb_service.audit import entries_about
from kb_service.knowledge_base.objections import Objection
from kb_service.vocabulary import NAMESPACES, graphs_of_person, iri

Document = dict[str, Any]
Label = Mapping[str, str]

_CONCLUDED_BY = iri("judgement", "concludedBy")
_VERDICT = "/verdict/"


@dataclass(frozen=True)
class Telling:
    """How things are called, and how a conclusion is explained as a tree, to the reader.

    A label is None where a thing has none.
    """

    label: Callable[[str], Label | None]
    explanation: Callable[[NamedNode], Document]


@dataclass(frozen=True)
class PersonalExport:
    """What there is of a person: as a document of labelled values, and as RDF by graph."""

    document: Document
    quads: Sequence[Quad]

    @property
    def trig(self) -> bytes:
        """The RDF as TriG, in a settled order."""
        return (
            serialize(sorted(self.quads, key=str), format=RdfFormat.TRIG, prefixes=dict(NAMESPACES))
            or b""
        )


def export_of(view: View, person: str, telling: Telling) -> PersonalExport:
    """All that is held and concluded of somebody, but not who rated them.

    Raises NotAllowed to whom it is not for, and UnknownThingError when nobody is called so.
    """
    rights = RightsOfThePerson(view)
    key = rights.key(person)
    store = view.knowledge_base.store
    names = graphs_of_person(key)
    words = view.register.words_of(key)
    graphs = {name: [*store.graph(name), *told_in(name, words)] for name in names}
    concluded = [
        t.subject
        for t in graphs[names[1]]
        if t.predicate == _CONCLUDED_BY and isinstance(t.subject, NamedNode)
    ]
    document = {
        "person": _person(view, key),
        "exportedAt": datetime.now(UTC).isoformat(timespec="seconds"),
        "exportedBy": actor(view.caller),
        "facts": _things(graphs[names[0]], telling),
        "judgements": _judgements(view, person),
        "appraisals": _appraisals(view, person),
        "objections": [objection_document(each) for each in rights.objections(person)],
        "changes": changes_document(rights.put_right(person), telling.label),
        "accesses": list(entries_about(store.data.audit, key=key)),
        "explanations": list(_explanations(concluded, telling)),
    }
    quads = [
        Quad(t.subject, t.predicate, t.object, name)
        for name, triples in graphs.items()
        for t in triples
    ]
    return PersonalExport(document, quads)


def objection_document(objection: Objection) -> Document:
    """An objection as JSON has it; the settlement is None while it stands."""
    settled = objection.settlement
    return {
        "id": objection.id,
        "grounds": objection.grounds,
        "models": list(objection.models),
        "periods": list(objection.periods),
        "raisedOn": objection.raised_on.isoformat(),
        "raisedBy": objection.raised_by,
        "settlement": settled
        and {
            "outcome": settled.outcome,
            "on": settled.on.isoformat(),
            "by": settled.by,
            "words": settled.words,
        },
    }


def changes_document(done: PutRight, label: Callable[[str], Label | None]) -> list[Document]:
    """What was changed of a person, earliest first: when, by whom, why, from what to what.

    Of the first, by which the person came to be known, nothing more is remembered.
    """
    facts = [
        {
            "at": each.at.isoformat(timespec="microseconds"),
            "by": each.by,
            "reason": done.reasons.get(each.node),
            "first": each.creates,
            "before": [_statement(triple, label) for triple in each.undone],
            "after": [_statement(triple, label) for triple in each.done],
        }
        for each in done.facts
    ]
    register = [
        {
            "at": each.at,
            "by": each.by,
            "reason": each.reason,
            "first": False,
            "before": _fields(each.before),
            "after": _fields(each.after),
        }
        for each in done.register
    ]
    return sorted([*facts, *register], key=lambda each: str(each["at"]))


def _person(view: View, key: str) -> Document:
    entry = view.register.entry(key)
    rows = view.knowledge_base.ask("person", person=key).rows
    first: Mapping[str, Any] = rows[0] if rows else {}
    return {
        "id": entry.id if entry else key,
        "pseudonym": key,
        "name": entry.name if entry else None,
        "contact": dict(entry.contact) if entry else {},
        "team": first.get("team"),
        "post": first.get("post"),
        "candidateFor": [row["candidate_for"] for row in rows if row["candidate_for"]],
    }


def _judgements(view: View, person: str) -> list[Document]:
    """How somebody is judged for each position, the best fit first."""
    return [
        {
            "model": row["model"],
            "modelLabel": {"zh": row["model_zh"], "en": row["model_en"]},
            "verdict": row["verdict"],
            "verdictLabel": {"zh": row["verdict_zh"], "en": row["verdict_en"]},
            "fit": row["fit"],
            "contestedSince": row["contested_since"],
            "conclusion": row["judgement"],
        }
        for row in view.ask("fits-of-person", person=person).rows
    ]


def _appraisals(view: View, person: str) -> list[Document]:
    """What each appraisal of somebody ended in, the earliest first."""
    return [
        {
            "period": row["period"],
            "start": row["start"],
            "end": row["end"],
            "total": row["total"],
            "grade": row["grade"],
            "contestedSince": row["contested_since"],
        }
        for row in view.ask("performance-history", person=person).rows
    ]


def _things(facts: Iterable[Triple], telling: Telling) -> list[Document]:
    """Each thing that facts are about, with all that they say of it."""
    by_subject: dict[str, list[Triple]] = {}
    for triple in sorted(facts, key=str):
        by_subject.setdefault(str(triple.subject).strip("<>"), []).append(triple)
    return [
        {
            "subject": subject,
            "subjectLabel": telling.label(subject),
            "statements": [_statement(triple, telling.label) for triple in triples],
        }
        for subject, triples in by_subject.items()
    ]


def _statement(triple: Triple, label: Callable[[str], Label | None]) -> Document:
    subject = str(triple.subject).strip("<>")
    value = triple.object
    return {
        "subject": subject,
        "subjectLabel": label(subject),
        "property": triple.predicate.value,
        "propertyLabel": label(triple.predicate.value),
        "value": str(value) if isinstance(value, Triple) else value.value,
        "valueLabel": label(value.value) if isinstance(value, NamedNode) else None,
    }


def _fields(said: Mapping[str, Any]) -> list[Document]:
    """What the register said, as statements."""
    names = {
        "name": {"zh": "姓名", "en": "name"},
        "email": {"zh": "电子邮箱", "en": "e-mail"},
        "phone": {"zh": "电话", "en": "telephone"},
    }
    return [
        {
            "subject": "register",
            "subjectLabel": {"zh": "登记册", "en": "Register"},
            "property": name,
            "propertyLabel": names.get(name),
            "value": value,
            "valueLabel": None,
        }
        for name, value in said.items()
    ]


def _explanations(concluded: Iterable[Any], telling: Telling) -> Iterator[Document]:
    """Why each kept judgement was concluded, verdicts first; what was told is not told again."""
    nodes = {node for node in concluded if isinstance(node, NamedNode)}
    told: set[str] = set()
    for node in sorted(nodes, key=lambda node: (_VERDICT not in node.value, node.value)):
        if node.value not in told:
            yield _told_once(telling.explanation(node), told)


def _told_once(tree: Document, told: set[str]) -> Document:
    """The tree without the reasons of conclusions whose reasons were told before."""
    if tree["conclusion"] in told:
        return {**tree, "seenBefore": True, "facts": [], "conclusions": [], "notFound": []}
    told.add(tree["conclusion"])
    return {**tree, "conclusions": [_told_once(below, told) for below in tree["conclusions"]]}
