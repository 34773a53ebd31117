"""Which rule feeds which, laid out stage by stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import graphlay

from kb_service.engine.checker import Book, Feed
from kb_service.engine.rules import Rule

Point = tuple[float, float]

BOX_WIDTH = 196.0
BOX_HEIGHT = 46.0
_BETWEEN_STAGES = 46.0
_BETWEEN_BOXES = 22.0
_BULGE = 22.0


@dataclass(frozen=True)
class Box:
    """A rule and the middle of the box that stands for it."""

    rule: Rule
    x: float
    y: float


@dataclass(frozen=True)
class Line:
    """A feed and the corners of the line that stands for it, from writer to reader."""

    feed: Feed
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Column:
    """A stage, and from where to where its boxes reach."""

    stage: str
    left: float
    right: float


@dataclass(frozen=True)
class RuleGraph:
    """Boxes, lines and columns of a drawing whose upper left corner is nought."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    columns: tuple[Column, ...]
    width: float
    height: float


def rule_graph(book: Book) -> RuleGraph:
    """Every rule of a book in the column of its stage, and a line for each feed."""
    ordered = sorted(book.rules, key=lambda rule: (*book.order(rule), rule.name))
    if not ordered:
        return RuleGraph((), (), (), 0.0, 0.0)
    orders = [book.order(rule) for rule in ordered]
    stages = list(dict.fromkeys(orders))
    columns = {rule.name: stages.index(order) for rule, order in zip(ordered, orders, strict=True)}
    graph = graphlay.Graph()
    for rule in ordered:
        place = {"fixed": columns[rule.name]}
        graph.node(rule.name, width=BOX_WIDTH, height=BOX_HEIGHT, rank=place)
    across = [feed for feed in book.feeds if columns[feed.writer] != columns[feed.reader]]
    for feed in across:
        graph.edge(feed.writer, feed.reader)
    layout = graphlay.layout(graph, options=_options())
    left, top = layout.bounds["min"]["x"], layout.bounds["min"]["y"] - _BULGE
    boxes = {
        rule.name: Box(rule.rule, node["center"]["x"] - left, node["center"]["y"] - top)
        for rule, node in zip(ordered, layout.nodes, strict=True)
    }
    lines = [
        Line(feed, tuple((p["x"] - left, p["y"] - top) for p in edge["points"]))
        for feed, edge in zip(across, layout.edges, strict=True)
    ]
    within = (feed for feed in book.feeds if feed not in across)
    lines += [_within_a_column(feed, boxes[feed.writer], boxes[feed.reader]) for feed in within]
    return RuleGraph(
        tuple(boxes.values()),
        tuple(lines),
        tuple(_column(stage, boxes) for _, stage in stages),
        layout.bounds["max"]["x"] - left + _BULGE,
        layout.bounds["max"]["y"] - top,
    )


def _options() -> dict[str, Any]:
    return {
        "direction": "leftright",
        "effort": "thorough",
        "spacing": {"layer_gap": _BETWEEN_STAGES, "node_gap": _BETWEEN_BOXES, "dummy_gap": 14.0},
        "routing": {"style": "orthogonal", "merge_edges": "forks"},
    }


def _within_a_column(feed: Feed, writer: Box, reader: Box) -> Line:
    """A line beside the boxes of one stage; above the box for a rule that feeds itself."""
    if feed.writer == feed.reader:
        right, top = writer.x + BOX_WIDTH / 2, writer.y - BOX_HEIGHT / 2
        corners = (
            (right, writer.y - BOX_HEIGHT / 4),
            (right + 12, writer.y - BOX_HEIGHT / 4),
            (right + 12, top - 10),
            (right - 24, top - 10),
            (right - 24, top),
        )
        return Line(feed, corners)
    left = writer.x - BOX_WIDTH / 2
    beside = left - _BULGE / 2
    return Line(feed, ((left, writer.y), (beside, writer.y), (beside, reader.y), (left, reader.y)))


def _column(stage: str, boxes: dict[str, Box]) -> Column:
    middles = [box.x for box in boxes.values() if box.rule.stage == stage]
    return Column(stage, min(middles) - BOX_WIDTH / 2, max(middles) + BOX_WIDTH / 2)
