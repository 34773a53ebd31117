"""What was changed in a folder, sent to the service, without overwriting what was changed there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from kb_service.client.exchanging import (
    Outcome,
    RemoteGraph,
    Step,
    held_back,
    remote_graph,
    shipped_graphs,
)
from kb_service.client.graph_files import GraphFile, describes_model, read_folder
from kb_service.client.problems import (
    Changed,
    NotAllowed,
    Problem,
    Refused,
    Unavailable,
    findings_in,
)
from kb_service.client.rengang import Rengang
from kb_service.client.sync_state import SharedState, SyncState, read_state
from kb_service.findings import Finding

_NOTHING_WRITTEN_YET = "*"
_ATTEMPTS = 5
"""At a graph that is as it was while something else is being written on the service."""


def push(
    service: Rengang, folder: Path, *, delete: bool = False, dry_run: bool = False
) -> list[Outcome]:
    """Send what was changed in a folder; answers what was done, or with `dry_run` would be.

    Where a graph was changed on both sides nothing at all is sent. Otherwise each graph is checked
    by the service and sent for itself, modules before position models; a position model is handed
    in as a new version, for others to review and publish. With `delete`, graphs go of which the
    folder has no file any more. Raises RefusedInput for a folder with files that cannot be read.
    """
    state = read_state(folder, service.url)
    local = read_folder(folder)
    pushing = _Pushing(service, folder, local, state, shipped_graphs(service))
    planned = pushing.planned(delete)
    if any(each.outcome.step is Step.CONFLICT for each in planned):
        return held_back([each.outcome for each in planned])
    return list(pushing.carried_out(planned, dry_run))


@dataclass(frozen=True)
class _Planned:
    """What is to be done with a graph, and what the service has of it."""

    outcome: Outcome
    remote: RemoteGraph | None = None


class _Pushing:
    """One run: both sides, and what they have in common so far."""

    def __init__(
        self,
        service: Rengang,
        folder: Path,
        local: Mapping[str, GraphFile],
        state: SyncState,
        shipped: frozenset[str],
    ) -> None:
        self._service = service
        self._folder = folder
        self._local = local
        self._state = state
        self._shipped = shipped

    def planned(self, delete: bool) -> list[_Planned]:
        """What is to be done: modules first, position models after them, deletions last."""
        files = sorted(self._local.values(), key=lambda file: (file.is_model, file.path))
        gone = sorted(self._state.graphs.keys() - self._local.keys(), reverse=True)
        return [
            *(self._of_file(file) for file in files),
            *(each for name in gone for each in self._of_missing(name, delete)),
        ]

    def _of_file(self, file: GraphFile) -> _Planned:
        known = self._state.graphs.get(file.name)
        place = file.path.relative_to(self._folder).as_posix()
        if known is not None and file.digest == known.digest:
            return _Planned(Outcome(Step.SAME, file.name, place))
        if known is not None and file.digest == known.submitted:
            return _Planned(Outcome(Step.WAITING, file.name, place))
        remote = remote_graph(self._service, file.name)
        step = self._step(file, remote, known)
        return _Planned(Outcome(step, file.name, place), remote)

    def _step(self, file: GraphFile, remote: RemoteGraph | None, known: SharedState | None) -> Step:
        before = known.digest if known else ""
        there = remote.digest if remote else ""
        if there == file.digest:
            return Step.SAME
        if there != before:
            return Step.CONFLICT
        if file.is_model or (remote is not None and describes_model(remote.triples)):
            return Step.SUBMITTED
        return Step.SHIPPED if file.name in self._shipped else Step.SENT

    def _of_missing(self, name: str, delete: bool) -> Iterator[_Planned]:
        """What becomes of a graph of which there is no file any more."""
        known = self._state.graphs[name]
        remote = remote_graph(self._service, name)
        if remote is None:
            return
        step = Step.MISSING_HERE
        if delete and name in self._shipped:
            step = Step.SHIPPED
        elif delete:
            step = Step.DELETED if remote.digest == known.digest else Step.CONFLICT
        yield _Planned(Outcome(step, name, known.file), remote)

    def carried_out(self, planned: list[_Planned], dry_run: bool) -> Iterator[Outcome]:
        """Do what is planned, and remember after each graph what both sides now share."""
        stopped = ""
        for each in planned:
            outcome = each.outcome
            if not outcome.step.changes:
                self._note_same(outcome, dry_run)
                yield outcome
            elif stopped:
                yield replace(outcome, step=Step.NOT_DONE, detail=stopped)
            else:
                done = self._tried(each, dry_run)
                stopped = done.detail if done.step is Step.NOT_DONE else ""
                yield done
        if not dry_run:
            self._state.save(self._folder)

    def _note_same(self, outcome: Outcome, dry_run: bool) -> None:
        """Remember that both sides have come to say the same."""
        file = self._local.get(outcome.graph)
        if outcome.step is Step.SAME and file is not None and not dry_run:
            known = self._state.graphs.get(file.name)
            etag = known.etag if known else ""
            self._remember(file.name, SharedState(outcome.file, etag, file.digest))

    def _remember(self, name: str, shared: SharedState) -> None:
        self._state = self._state.with_graph(name, shared)
        self._state.save(self._folder)

    def _tried(self, planned: _Planned, dry_run: bool) -> Outcome:
        """What came of sending a graph, deleting it, or handing it in."""
        outcome = planned.outcome
        try:
            if outcome.step is not Step.DELETED:
                findings = self._checked(self._local[outcome.graph])
                outcome = replace(outcome, findings=findings)
            if any(finding.severity == "violation" for finding in outcome.findings):
                return replace(outcome, step=Step.REFUSED)
            return outcome if dry_run else self._sent(replace(planned, outcome=outcome))
        except Refused as refused:
            return replace(
                outcome, step=Step.REFUSED, detail=refused.detail, findings=refused.findings
            )
        except NotAllowed as problem:
            return replace(outcome, step=Step.FORBIDDEN, detail=problem.detail)
        except Unavailable as problem:
            return replace(outcome, step=Step.NOT_DONE, detail=str(problem))
        except Problem as problem:
            return replace(outcome, step=Step.REFUSED, detail=str(problem))

    def _checked(self, file: GraphFile) -> tuple[Finding, ...]:
        return findings_in(self._service.validate(file.path))

    def _sent(self, planned: _Planned) -> Outcome:
        """The outcome of sending a graph, deleting it, or handing it in. Raises Problem."""
        outcome = planned.outcome
        if outcome.step is Step.SUBMITTED:
            return self._submitted(outcome)
        for _ in range(_ATTEMPTS):
            remote = remote_graph(self._service, outcome.graph)
            if (remote and remote.digest) != (planned.remote and planned.remote.digest):
                break
            with suppress(Changed):  # the tag is that of everything stored, so it may be another's
                return self._written(outcome, remote)
        return replace(outcome, step=Step.CONFLICT)

    def _submitted(self, outcome: Outcome) -> Outcome:
        file = self._local[outcome.graph]
        where = self._service.submit_position_model(file.path)
        known = self._state.graphs.get(file.name) or SharedState(outcome.file, "", "")
        self._remember(file.name, replace(known, submitted=file.digest))
        return replace(outcome, detail=where)

    def _written(self, outcome: Outcome, remote: RemoteGraph | None) -> Outcome:
        """Write a graph, or delete it, where it is as it was read. Raises Changed."""
        name = outcome.graph
        if outcome.step is Step.DELETED:
            self._service.delete_graph(name, if_match=remote.etag if remote else None)
            self._state = self._state.without(name)
            self._state.save(self._folder)
            return outcome
        file = self._local[name]
        etag = self._service.put_graph(
            name,
            file.triples,
            if_match=remote.etag if remote else None,
            if_none_match=None if remote else _NOTHING_WRITTEN_YET,
        )
        self._remember(name, SharedState(outcome.file, etag or "", file.digest))
        return outcome
