"""Writes the table of all settings into `docs/operations.md`, between its two marks.

    python -m tools.configuration_reference

Run it again when a setting has changed.
"""

from __future__ import annotations

from pathlib import Path

from kb_service.configuration.reference import reference

PAGE = Path(__file__).parents[1] / "docs" / "operations.md"
BEGINNING = "<!-- settings: written by python -m tools.configuration_reference -->\n"
END = "<!-- end of settings -->\n"


def with_reference(page: str) -> str:
    """The page with the table as it is now. Raises ValueError when it has no marks."""
    before, beginning, rest = page.partition(BEGINNING)
    _, end, after = rest.partition(END)
    if not (beginning and end):
        raise ValueError(f"{PAGE.name} has no marks for the table of settings")
    return f"{before}{beginning}\n{reference()}{end}{after}"


def main() -> None:
    """Bring the page up to date."""
    PAGE.write_text(with_reference(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
