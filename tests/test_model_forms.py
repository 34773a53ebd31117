"""A position model says the same as Turtle, as a workbook and as JSON, whichever way it goes."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Triple

from kb_service.position_models import PositionModel, from_triples, to_json, to_triples
from tests.model_forms import (
    SHIPPED,
    as_workbook,
    choices,
    models,
    same_graph,
    statements,
    through_json,
    through_workbook,
    triples_of,
)

_SETTINGS = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_TRAINER = next(path for path in SHIPPED if path.stem == "trainer")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_model_goes_through_workbook_and_json_and_is_the_same_graph(path: Path) -> None:
    written = triples_of(path)

    model = through_json(through_workbook(from_triples(written)))

    assert same_graph(to_triples(model), written)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_form_has_a_field_for_all_that_a_shipped_model_says(path: Path) -> None:
    model = from_triples(triples_of(path))

    assert (model.further, model.unsaid) == (frozenset(), frozenset())


@_SETTINGS
@given(models())
def test_any_model_comes_back_from_turtle_workbook_and_json(model: PositionModel) -> None:
    said = to_triples(model)

    assert same_graph(to_triples(from_triples(said)), said)
    assert same_graph(to_triples(through_workbook(from_triples(said))), said)
    assert same_graph(to_triples(through_json(from_triples(said))), said)


@_SETTINGS
@given(models())
def test_workbook_and_json_give_the_very_same_records(model: PositionModel) -> None:
    bare = from_triples(each for each in to_triples(model) if each not in model.further)

    assert through_workbook(bare) == bare
    assert through_json(bare) == bare


@_SETTINGS
@given(st.lists(statements(), max_size=6), st.sets(st.integers(0, 400), max_size=6))
def test_what_the_form_cannot_say_is_carried_along_and_what_it_implies_is_not_made_up(
    added: list[Triple], removed: set[int]
) -> None:
    shipped = triples_of(_TRAINER)
    kept = [each for number, each in enumerate(shipped) if number not in removed]
    document = {*_still_one_model(kept), *added}

    model = from_triples(document)

    assert set(to_triples(model)) == document
    assert same_graph(to_triples(through_workbook(model)), document)
    assert same_graph(to_triples(through_json(model)), document)


def _still_one_model(triples: list[Triple]) -> list[Triple]:
    """The triples with the two that every form needs: that there is a model, of a framework."""
    needed = ("core#PositionModel", "framework/t12")
    kept = [each for each in triples_of(_TRAINER) if str(each.object).rstrip(">").endswith(needed)]
    return [*triples, *kept]


def test_duties_keep_their_order_by_rank() -> None:
    model = from_triples(triples_of(_TRAINER))

    ranks = [duty.rank for duty in through_workbook(model).position.duties]
    shown = [duty["rank"] for duty in to_json(model, choices())["position"]["duties"]]

    assert ranks == shown == [1, 2, 3, 4, 5, 6][: len(ranks)]
    assert len(ranks) >= 5


def test_numbers_are_numbers_where_they_can_be_and_never_rounded() -> None:
    given = from_triples(triples_of(_TRAINER))
    first, second, *_ = given.requirements
    exact = Decimal("2.000000000000000000001")
    changed = PositionModel(
        **{
            **vars(given),
            "requirements": (
                type(first)(**{**vars(first), "level": Decimal("8.5"), "weight": Decimal("3.0")}),
                type(second)(**{**vars(second), "level": exact, "weight": Decimal("2.50")}),
            ),
        }
    )

    shown = to_json(changed, choices())["directions"]

    assert [(each["level"], each["weight"]) for each in shown] == [
        (8.5, 3),
        ("2.000000000000000000001", "2.50"),
    ]
    assert through_workbook(changed).requirements[1].level == exact
    assert str(through_workbook(changed).requirements[1].weight) == "2.50"


def test_no_text_of_a_model_is_a_formula_in_its_workbook() -> None:
    model = from_triples(triples_of(_TRAINER))
    texts = {"zh": '=HYPERLINK("http://example.org")', "en": "=1+1"}
    position = type(model.position)(**{**vars(model.position), "label": texts})
    hostile = PositionModel(**{**vars(model), "position": position})

    book = openpyxl.load_workbook(io.BytesIO(as_workbook(hostile)))

    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    assert {cell.value for cell in cells} >= set(texts.values())


def test_the_same_model_gives_the_same_bytes() -> None:
    model = from_triples(triples_of(_TRAINER))

    assert as_workbook(model) == as_workbook(from_triples(reversed(triples_of(_TRAINER))))
