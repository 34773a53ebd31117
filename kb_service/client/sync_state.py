"""What a folder remembers of the service that its files were pulled from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from kb_service.client.whole_files import write_whole
from kb_service.findings import RefusedInput, violation

FILE = ".rengang-sync.json"
_FIELDS = {"file", "etag", "digest", "submitted"}


@dataclass(frozen=True)
class SharedState:
    """What folder and service last had in common of a graph.

    `digest` is that of the content, whatever the bytes. `submitted` is the digest of the content
    that was last handed in as a new version of a position model, and waits there to be published.
    """

    file: str
    etag: str
    digest: str
    submitted: str = ""


@dataclass(frozen=True)
class SyncState:
    """The service's address and what was last in common, by the name of the graph."""

    service: str
    graphs: Mapping[str, SharedState] = field(default_factory=dict)

    def with_graph(self, name: str, shared: SharedState) -> SyncState:
        """The state with this graph."""
        return replace(self, graphs={**self.graphs, name: shared})

    def without(self, name: str) -> SyncState:
        """The state without this graph."""
        return replace(self, graphs={n: each for n, each in self.graphs.items() if n != name})

    def save(self, folder: Path) -> None:
        """Write the state into the folder, whole or not at all."""
        graphs = {name: asdict(each) for name, each in sorted(self.graphs.items())}
        document = {"service": self.service, "graphs": graphs}
        text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
        write_whole(folder / FILE, text.encode())


def read_state(folder: Path, service: str) -> SyncState:
    """What the folder remembers; an empty state where nothing was pulled yet.

    Raises RefusedInput when the file cannot be read, or when it is of another service.
    """
    path = folder / FILE
    if not path.exists():
        return SyncState(service)
    try:
        state = _read(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _damaged(path) from error
    if state.service != service:
        raise _of_another(path, state.service, service)
    return state


def _read(document: Any) -> SyncState:
    graphs = {str(name): SharedState(**each) for name, each in document["graphs"].items()}
    for each in graphs.values():
        if not all(isinstance(getattr(each, name), str) for name in _FIELDS):
            raise TypeError("a field is no text")
    return SyncState(str(document["service"]), graphs)


def _damaged(path: Path) -> RefusedInput:
    finding = violation(
        "读不出这个文件。请拉取到一个新文件夹（rengang pull 新文件夹），再把您改过的文件复制过去。",
        "This file cannot be read. Pull into a new folder (rengang pull NEW-FOLDER) and copy the "
        "files you have changed there.",
        str(path),
    )
    return RefusedInput((finding,))


def _of_another(path: Path, known: str, asked: str) -> RefusedInput:
    finding = violation(
        f"这个文件夹是从 {known} 拉取的，不是 {asked}。请用 --url {known}，或另用一个文件夹。",
        f"This folder was pulled from {known}, not from {asked}. Use --url {known}, or another "
        "folder.",
        str(path),
    )
    return RefusedInput((finding,))
