"""`rengang serve --plain`: an empty dataset behind the same protocols, for this machine alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from kb_service.access.front_door import is_loopback
from kb_service.cli.commands import chosen_data_folder
from kb_service.cli.failures import Unavailable, told_apart
from kb_service.configuration import Configuration
from kb_service.knowledge_base.shared_graphs import STORE
from kb_service.store import KnowledgeStore


def refuse_other_hosts(host: str) -> None:
    """Raise Unavailable for an address that others than this machine can reach."""
    if not is_loopback(host):
        raise Unavailable(
            f"--plain 不问来者是谁，只能在本机上监听，不能用 {host}；请去掉 --host。",
            f"--plain asks nobody who they are, so it listens on loopback only, not on {host}; "
            "leave --host out.",
        )


def serve_plain(host: str, port: int, configuration: Configuration) -> None:
    """Serve the data folder of `--data`, or one that is gone afterwards, until told to stop."""
    from kb_service.web.listening import make_server
    from kb_service.web.plain import close, create_plain_app
    from kb_service.web.security import ANSWERED_NAMES

    with _plain_store() as store:
        app = create_plain_app(store, configuration)
        app.config[ANSWERED_NAMES] = {"localhost", "127.0.0.1", "::1", host}
        server = make_server(app, host, port)
        try:
            server.run()
        finally:
            server.close()
            close(app)


@contextmanager
def _plain_store() -> Iterator[KnowledgeStore]:
    chosen = chosen_data_folder()
    with TemporaryDirectory() as scratch:
        folder = chosen or Path(scratch) / "data"
        with told_apart(folder), KnowledgeStore(folder) as store:
            if store.graph(STORE):
                raise Unavailable(
                    f"{folder} 是普通服务的数据文件夹；--plain 请另用一个新文件夹。",
                    f"{folder} is the data folder of the ordinary service; "
                    "give --plain a folder of its own.",
                )
            yield store
