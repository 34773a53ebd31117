"""A neighbourhood drawn as SVG that takes its colours from the stylesheet of the page around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import east_asian_width
from xml.sax.saxutils import escape, quoteattr

import graphlay

from kb_service.knowledge_base.terms.book import Kind
from kb_service.knowledge_base.terms.neighbours import Arrow, Box, Neighbourhood

LinkTo = Callable[[str], str]
"""From the IRI of a term to the address of its page; empty when it has none."""

_HEIGHT = 34.0
_PADDING = 26.0
_LETTER = 7.6
"""The width of half a Chinese character, or of one Latin letter, in the font of the drawing."""
_MOST_LETTERS = 30
_MARGIN = 8.0
_OPTIONS: dict[str, Any] = {
    "direction": "leftright",
    "effort": "thorough",
    "spacing": {"layer_gap": 34.0, "node_gap": 14.0, "dummy_gap": 12.0},
    "routing": {"style": "orthogonal", "merge_edges": "forks"},
}
_SUMMARY = {
    "zh": "{name}的关系图：{sentences}。",
    "en": "What is around {name}: {sentences}.",
}
_MODULE = {"zh": "本模块的类", "en": "the classes of this module"}
_KIND_OF = {"zh": "{source}属于{target}", "en": "{source} is a {target}"}
_LEADS = {"zh": "{source}指向{target}", "en": "{source} leads to {target}"}
_BETWEEN = {"zh": "；", "en": "; "}


@dataclass(frozen=True)
class _Placed:
    box: Box
    left: float
    top: float
    width: float
    text: str


def draw(drawn: Neighbourhood, language: str, link_to: LinkTo) -> str:
    """The drawing in a language, `zh` or `en`; empty when there is nothing beside the term.

    It has no style of its own. Its description says in words what the arrows show.
    """
    if not drawn.arrows:
        return ""
    texts = {box.id: _cut(_name(box, language)) for box in drawn.boxes}
    graph = graphlay.Graph()
    for box in drawn.boxes:
        graph.node(box.id, width=_width(texts[box.id]), height=_HEIGHT)
    for arrow in drawn.arrows:
        graph.edge(arrow.source, arrow.target)
    layout = graphlay.layout(graph, options=_OPTIONS)
    left = layout.bounds["min"]["x"] - _MARGIN
    top = layout.bounds["min"]["y"] - _MARGIN
    placed = [
        _Placed(
            box,
            node["center"]["x"] - left - _width(texts[box.id]) / 2,
            node["center"]["y"] - top - _HEIGHT / 2,
            _width(texts[box.id]),
            texts[box.id],
        )
        for box, node in zip(drawn.boxes, layout.nodes, strict=True)
    ]
    width = layout.bounds["max"]["x"] - left + _MARGIN
    height = layout.bounds["max"]["y"] - top + _MARGIN
    lines = [
        [(point["x"] - left, point["y"] - top) for point in edge["points"]] for edge in layout.edges
    ]
    return "".join(
        (
            f'<svg class="terms" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}"'
            f' height="{height:.0f}" role="group" aria-label={quoteattr(_said(drawn, language))}>',
            *map(_line, drawn.arrows, lines),
            *(_boxed(each, language, link_to(each.box.term)) for each in placed),
            "</svg>",
        )
    )


def _name(box: Box, language: str) -> str:
    return box.label.get(language) or next(iter(box.label.values()), box.term)


def _width(text: str) -> float:
    return _PADDING + _LETTER * _letters(text)


def _letters(text: str) -> int:
    """How wide a text is, in Latin letters: a Chinese character takes two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def _cut(text: str) -> str:
    if _letters(text) <= _MOST_LETTERS:
        return text
    while _letters(text) >= _MOST_LETTERS:
        text = text[:-1]
    return text.rstrip() + "…"


def _line(arrow: Arrow, points: Sequence[tuple[float, float]]) -> str:
    kind = "kind-of" if arrow.is_kind_of else "relation"
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    (before_x, before_y), (x, y) = points[-2], points[-1]
    return (
        f'<g class="{kind}"><polyline points="{path}"/>'
        f'<polygon points="{_tip(before_x, before_y, x, y)}"/></g>'
    )


def _tip(before_x: float, before_y: float, x: float, y: float) -> str:
    """A triangle whose corner is the end of a line."""
    length = ((x - before_x) ** 2 + (y - before_y) ** 2) ** 0.5 or 1.0
    along_x, along_y = (x - before_x) / length * 8, (y - before_y) / length * 8
    corners = (
        (x, y),
        (x - along_x - along_y / 2, y - along_y + along_x / 2),
        (x - along_x + along_y / 2, y - along_y - along_x / 2),
    )
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in corners)


def _boxed(placed: _Placed, language: str, address: str) -> str:
    box = placed.box
    kind = "property" if box.kind not in (Kind.CLASS, Kind.INDIVIDUAL) else str(box.kind)
    corner = _HEIGHT / 2 if kind == "property" else 6
    drawn = (
        f"<title>{escape(_name(box, language))}</title>"
        f'<rect x="{placed.left:.1f}" y="{placed.top:.1f}" width="{placed.width:.1f}"'
        f' height="{_HEIGHT:g}" rx="{corner:g}"/>'
        f'<text x="{placed.left + placed.width / 2:.1f}" y="{placed.top + _HEIGHT / 2 + 5:.1f}"'
        f' text-anchor="middle">{escape(placed.text)}</text>'
    )
    here = " subject" if box.is_subject else ""
    if address and not box.is_subject:
        drawn = f"<a href={quoteattr(address)}>{drawn}</a>"
    return f'<g class="{kind}{here}">{drawn}</g>'


def _said(drawn: Neighbourhood, language: str) -> str:
    """What the arrows show, in words."""
    names = {box.id: _name(box, language) for box in drawn.boxes}
    subject = next((names[box.id] for box in drawn.boxes if box.is_subject), _MODULE[language])
    sentences = _BETWEEN[language].join(_sentences(drawn, names, language))
    return _SUMMARY[language].format(name=subject, sentences=sentences)


def _sentences(drawn: Neighbourhood, names: dict[str, str], language: str) -> Iterator[str]:
    for arrow in drawn.arrows:
        phrase = _KIND_OF if arrow.is_kind_of else _LEADS
        yield phrase[language].format(source=names[arrow.source], target=names[arrow.target])
