"""The drawing of the rules: every rule once, in its stage, every feed, and nothing on top of another."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from xml.etree import ElementTree

import pytest

from kb_service.engine.checker import Book
from kb_service.engine.rule_drawing import draw
from kb_service.engine.rule_graph import BOX_HEIGHT, BOX_WIDTH, RuleGraph, rule_graph
from tests.rule_reading import all_rules, book, ontology

SVG = "{http://www.w3.org/2000/svg}"


@cache
def graph() -> RuleGraph:
    return rule_graph(book())


def feeds() -> dict[tuple[str, str], bool]:
    """Each feed of the drawing, and whether it negates."""
    return {(line.feed.writer, line.feed.reader): line.feed.negated for line in graph().lines}


def test_every_rule_has_a_box_in_the_column_of_its_stage() -> None:
    columns = {column.stage: column for column in graph().columns}

    assert {box.rule.name for box in graph().boxes} == {rule.name for rule in all_rules()}
    for box in graph().boxes:
        column = columns[box.rule.stage]
        assert column.left <= box.x - BOX_WIDTH / 2 and box.x + BOX_WIDTH / 2 <= column.right


def test_columns_stand_side_by_side_in_the_order_in_which_stages_run() -> None:
    for before, after in zip(graph().columns, graph().columns[1:], strict=False):
        assert before.right < after.left
        assert before.stage < after.stage


def test_no_two_boxes_overlap() -> None:
    for one, other in combinations(graph().boxes, 2):
        apart = abs(one.x - other.x) >= BOX_WIDTH or abs(one.y - other.y) >= BOX_HEIGHT
        assert apart, (one.rule.name, other.rule.name)


def test_no_line_crosses_a_box() -> None:
    for line in graph().lines:
        for begin, end in zip(line.points, line.points[1:], strict=False):
            for box in graph().boxes:
                left, right = sorted((begin[0], end[0]))
                top, bottom = sorted((begin[1], end[1]))
                beside = right <= box.x - BOX_WIDTH / 2 + 1 or left >= box.x + BOX_WIDTH / 2 - 1
                above = bottom <= box.y - BOX_HEIGHT / 2 + 1 or top >= box.y + BOX_HEIGHT / 2 - 1
                assert beside or above, (line.feed, box.rule.name)


@pytest.mark.parametrize(
    ("writer", "reader", "negated"),
    [
        ("current-rating", "gap-below-required-level", False),
        ("current-rating", "requirement-unknown", True),
        ("strong-fit-reached", "good-fit", True),
        ("fit-reached", "good-fit", False),
        ("plan-step-next", "plan-step-next", False),
        ("training-path-of-one", "training-path-extended", False),
    ],
)
def test_a_line_leads_from_the_rule_that_concludes_to_the_one_that_reads(
    writer: str, reader: str, negated: bool
) -> None:
    assert feeds()[writer, reader] is negated


def test_rules_that_have_nothing_to_do_with_each_other_are_not_joined() -> None:
    assert ("retention-risk", "fit") not in feeds()
    assert ("effective-requirement", "current-rating") not in feeds()


def test_the_drawing_says_what_it_shows_to_those_who_cannot_see_it() -> None:
    for language, words in (("en", "Which rule feeds which"), ("zh", "哪条规则为哪条提供依据")):
        root = ElementTree.fromstring(draw(graph(), language))

        described = root.attrib["aria-labelledby"].split()
        texts = {each.attrib.get("id"): each.text or "" for each in root if each.attrib.get("id")}
        assert root.attrib["role"] == "img"
        assert texts[described[0]] == words
        assert str(len(all_rules())) in texts[described[1]]


def test_each_box_names_its_rule_and_each_line_says_between_which_rules_it_runs() -> None:
    root = ElementTree.fromstring(draw(graph(), "en"))

    named = {
        "".join(text.text or "" for text in group.iter(f"{SVG}text")): group.findtext(f"{SVG}title")
        for group in root.iter(f"{SVG}g")
        if group.attrib.get("class") == "rule"
    }
    lines = [path for path in root.iter(f"{SVG}path") if path.find(f"{SVG}title") is not None]
    assert named.keys() == {rule.name for rule in all_rules()}
    assert (named["low-fit"] or "").startswith("Fit below the minimum: ")
    assert len(lines) == len(graph().lines)
    dashed = [path for path in lines if "negates" in path.attrib["class"].split()]
    assert len(dashed) == sum(feeds().values())


def test_a_book_without_rules_gives_an_empty_drawing() -> None:
    root = ElementTree.fromstring(draw(rule_graph(Book((), ontology())), "en"))

    assert list(root.iter(f"{SVG}rect")) != []
    assert [g for g in root.iter(f"{SVG}g") if g.attrib.get("class") == "rule"] == []
