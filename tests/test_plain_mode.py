"""`rengang serve --plain`: for this machine alone, and never over the knowledge base's own data."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from kb_service.cli.main import main
from tests.conformance.server import plain_service


def test_plain_mode_listens_on_loopback_only() -> None:
    result = CliRunner().invoke(main, ["--lang", "en", "serve", "--plain", "--host", "0.0.0.0"])

    assert result.exit_code == 4
    assert "loopback only" in result.output


def test_plain_mode_leaves_the_data_of_the_knowledge_base_alone(
    knowledge_base: object, data_folder: Path
) -> None:
    command = ["--lang", "en", "serve", "--plain", "--port", "0", "--data", str(data_folder)]

    result = CliRunner().invoke(main, command)

    assert result.exit_code == 4


def test_a_plain_dataset_begins_empty_and_has_nothing_of_ours(tmp_path: Path) -> None:
    with plain_service(tmp_path / "data") as endpoint:
        client, root = endpoint.client, endpoint.data.removesuffix("/data")

        assert endpoint.query("SELECT * { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }") == []
        for path in ("/", "/api/v1/people", "/import"):
            assert client.get(root + path).status_code == 404
        assert client.get(f"{endpoint.data}?default", headers={"Host": "evil"}).status_code == 421
