"""Every setting as a page shows it: what it is for, its values and its default."""

from __future__ import annotations

from collections.abc import Iterator

from kb_service.configuration.constraints import Between, OneOf, Secret
from kb_service.configuration.schema import Setting, sections, settings
from kb_service.configuration.values import as_toml


def reference() -> str:
    """A table of Markdown for each section, those outside any first."""
    by_section: dict[str, list[Setting]] = {"": []}
    for setting in settings().values():
        by_section.setdefault(setting.path.rpartition(".")[0], []).append(setting)
    return "\n".join(line for name, found in by_section.items() for line in _table(name, found))


def _table(name: str, found: list[Setting]) -> Iterator[str]:
    title = f"`[{name}]`: {sections()[name]}" if name else "At the top, before any section."
    yield f"### {title.removesuffix('.')}"
    yield ""
    yield "| setting | default | values | what it is for |"
    yield "|---|---|---|---|"
    for setting in found:
        cells = (
            f"`{setting.path.rpartition('.')[2]}`{'*' if setting.counts_from_start else ''}",
            f"`{as_toml(setting.default)}`",
            _values(setting),
            " ".join(setting.description.split()),
        )
        yield f"| {' | '.join(cells)} |"
    yield ""


def _values(setting: Setting) -> str:
    for constraint in setting.constraints:
        if isinstance(constraint, Between):
            return f"{constraint.least:,} to {constraint.most:,}"
        if isinstance(constraint, OneOf):
            return " or ".join(f"`{word}`" for word in constraint.words)
        if isinstance(constraint, Secret):
            return f"a secret of {constraint.least} characters or more"
    return {str: "a text", bool: "`true` or `false`", tuple[str, ...]: "a list of texts"}.get(
        setting.type, "a file"
    )
