"""Spreadsheets in and out: the template that HR fills in, and what a filled one says."""

from kb_service.sheets.contents import SheetContents
from kb_service.sheets.places import Places
from kb_service.sheets.reading import read_workbook
from kb_service.sheets.template import write_template, write_workbook

__all__ = ["Places", "SheetContents", "read_workbook", "write_template", "write_workbook"]
