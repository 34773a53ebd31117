"""The knowledge folder that the service reads: a copy of the last state that was in order."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

_CURRENT = "current"


class Stage:
    """A folder with copies of the knowledge, one of which `root` leads to at any time.

    It lies in the data folder and outlives the service, so that a folder that is broken when the
    service starts does not replace what was in order before.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def root(self) -> Path:
        """The knowledge folder to read; what it leads to changes at one stroke."""
        return self._folder / _CURRENT

    def prepare(self, product: Path) -> None:
        """Begin with what the product has, unless there is a copy already.

        Migrations are always those of the product, so that a new release asks for its upgrade.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        if not self.root.is_dir():
            first = self.new_copy()
            for part in ("ontology", "rules", "shapes", "examples"):
                if (product / part).is_dir():
                    shutil.copytree(product / part, first / part)
            self.lead_to(first)
        migrations = self.root / "ontology" / "migrations"
        shutil.rmtree(migrations, ignore_errors=True)
        if (product / "ontology" / "migrations").is_dir():
            shutil.copytree(product / "ontology" / "migrations", migrations)

    def new_copy(self) -> Path:
        """An empty folder for a copy."""
        return Path(tempfile.mkdtemp(prefix="copy-", dir=self._folder))

    def lead_to(self, copy: Path) -> Path | None:
        """Have `root` lead to a copy; answers where it led to before."""
        before = self.root.resolve() if self.root.is_symlink() else None
        link = self._folder / f"{_CURRENT}.new"
        link.unlink(missing_ok=True)
        link.symlink_to(copy.name, target_is_directory=True)
        link.replace(self.root)
        return before

    def clear(self) -> None:
        """Remove every copy but the one that `root` leads to."""
        kept = self.root.resolve()
        for copy in self._folder.glob("copy-*"):
            if copy.resolve() != kept:
                shutil.rmtree(copy, ignore_errors=True)
