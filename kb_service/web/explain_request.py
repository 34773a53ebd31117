"""What a request to explain asks for, and the answer as a document."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pyoxigraph import NamedNode

from kb_service.access.view import View
from kb_service.engine.explanation_provenance import FORMATS
from kb_service.knowledge_base import UnknownThingError
from kb_service.knowledge_base.explaining import MOST_SECONDS, PARAMETERS
from kb_service.web.changes import changes_tree
from kb_service.web.explanations import conclusion_named, explanation, explanation_in_prov
from kb_service.web.grade_changes import grade_changes_tree
from kb_service.web.labels import LabelReader
from kb_service.web.problems import Problem
from kb_service.web.why_not import why_not_tree

SECONDS = 3.0
"""How long the smallest change is looked for unless the request says otherwise."""


@dataclass(frozen=True)
class WhyNotAsked:
    """Why something was not concluded of these things, and how long to look for what would do."""

    what: str
    things: Mapping[str, str] = field(default_factory=dict)
    seconds: float = SECONDS

    @property
    def person(self) -> str:
        """The id of the person. Raises UnknownThingError when none is named."""
        if "person" not in self.things:
            raise UnknownThingError("value for parameter", "person")
        return self.things["person"]


def asked(kb: View, given: Mapping[str, str]) -> NamedNode | WhyNotAsked:
    """The conclusion that parameters name, or what they ask that was not concluded.

    A conclusion is named by its IRI, a verdict also by `person` and `model`. Raises Problem 400
    for parameters that make no question, UnknownThingError for nobody and for no model.
    """
    things = {name: given[name] for name in PARAMETERS if given.get(name)}
    if given.get("whyNot"):
        return WhyNotAsked(given["whyNot"], things, _seconds(given.get("seconds")))
    if not given.get("conclusion") and {"person", "model"} <= things.keys():
        kb.ask("person", person=things["person"])
        kb.ask("position-model", model=things["model"])
        return kb.verdict_iri(things["person"], things["model"])
    return conclusion_named(given.get("conclusion", ""))


def why_not_document(kb: View, labels: LabelReader, question: WhyNotAsked) -> dict[str, Any]:
    """Why it was not concluded and, of a verdict or grade, the smallest change that would give it.

    Raises what KnowledgeBase.why_not and smallest_change raise.
    """
    answer = kb.why_not(question.what, question.things)
    names = labels.about(kb, question.person)
    changes = None
    if not answer.concluded and question.seconds:
        found = kb.smallest_change(question.what, question.things, question.seconds)
        if found and "period" in question.things:
            changes = grade_changes_tree(found, _grades(kb), names)
        elif found:
            changes = changes_tree(found, names)
    return {
        "whyNot": question.what,
        **question.things,
        **why_not_tree(answer, names),
        "smallestChange": changes,
    }


def _grades(kb: View) -> dict[int, str]:
    """The ids of grades by their ranks."""
    return {int(str(row["rank"])): str(row["id"]) for row in kb.ask("grades").rows}


def document(
    kb: View,
    labels: LabelReader,
    given: Mapping[str, str],
    media_type: str,
    as_of: date | None = None,
) -> dict[str, Any] | bytes:
    """The answer to a request: a JSON document, or provenance in another media type of FORMATS.

    A conclusion can be explained as of a past day. Raises Problem 406 for provenance of what was
    not concluded, Problem 400 for why it was not on a past day.
    """
    question = asked(kb, given)
    if isinstance(question, NamedNode):
        if media_type in FORMATS:
            return explanation_in_prov(kb, labels, question, media_type, as_of)
        return explanation(kb, labels, question, as_of)
    if as_of is not None:
        raise Problem(
            400,
            "asOf 只用于说明已得出的结论，不能与 whyNot 合用。",
            "asOf goes with what was concluded, not with whyNot; leave one of them out.",
        )
    if media_type in FORMATS:
        raise Problem(
            406,
            "没有得出的结论只能以 application/json 说明。",
            "Why something was not concluded is answered as application/json.",
        )
    return why_not_document(kb, labels, question)


def _seconds(text: str | None) -> float:
    try:
        seconds = SECONDS if text is None else float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds <= MOST_SECONDS:
        raise Problem(
            400,
            f"参数 seconds 应为 0 到 {MOST_SECONDS:g} 的数。",
            f"Give the parameter seconds as a number from 0 to {MOST_SECONDS:g}.",
        )
    return seconds
