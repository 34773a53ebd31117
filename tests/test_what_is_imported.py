"""What takes seconds to import is imported only by what has a use for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

STATISTICS = {"pandas", "scipy", "statsmodels"}


@pytest.mark.parametrize(
    ("module", "spared"),
    [
        ("kb_service.cli.main", STATISTICS | {"flask", "pyshacl"}),
        ("kb_service.web", STATISTICS | {"pyshacl"}),
        ("kb_service.engine.worker", STATISTICS | {"pyshacl", "rdflib"}),
    ],
)
def test_who_has_no_use_for_a_large_package_does_not_import_it(
    module: str, spared: set[str]
) -> None:
    told = subprocess.run(
        [sys.executable, "-c", f"import sys, {module}; print(*sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
    )

    assert module in told.stdout.split()
    assert not spared & set(told.stdout.split())
