"""`rengang serve`: the service in the foreground."""

from __future__ import annotations

import logging
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from types import FrameType

import click

from kb_service.cli.commands import Command, data_folder, option, with_shared_options
from kb_service.cli.failures import Unavailable
from kb_service.cli.importing import load_example
from kb_service.cli.language import Words, say, told
from kb_service.cli.opening import writing
from kb_service.cli.terminal import remark

_WORDS = Words(
    zh="""
    启动服务：网页、JSON API 和 SPARQL 端点，在前台运行。

    Ctrl-C 或 SIGTERM 停止；已应答的写入都已落盘。第一次启动会新建数据文件夹。
    --example 只在数据文件夹里还没有人员时载入示例机构。

    示例：
      rengang serve
      rengang serve --example --data ./data
      rengang serve --host 0.0.0.0 --port 80
    """,
    en="""
    Serve pages, the JSON API and the SPARQL endpoint, in the foreground.

    Ctrl-C or SIGTERM stops it; what was acknowledged is on disk. The first start
    makes the data folder. --example loads the example organisation, and only while
    nobody is in the data folder yet.

    Examples:
      rengang serve
      rengang serve --example --data ./data
      rengang serve --host 0.0.0.0 --port 80
    """,
)


@click.command("serve", cls=Command, words=_WORDS)
@with_shared_options
@option(
    "--host", default="127.0.0.1", show_default=True, zh="监听的地址。", en="Address to listen on."
)
@option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    zh="监听的端口；0 表示任选一个空闲端口。",
    en="Port to listen on; 0 takes a free one.",
)
@option(
    "--example",
    is_flag=True,
    zh="还没有人员时载入示例机构。",
    en="Load the example organisation while nobody is in here.",
)
def serve(host: str, port: int, example: bool) -> None:
    """Open the data folder, say where everything is, and serve until told to stop."""
    from kb_service.web import create_app
    from kb_service.web.server import serve as serve_app

    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    signal.signal(signal.SIGTERM, _stop)
    port = _free(host, port)
    with writing() as base:
        if example and base.is_empty():
            load_example(base)
        for note in base.missing():
            remark(told(note.message))
        app = create_app(base)
        threading.Thread(
            target=_announce, args=(host, port, _places(host, port)), daemon=True
        ).start()
        serve_app(app, host, port)


def _free(host: str, port: int) -> int:
    """The port, or a free one for 0. Raises Unavailable before the long work of loading."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            return int(probe.getsockname()[1])
    except OSError as error:
        raise Unavailable(
            f"无法在 {host}:{port} 上监听（{error.strerror}）；请用 --port 另选一个端口。",
            f"Cannot listen on {host}:{port} ({error.strerror}); choose another with --port.",
        ) from error


def _places(host: str, port: int) -> str:
    """Where the service is and where it keeps its data."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    folder = data_folder().resolve()
    return say(
        f"服务地址：http://{shown}:{port}/\n数据文件夹：{folder}\n按 Ctrl-C 停止。",
        f"Serving at http://{shown}:{port}/\nData folder {folder}\nStop with Ctrl-C.",
    )


def _announce(host: str, port: int, places: str) -> None:
    """Say where the service is as soon as it listens, so that whoever reads it may connect."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    for _ in range(600):
        with suppress(OSError), socket.create_connection((reachable, port), timeout=1):
            click.echo(places)
            sys.stdout.flush()
            return
        time.sleep(0.05)


def _stop(number: int, frame: FrameType | None) -> None:
    """End as the server itself would, should the signal come while things are still loading."""
    raise SystemExit(0)
