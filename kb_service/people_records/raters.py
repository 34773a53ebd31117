"""Who rated whom, told apart from all else about a person; and names of forms that do not tell it."""

from __future__ import annotations

import re
import secrets
from base64 import b32encode
from collections.abc import Iterable

from pyoxigraph import NamedNode, Triple

from kb_service.people_records.performance_facts import FORM, RATED_ON, RATER
from kb_service.vocabulary import A, iri

TELLING = frozenset({RATER, RATED_ON})
"""What tells who gave a form: the code, and the day on which they did."""

ON_FORM = iri("judgement", "onForm")
"""From a conclusion about a single form to that form."""

_RANDOM_BYTES = 17
_LETTERS = 26
_OPAQUE_FORM = re.compile(r".*/person/[^/]+/form/[^/]+/f-[a-z2-7]{26}")


def without_raters(facts: Iterable[Triple]) -> list[Triple]:
    """Facts about people without who rated them."""
    return [triple for triple in facts if triple.predicate not in TELLING]


def about_raters(facts: Iterable[Triple]) -> list[Triple]:
    """Of facts about people, who rated them and when."""
    return [triple for triple in facts if triple.predicate in TELLING]


def forms_in(facts: Iterable[Triple]) -> set[NamedNode]:
    """The rating forms among facts."""
    return {
        triple.subject
        for triple in facts
        if triple.predicate == A and triple.object == FORM and isinstance(triple.subject, NamedNode)
    }


def raters_to_be(given: Iterable[Triple], stored: Iterable[Triple]) -> list[Triple]:
    """Who rated a person, once these facts about them are stored in place of what is.

    `stored` is who rated them by now. It stays of forms that are still there and of which the facts
    do not say it anew.
    """
    known = list(given)
    anew = about_raters(known)
    told = {triple.subject for triple in anew}
    forms = forms_in(known)
    stays = (triple for triple in stored if triple.subject in forms and triple.subject not in told)
    return [*stays, *anew]


def conclusions_apart(concluded: Iterable[Triple]) -> tuple[list[Triple], list[Triple]]:
    """Conclusions about people as such, and those about single forms, which are about raters."""
    known = list(concluded)
    of_forms = {triple.subject for triple in known if triple.predicate == ON_FORM}
    rest = [triple for triple in known if triple.subject not in of_forms]
    return rest, [triple for triple in known if triple.subject in of_forms]


def new_form_iri(person: str, period: str) -> NamedNode:
    """An IRI for a form that nobody can guess, and that says nothing about who gave it."""
    return iri("person", f"{person}/form/{period}/{_by_chance()}")


def is_opaque(form: NamedNode) -> bool:
    """Whether the IRI of a form is one of those that do not tell who gave it."""
    return _OPAQUE_FORM.fullmatch(form.value) is not None


def _by_chance() -> str:
    return "f-" + b32encode(secrets.token_bytes(_RANDOM_BYTES)).decode()[:_LETTERS].lower()
