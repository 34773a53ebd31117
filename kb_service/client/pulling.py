"""The graphs of a service as files in a folder, without overwriting what was changed there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kb_service.client.exchanging import (
    Outcome,
    RemoteGraph,
    Step,
    held_back,
    remote_ontologies,
)
from kb_service.client.graph_files import (
    GraphFile,
    laid_out,
    place_of,
    read_folder,
    write_catalogs,
)
from kb_service.client.rengang import Rengang
from kb_service.client.sync_state import SharedState, SyncState, read_state
from kb_service.client.whole_files import write_whole


def pull(
    service: Rengang, folder: Path, *, delete: bool = False, dry_run: bool = False
) -> list[Outcome]:
    """Bring a folder up to the service; answers what was done, or with `dry_run` would be.

    Where a graph was changed on both sides nothing at all is written. With `delete`, files go of
    graphs that the service has no more, unless they were changed. Raises RefusedInput for a folder
    with files that cannot be read, OSError, and Problem when the service does not answer.
    """
    state = read_state(folder, service.url)
    local = read_folder(folder)
    plan = _Plan(folder, remote_ontologies(service), local, state)
    outcomes = held_back(list(plan.outcomes(delete)))
    if not dry_run and not any(outcome.step.fails for outcome in outcomes):
        folder.mkdir(parents=True, exist_ok=True)
        plan.carry_out(outcomes)
    return outcomes


@dataclass(frozen=True)
class _Plan:
    """Both sides, and what they last had in common."""

    folder: Path
    remote: Mapping[str, RemoteGraph]
    local: Mapping[str, GraphFile]
    state: SyncState

    def outcomes(self, delete: bool) -> Iterator[Outcome]:
        taken = {self._place(file) for file in self.local.values()}
        for graph in self.remote.values():
            step, file = self._of_remote(graph), self.local.get(graph.name)
            if file is not None:
                yield Outcome(step, graph.name, self._place(file))
                continue
            known = self.state.graphs.get(graph.name)
            if step is not Step.WRITTEN and known is not None:
                yield Outcome(step, graph.name, known.file)
                continue
            place = str(place_of(graph.name, graph.triples, taken))
            taken.add(place)
            yield Outcome(step, graph.name, place)
        for name in sorted({**self.local, **self.state.graphs}.keys() - self.remote.keys()):
            yield from self._of_gone(name, delete)

    def _place(self, file: GraphFile) -> str:
        return file.path.relative_to(self.folder).as_posix()

    def _of_remote(self, graph: RemoteGraph) -> Step:
        file, known = self.local.get(graph.name), self.state.graphs.get(graph.name)
        if file is None and known is None:
            return Step.WRITTEN
        if file is None:
            assert known is not None
            return Step.MISSING_HERE if graph.digest == known.digest else Step.CONFLICT
        if file.digest == graph.digest:
            return Step.SAME
        if known is None:
            return Step.CONFLICT
        if file.digest in (known.digest, known.submitted) and graph.digest != known.digest:
            return Step.RENEWED
        return Step.CHANGED_HERE if graph.digest == known.digest else Step.CONFLICT

    def _of_gone(self, name: str, delete: bool) -> Iterator[Outcome]:
        """What becomes of a graph that the service has no more, or never had."""
        file, known = self.local.get(name), self.state.graphs.get(name)
        if file is None:
            return
        place = self._place(file)
        if known is None or not known.digest:
            yield Outcome(Step.NEW_HERE, name, place)
        elif file.digest != known.digest:
            yield Outcome(Step.CONFLICT, name, place)
        else:
            yield Outcome(Step.REMOVED if delete else Step.MISSING_THERE, name, place)

    def carry_out(self, outcomes: list[Outcome]) -> None:
        """Write what the outcomes say, and remember after each file what both sides now share."""
        state = self.state
        files = {file.name: self._place(file) for file in self.local.values()}
        contents = {
            each.graph: laid_out(self.folder, each.file, self.remote[each.graph].triples)
            for each in outcomes
            if each.step in (Step.WRITTEN, Step.RENEWED)
        }
        for outcome in outcomes:
            name = outcome.graph
            if name in contents:
                write_whole(self.folder / outcome.file, contents[name])
                files[name] = outcome.file
            elif outcome.step is Step.REMOVED:
                (self.folder / outcome.file).unlink()
                files.pop(name)
            if outcome.step in (Step.WRITTEN, Step.RENEWED, Step.SAME):
                graph = self.remote[name]
                state = state.with_graph(name, SharedState(outcome.file, graph.etag, graph.digest))
                state.save(self.folder)
        for name in self.state.graphs.keys() - self.remote.keys() - files.keys():
            state = state.without(name)
        state.save(self.folder)
        write_catalogs(self.folder, files)
