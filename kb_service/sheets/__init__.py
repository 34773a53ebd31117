"""Spreadsheets in and out: the templates that people fill in, and what a filled one says."""

from kb_service.sheets.contents import SheetContents
from kb_service.sheets.model_reading import is_model_workbook, read_model_workbook
from kb_service.sheets.model_template import write_model_template, write_model_workbook
from kb_service.sheets.performance_contents import PerformanceContents
from kb_service.sheets.performance_template import example_of, write_performance_template
from kb_service.sheets.places import Places
from kb_service.sheets.reading import read_workbook
from kb_service.sheets.template import write_template, write_workbook

__all__ = [
    "PerformanceContents",
    "Places",
    "SheetContents",
    "example_of",
    "is_model_workbook",
    "read_model_workbook",
    "read_workbook",
    "write_model_template",
    "write_model_workbook",
    "write_performance_template",
    "write_template",
    "write_workbook",
]
