"""The workbook of a position model, empty for a new author or with a model in it."""

from __future__ import annotations

from openpyxl import Workbook

from kb_service.position_models.choices import ModelChoices
from kb_service.position_models.model import (
    USUAL_EVIDENCE,
    USUAL_STATUS,
    USUAL_VERSION,
    PositionModel,
)
from kb_service.sheets.heading import Target, save
from kb_service.sheets.model_example import write_example
from kb_service.sheets.model_guide import write_model_guide
from kb_service.sheets.model_layout import tables_for
from kb_service.sheets.model_lists import ModelLists
from kb_service.sheets.model_sheets import (
    form_values,
    write_form_sheet,
    write_statements_sheet,
    write_table_sheet,
)

_PREFILLED = {"version": USUAL_VERSION, "status": USUAL_STATUS, "evidence": USUAL_EVIDENCE}


def write_model_template(
    target: Target,
    choices: ModelChoices,
    framework: str | None = None,
    example: PositionModel | None = None,
) -> None:
    """The empty workbook for a position model, written to a path or a binary file.

    It has the sheets that models of this framework need, or those of all frameworks, and an
    excerpt of the example to look at. The same choices give the same bytes.
    """
    plans = tables_for(choices.kinds_of(framework or ""))
    book, lists = _new_book(), ModelLists(choices)
    form = {**_PREFILLED, "framework": framework or ""}
    write_form_sheet(book, lists, form)
    for plan in plans:
        write_table_sheet(book, lists, plan, ())
    write_model_guide(book, plans, choices)
    if example:
        write_example(book, lists, plans, example)
    lists.write(book)
    save(book, target)


def write_model_workbook(target: Target, choices: ModelChoices, model: PositionModel) -> None:
    """The workbook with this model in it, so that reading it gives the model back."""
    kinds = {*choices.kinds_of(model.framework), *(each.kind for each in model.requirements)}
    kinds |= {"indicator"} if model.standards else set()
    plans = tables_for(tuple(kinds))
    book, lists = _new_book(), ModelLists(choices)
    write_form_sheet(book, lists, form_values(model))
    for plan in plans:
        write_table_sheet(book, lists, plan, plan.records(model))
    if model.further or model.unsaid:
        write_statements_sheet(book, model)
    write_model_guide(book, plans, choices)
    lists.write(book)
    save(book, target)


def _new_book() -> Workbook:
    book = Workbook()
    book.remove(book.active)
    return book
