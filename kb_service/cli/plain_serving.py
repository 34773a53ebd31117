"""`rengang serve --plain`: an empty dataset behind the same protocols, for this machine alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from kb_service.access.front_door import is_loopback
from kb_service.cli.commands import chosen_data_folder
from kb_service.cli.configured import journal_policy
from kb_service.cli.failures import Unavailable, told_apart
from kb_service.configuration import Configuration
from kb_service.knowledge_base.shared_graphs import STORE
from kb_service.store import JournalPolicy, KnowledgeStore


def refuse_other_hosts(host: str) -> None:
    """Raise Unavailable for an address that others than this machine can reach."""
    if not is_loopback(host):
        raise Unavailable(
            f"--plain 不问来者是谁，只能在本机上监听，不能用 {host}；请去掉 --host。",
            f"--plain asks nobody who they are, so it listens on loopback only, not on {host}; "
            "leave --host out.",
        )


def serve_plain(
    host: str, port: int, configuration: Configuration, load: Callable[[], Configuration]
) -> None:
    """Serve the data folder of `--data`, or one that is gone afterwards, until told to stop.

    On SIGHUP, what `load` gives is the configuration.
    """
    from kb_service.web.plain import create_plain_app, serve

    with _plain_store(journal_policy(configuration)) as store:
        serve(create_plain_app(store, configuration), host, port, load)


@contextmanager
def _plain_store(journal: JournalPolicy) -> Iterator[KnowledgeStore]:
    chosen = chosen_data_folder()
    with TemporaryDirectory() as scratch:
        folder = chosen or Path(scratch) / "data"
        with told_apart(folder), KnowledgeStore(folder, journal=journal) as store:
            if store.graph(STORE):
                raise Unavailable(
                    f"{folder} 是普通服务的数据文件夹；--plain 请另用一个新文件夹。",
                    f"{folder} is the data folder of the ordinary service; "
                    "give --plain a folder of its own.",
                )
            yield store
