"""Everything that has some words in what it is called, in either language, by kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from pyoxigraph import NamedNode

from kb_service.access.names import Shown
from kb_service.access.roles import People
from kb_service.access.studies import Studies
from kb_service.access.view import View
from kb_service.knowledge_base.terms import prefixed, search
from kb_service.questions import questions
from kb_service.vocabulary import iri
from kb_service.web.answers import Document, shaped
from kb_service.web.ontology_pages import address_of, address_of_term, reader

LONGEST_SEARCH = 200
"""Characters; more are not looked at."""

KINDS = ("position", "person", "team", "dimension", "training", "plan", "study", "question", "term")
"""In the order in which they are shown."""


@dataclass(frozen=True)
class Found:
    """What was found of one kind: the first of it, and how much there is."""

    kind: str
    rows: list[Document]
    total: int

    def as_json(self) -> Document:
        """What was found as the API shows it."""
        return {"kind": self.kind, "total": self.total, "rows": self.rows}


def found(view: View, asked: str, most: int) -> list[Found]:
    """What has every word asked for, at most so many of each kind; no kind without any.

    Case does not count, and a word may be any part of a name, as Chinese has no spaces. Kinds that
    the caller may not read are not looked through.
    """
    words = asked[:LONGEST_SEARCH].casefold().split()
    if not words:
        return []
    groups = [
        _found("position", _named(view, "position-models", _position), words, most),
        _people(view, words, most),
        _found("team", _teams(view), words, most),
        _found("dimension", _dimensions(view), words, most),
        _found("training", _named(view, "trainings", _training), words, most),
        _found("plan", _named(view, "performance-plans", _plan), words, most),
        _found("study", _studies(view), words, most),
        _found("question", _questions(), words, most),
    ]
    groups.append(_terms(" ".join(words), most, _others(view)))
    return [group for group in groups if group.total]


def _found(kind: str, rows: Iterable[Document], words: list[str], most: int) -> Found:
    having = [row for row in rows if _has(row, words)]
    return Found(kind, having[:most], len(having))


def _has(row: Document, words: list[str]) -> bool:
    told = " ".join([row["id"], *map(str, row["label"].values())]).casefold()
    return all(word in told for word in words)


def _row(id: str, label: Mapping[str, Any], note: Mapping[str, Any] | None, to: str) -> Document:
    label = label or {"zh": id, "en": id}
    return {"id": id, "label": _said(label), "note": _said(note) if note else None, "address": to}


def _said(text: Mapping[str, Any]) -> Document:
    """A text in both languages, null where it is not said in one."""
    return {language: text.get(language) for language in ("zh", "en")}


def _named(view: View, question: str, row: Callable[[Document], Document]) -> list[Document]:
    return [row(shaped(each)) for each in view.ask(question).rows]


def _position(row: Document) -> Document:
    to = url_for("model_pages.position_model", model=row["id"])
    return _row(row["id"], row["label"], None, to)


def _dimensions(view: View) -> list[Document]:
    return [
        _row(id, {"zh": known.zh, "en": known.en}, None, _page_of(known.iri))
        for by_id in view.catalogue.dimensions.values()
        for id, known in by_id.items()
    ]


def _training(row: Document) -> Document:
    return _row(row["id"], row["label"], None, _page_of(iri("training", row["id"])))


def _page_of(node: NamedNode) -> str:
    return address_of(node.value, *prefixed(node.value))


def _plan(row: Document) -> Document:
    to = url_for("performance_pages.plan", plan=row["id"])
    return _row(row["id"], row["idLabel"], row["positionLabel"], to)


def _studies(view: View) -> list[Document]:
    if not view.caller.rights.reads_studies:
        return []
    return [
        _row(each["id"], each["label"], None, url_for("study_pages.study", study=each["id"]))
        for each in Studies(view).listed()
    ]


def _questions() -> list[Document]:
    return [
        _row(
            name,
            {"zh": known.asks_zh, "en": known.asks},
            None,
            url_for("pages.question", name=name),
        )
        for name, known in questions().items()
    ]


def _people(view: View, words: list[str], most: int) -> Found:
    if view.caller.rights.reads is People.NOBODY:
        return Found("person", [], 0)
    called = view.people_called(words)
    view.note_shown(called[:most])
    return Found("person", list(map(_person, called[:most])), len(called))


def _person(shown: Shown) -> Document:
    name = shown.name or shown.id
    to = url_for("person_pages.person", person=shown.id)
    return _row(shown.id, {"zh": name, "en": name}, None, to)


def _teams(view: View) -> list[Document]:
    if view.caller.rights.reads is People.NOBODY:
        return []
    return [
        _row(id, {"zh": team.zh, "en": team.en}, None, url_for("team_pages.team", team=id))
        for id, team in sorted(view.teams.items())
    ]


def _others(view: View) -> set[str]:
    """The pages of the terms that are found as something else than a term."""
    shown = [*_dimensions(view), *_named(view, "trainings", _training)]
    return {row["address"] for row in shown}


def _terms(words: str, most: int, others: set[str]) -> Found:
    book = reader().book()
    found = [
        _row(term.name, term.texts.label, term.texts.definition, address_of_term(term))
        for term in search(book, words, most=len(book.terms))
    ]
    rows = [row for row in found if row["address"] not in others]
    return Found("term", rows[:most], len(rows))
