"""How judgements look in a terminal: names, colours of verdicts, numbers."""

from __future__ import annotations

from collections.abc import Callable

from rich.text import Text

from kb_service.access.view import View
from kb_service.cli.language import told

Names = Callable[[str, str | None], str]
"""From a prefix and an id to the name of that thing, in the language of this run."""

_VERDICT_COLOURS = {
    "strong-fit": "bold green",
    "fit": "green",
    "trainable": "yellow",
    "unsuitable": "red",
    "insufficient-evidence": "cyan",
}


def names_in(base: View) -> Names:
    """The names that the ontology gives."""
    from kb_service.web.labels import LabelReader

    labels = LabelReader(base.knowledge_base).shared()
    return lambda prefix, id: told(labels.named(prefix, id))


def verdict(id: str, label: str) -> Text:
    """A verdict in its colour."""
    return Text(label, style=_VERDICT_COLOURS.get(id, ""))


def number(value: float | None) -> str:
    """A number of one decimal, `–` where nothing is known."""
    return "–" if value is None else f"{value:.1f}"


def bar(percent: float | None, width: int = 20) -> Text:
    """A percentage as a bar; empty where nothing is known."""
    filled = round((percent or 0) * width / 100)
    return Text("█" * filled, style="green") + Text("░" * (width - filled), style="dim")
