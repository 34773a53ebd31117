"""A folder in which somebody edits knowledge: which of its files count, and what they hold now."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

PARTS: Mapping[str, tuple[str, ...]] = {
    "ontology": (".ttl",),
    "rules": (".rq", ".ttl"),
    "shapes": (".ttl",),
}
"""The parts of a knowledge folder that may be edited, with the endings of the files that count."""

Snapshot = Mapping[str, bytes]
"""What files hold, by their place in a knowledge folder, such as `ontology/core.ttl`."""


class NothingToWatch(ValueError):
    """The folder is neither a knowledge folder nor one with ontologies."""


class FolderGone(OSError):
    """The folder cannot be read any more."""


@dataclass(frozen=True)
class WatchedFolder:
    """A folder to watch, and the folders in it by the part of the knowledge that they are."""

    path: Path
    parts: Mapping[str, Path]

    @classmethod
    def of(cls, path: Path) -> WatchedFolder:
        """The folder at a path: one that holds `ontology/`, or a folder of ontologies itself.

        Raises NothingToWatch.
        """
        whole = path.resolve()
        if (whole / "ontology").is_dir():
            found = {name: whole / name for name in PARTS if (whole / name).is_dir()}
            return cls(whole, found)
        if any(_files(whole, PARTS["ontology"])):
            return cls(whole, {"ontology": whole})
        raise NothingToWatch(str(path))

    def snapshot(self) -> Snapshot:
        """What the files hold at this moment. Raises FolderGone."""
        found: dict[str, bytes] = {}
        for part, folder in self.parts.items():
            if not folder.is_dir():
                raise FolderGone(str(folder))
            for path in _files(folder, PARTS[part]):
                try:
                    found[f"{part}/{path.relative_to(folder).as_posix()}"] = path.read_bytes()
                except FileNotFoundError:
                    continue  # removed or renamed while we looked, as editors do when they save
                except OSError as error:
                    raise FolderGone(f"{path}: {error.strerror}") from error
        return found

    def write_candidate(self, snapshot: Snapshot, product: Path, target: Path) -> None:
        """Make a knowledge folder of what the product has and, in its place, what is edited."""
        for part in (*PARTS, "examples"):
            if (product / part).is_dir():
                shutil.copytree(product / part, target / part)
        for part in self.parts:
            for path in list(_files(target / part, PARTS[part])):
                path.unlink()
        for place, content in snapshot.items():
            (target / place).parent.mkdir(parents=True, exist_ok=True)
            (target / place).write_bytes(content)


def _files(folder: Path, endings: tuple[str, ...]) -> Iterator[Path]:
    """The files that count, in a fixed order; what editors hide is none of them."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.suffix in endings and not hidden and path.is_file():
            yield path
