"""How the server takes in connections."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from kb_service.configuration import Configuration, ServerSettings
from kb_service.store import KnowledgeStore
from kb_service.web.listening import make_server, turn
from kb_service.web.plain import close, create_plain_app


@contextmanager
def listening(folder: Path, connections: int) -> Iterator[Any]:
    """A server that takes a turn when it is told to."""
    configuration = Configuration(server=ServerSettings(connections=connections))
    with KnowledgeStore(folder) as store:
        app = create_plain_app(store, configuration)
        server = make_server(app, "127.0.0.1", 0)
        try:
            yield server
        finally:
            server.close()
            server.task_dispatcher.shutdown()
            close(app)


def connected(server: Any, clients: int, held: ExitStack) -> None:
    """Have so many clients connect, of whom the server has heard nothing yet."""
    for _ in range(clients):
        address = ("127.0.0.1", server.effective_port)
        held.enter_context(socket.create_connection(address, 10))


def test_many_who_come_at_once_are_taken_in_in_one_turn(tmp_path: Path) -> None:
    with listening(tmp_path / "data", connections=100) as server, ExitStack() as held:
        connected(server, 30, held)

        turn(server)

        assert len(server.active_channels) == 30


def test_no_more_are_taken_in_than_there_may_be(tmp_path: Path) -> None:
    with listening(tmp_path / "data", connections=12) as server, ExitStack() as held:
        connected(server, 30, held)

        turn(server)

        assert len(server.active_channels) <= 12
