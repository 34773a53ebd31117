"""Why something is left as it is."""

from __future__ import annotations


class CannotFormat(ValueError):
    """Why a text has no layout here, in Chinese and English; `line` is 0 where no line is at fault."""

    def __init__(self, zh: str, en: str, line: int = 0) -> None:
        super().__init__(f"line {line}: {en}" if line else en)
        self.zh = zh
        self.en = en
        self.line = line
