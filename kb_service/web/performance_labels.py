"""What the facts of appraisals are called: whose figure or rating, of what, in which period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode

from kb_service.vocabulary import A, iri, local_id

Label = Mapping[str, str]
Said = Mapping[str, NamedNode | Literal]
"""What is said of one thing, by the IRIs of properties."""


@dataclass
class FactLabels:
    """Names of facts, who said them, and when, each by the IRI of the fact."""

    names: dict[str, Label] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    dates: dict[str, str] = field(default_factory=dict)


def _value(prefix: str, local: str) -> str:
    return iri(prefix, local).value


_TYPE = A.value
_SOURCE = _value("people", "source")
_KPI = _value("performance", "forKPI")
_DIMENSION = _value("core", "dimension")
_IN_FORM = _value("performance", "inForm")
_IN_PERIOD = _value("performance", "inPeriod")
_MEASURED_ON = _value("performance", "measuredOn")
_WORDS = {
    _value("performance", "Appraisal"): ("考核", "Appraisal"),
    _value("performance", "Measurement"): ("数据", "Figure"),
    _value("performance", "Goal"): ("目标", "Goal"),
    _value("performance", "RatingForm"): ("评价表", "Rating form"),
    _value("performance", "BehaviourRating"): ("评价", "Rating"),
}


def performance_labels(about: Mapping[str, Said], shared: Mapping[str, Label]) -> FactLabels:
    """The labels of one person's appraisals, figures, goals, forms and ratings.

    Of a form and its ratings they tell the kind of rater. `about` has what is said of each thing.
    """
    found = FactLabels()
    for node, said in about.items():
        kind = said.get(_TYPE)
        words = _WORDS.get(kind.value) if kind else None
        if words is None:
            continue
        form = about.get(said[_IN_FORM].value, {}) if _IN_FORM in said else said
        found.names[node] = _label(words, said, form, shared)
        if _SOURCE in form:
            found.sources[node] = form[_SOURCE].value
        if _MEASURED_ON in said:
            found.dates[node] = said[_MEASURED_ON].value
    return found


def _label(words: tuple[str, str], said: Said, form: Said, shared: Mapping[str, Label]) -> Label:
    """As in "Rating of Listening, 2026-q3"."""
    topic = next((said[name].value for name in (_KPI, _DIMENSION) if name in said), "")
    inside = form.get(_IN_PERIOD)
    period = local_id(inside) if isinstance(inside, NamedNode) else ""
    named = shared.get(topic, {})
    zh, en = words
    return {
        "zh": (f"{period} " if period else "")
        + (f"「{named['zh']}」的" if "zh" in named else "")
        + zh,
        "en": en
        + (f" of {named['en']}" if "en" in named else "")
        + (f", {period}" if period else ""),
    }
