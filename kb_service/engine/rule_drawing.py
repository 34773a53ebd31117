"""The drawing of which rule feeds which, as SVG that looks well on light and on dark."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from kb_service.engine.rule_graph import (
    BOX_HEIGHT,
    BOX_WIDTH,
    Box,
    Column,
    Line,
    Point,
    RuleGraph,
)

_MARGIN = 28.0
_HEADING = 44.0
_LEGEND = 48.0
_CORNER = 7.0
_LETTERS_IN_A_LINE = 25

_STYLE = """
  svg { color-scheme: light dark; --ink: #1f2933; --soft: #52606d; --line: #7b8794;
        --box: #ffffff; --band: #f3f5f7; --people: #e8f1fb; --strong: #0b69a3; }
  @media (prefers-color-scheme: dark) {
    svg { --ink: #e4e7eb; --soft: #9aa5b1; --line: #7b8794;
          --box: #252c34; --band: #1c2228; --people: #1a2733; --strong: #5ab1e8; }
  }
  text { font-family: "Noto Sans SC", "PingFang SC", "Microsoft YaHei", system-ui, sans-serif;
         fill: var(--ink); }
  .stage rect { fill: var(--band); }
  .stage.about-people rect { fill: var(--people); }
  .stage text { font-size: 15px; font-weight: 600; text-anchor: middle; fill: var(--soft); }
  .rule rect { fill: var(--box); stroke: var(--line); stroke-width: 1.2; }
  .rule text { font-size: 13px; text-anchor: middle; }
  .feed { fill: none; stroke: var(--line); stroke-width: 1.3; marker-end: url(#tip); }
  .negates { stroke-dasharray: 6 4; }
  .legend text { font-size: 13px; fill: var(--soft); }
  #tip path { fill: var(--line); }
  .rule:hover rect { stroke: var(--strong); stroke-width: 2.4; }
"""
_TITLE = {"zh": "哪条规则为哪条提供依据", "en": "Which rule feeds which"}
_DESCRIPTION = {
    "zh": "{rules} 条规则按 {stages} 个阶段从左到右排列；{feeds} 条连线表示一条规则读取另一条的结论。",
    "en": "{rules} rules in {stages} stages from left to right; {feeds} lines show which rule reads"
    " what another concludes.",
}
_READS = {"zh": "读取其结论", "en": "reads its conclusions"}
_NEGATES = {"zh": "要求没有这样的结论", "en": "requires that there are none"}
_SHARED = {"zh": "关于共有知识的阶段", "en": "stages about shared knowledge"}
_PEOPLE = {"zh": "关于人的阶段", "en": "stages about people"}


def draw(graph: RuleGraph, language: str) -> str:
    """The drawing with its texts in a language, `zh` or `en`; it stands on its own as a file.

    Whoever points at a rule sees the lines from it and to it.
    """
    width = graph.width + 2 * _MARGIN
    height = graph.height + _HEADING + _LEGEND + 2 * _MARGIN
    numbers = {
        "rules": len(graph.boxes),
        "stages": len(graph.columns),
        "feeds": len(graph.lines),
    }
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}"'
        f' width="{width:.0f}" height="{height:.0f}" role="img" lang="{language}"'
        ' aria-labelledby="title desc">',
        f'<title id="title">{_TITLE[language]}</title>',
        f'<desc id="desc">{_DESCRIPTION[language].format(**numbers)}</desc>',
        f"<style>{_STYLE}{''.join(_pointed_at(graph))}</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8"'
        ' markerHeight="8" orient="auto-start-reverse"><path d="M0 0.6 8 4 0 7.4z"/></marker></defs>',
        f'<g transform="translate({_MARGIN:g} {_MARGIN + _HEADING:g})">',
        *(_stage(column, graph) for column in graph.columns),
        *(_feed(line) for line in graph.lines),
        *(_rule(box, language) for box in graph.boxes),
        "</g>",
        *_legend(height - _MARGIN, language),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _pointed_at(graph: RuleGraph) -> Iterator[str]:
    """Style rules that let the lines of a rule stand out while somebody points at it."""
    yield "  svg:has(.rule:hover) .feed { opacity: 0.15; }\n"
    for name in sorted({box.rule.name for box in graph.boxes}):
        yield (
            f"  svg:has(#{name}:hover) :is(.from-{name}, .to-{name})"
            " { opacity: 1; stroke: var(--strong); stroke-width: 2.2; }\n"
        )


def _stage(column: Column, graph: RuleGraph) -> str:
    about_people = any(
        box.rule.judges_people for box in graph.boxes if box.rule.stage == column.stage
    )
    kind = "stage about-people" if about_people else "stage"
    left, width = column.left - 10, column.right - column.left + 20
    middle = (column.left + column.right) / 2
    return (
        f'<g class="{kind}"><rect x="{left:.1f}" y="{-_HEADING:g}" width="{width:.1f}"'
        f' height="{graph.height + _HEADING + 14:.1f}" rx="8"/>'
        f'<text x="{middle:.1f}" y="{-_HEADING + 27:g}">{escape(column.stage)}</text></g>'
    )


def _feed(line: Line) -> str:
    feed = line.feed
    kind = "feed negates" if feed.negated else "feed"
    return (
        f'<path class="{kind} from-{feed.writer} to-{feed.reader}" d="{_path(line.points)}">'
        f"<title>{escape(feed.writer)} → {escape(feed.reader)}</title></path>"
    )


def _path(points: tuple[Point, ...]) -> str:
    """Straight lines with round corners."""
    steps = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        begin, end = _towards(corner, before), _towards(corner, after)
        steps.append(f"L{begin[0]:.1f} {begin[1]:.1f}")
        steps.append(f"Q{corner[0]:.1f} {corner[1]:.1f} {end[0]:.1f} {end[1]:.1f}")
    steps.append(f"L{points[-1][0]:.1f} {points[-1][1]:.1f}")
    return " ".join(steps)


def _towards(corner: Point, other: Point) -> Point:
    """A place near a corner, not past the middle of the way to the other end."""
    across, down = other[0] - corner[0], other[1] - corner[1]
    length = (across**2 + down**2) ** 0.5
    part = min(_CORNER, length / 2) / length if length else 0.0
    return corner[0] + across * part, corner[1] + down * part


def _rule(box: Box, language: str) -> str:
    rule = box.rule
    said = f"{rule.name}：{rule.says_zh}" if language == "zh" else f"{rule.title}: {rule.says}"
    lines = _lines(rule.name)
    first = box.y + 4.5 - 8 * (len(lines) - 1)
    texts = "".join(
        f'<text x="{box.x:.1f}" y="{first + 16 * number:.1f}">{escape(text)}</text>'
        for number, text in enumerate(lines)
    )
    return (
        f'<g class="rule" id={quoteattr(rule.name)}><title>{escape(said)}</title>'
        f'<rect x="{box.x - BOX_WIDTH / 2:.1f}" y="{box.y - BOX_HEIGHT / 2:.1f}"'
        f' width="{BOX_WIDTH:g}" height="{BOX_HEIGHT:g}" rx="6"/>{texts}</g>'
    )


def _lines(name: str) -> list[str]:
    """A name broken at hyphens into two lines at most; what is too long for them is cut."""
    if len(name) <= _LETTERS_IN_A_LINE:
        return [name]
    breaks = [at for at, letter in enumerate(name) if letter == "-"]
    middle = min(breaks, key=lambda at: abs(at - len(name) / 2), default=_LETTERS_IN_A_LINE) + 1
    return [_cut(name[:middle]), _cut(name[middle:])]


def _cut(text: str) -> str:
    return text if len(text) <= _LETTERS_IN_A_LINE else text[: _LETTERS_IN_A_LINE - 1] + "…"


def _legend(bottom: float, language: str) -> Iterator[str]:
    yield f'<g class="legend" transform="translate({_MARGIN:g} {bottom - 6:g})">'
    x = 0.0
    for kind, words in (("feed", _READS), ("feed negates", _NEGATES)):
        yield f'<path class="{kind}" d="M{x:g} -4 h44"/><text x="{x + 54:g}">{words[language]}</text>'
        x += 300
    for kind, words in (("stage", _SHARED), ("stage about-people", _PEOPLE)):
        yield (
            f'<g class="{kind}"><rect x="{x:g}" y="-16" width="28" height="22" rx="5"/></g>'
            f'<text x="{x + 38:g}">{words[language]}</text>'
        )
        x += 300
    yield "</g>"
