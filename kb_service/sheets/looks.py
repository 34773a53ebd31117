"""How the template looks: colours, fonts and borders by the kind of column."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

_FONT = "Microsoft YaHei"
_LINE = Side(style="thin", color="D5DBE3")


@dataclass(frozen=True)
class Band:
    """A group of columns: its title in both languages, its strong and its light colour."""

    zh: str
    en: str
    strong: str
    light: str


BANDS = {
    "person": Band("人员", "Person", "33506E", "E6ECF3"),
    "assessment": Band("测评", "Assessment", "2F7276", "E1F0F0"),
    "direction": Band("职业方向", "Career directions", "5B4B8A", "ECE8F5"),
    "ability": Band("能力", "Abilities", "3E7A4B", "E5F2E7"),
    "motivation": Band("动机", "Motivations", "A0662A", "FAEEDD"),
}
OTHER_BAND = Band("其他", "Other", "5F6B77", "EDEFF2")

BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)
UPRIGHT = Alignment(horizontal="center", vertical="bottom", text_rotation=90, wrap_text=True)
LEFT = Alignment(horizontal="left", vertical="center")
WRAPPED = Alignment(vertical="top", wrap_text=True)


@cache
def fill(colour: str) -> PatternFill:
    """A plain background."""
    return PatternFill("solid", fgColor=colour)


@cache
def font(size: float = 10, bold: bool = False, colour: str = "1F2933") -> Font:
    """The template's typeface."""
    return Font(name=_FONT, size=size, bold=bold, color=colour)
