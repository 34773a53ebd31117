"""`rengang serve`: the service in the foreground."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import click

from kb_service.cli.commands import (
    Command,
    chosen_data_folder,
    data_folder,
    option,
    with_shared_options,
)
from kb_service.cli.configured import config_option, configuration_file, configured
from kb_service.cli.failures import Unavailable
from kb_service.cli.front_door import refuse_open_door
from kb_service.cli.importing import load_example
from kb_service.cli.language import Words, say, told
from kb_service.cli.opening import writing
from kb_service.cli.plain_serving import refuse_other_hosts, serve_plain
from kb_service.cli.terminal import remark
from kb_service.cli.watching import refuse_watching, watch_over
from kb_service.configuration import Configuration, load

_WORDS = Words(
    zh="""
    启动服务：网页、JSON API 和 SPARQL 端点，在前台运行。

    Ctrl-C 或 SIGTERM 停止：处理完已收到的请求再退出，已应答的写入都已落盘。
    SIGHUP 重新读取配置。第一次启动会新建数据文件夹。
    --example 只在数据文件夹里还没有人员时载入示例机构。
    --watch 边改边看：每次保存后检查语法、形状和规则，用推理机检查有无矛盾，没有
    问题才载入并重新得出结论；结果显示在这里和 /status 页。有问题的状态不会替换正在
    使用的内容。给出本体文件夹就只看本体；给出含有 ontology/ 的知识文件夹，其中的
    rules/ 和 shapes/ 也一起看。下次启动不带 --watch 时，回到随产品发布的知识。

    示例：
      rengang serve
      rengang serve --example --data ./data
      rengang serve --watch ontology
      rengang serve --host 0.0.0.0 --port 80
      rengang serve --config /etc/rengang/rengang.toml
    """,
    en="""
    Serve pages, the JSON API and the SPARQL endpoint, in the foreground.

    Ctrl-C or SIGTERM stops it once the requests it has taken are answered; what was
    acknowledged is on disk. SIGHUP has it read its configuration again. The first
    start makes the data folder. --example loads the example organisation, and only
    while nobody is in the data folder yet.

    With --watch you see what an edit does: after each save, syntax, shapes and rules
    are checked and a reasoner looks for contradictions; only what is in order is
    loaded and concluded from. What was found is told here and on the page /status.
    A state with faults never replaces the one that is served. A folder of ontologies
    is watched for these alone; in a knowledge folder, which holds ontology/, so are
    rules/ and shapes/. The next start without --watch returns to the knowledge that
    ships with the product.

    Examples:
      rengang serve
      rengang serve --example --data ./data
      rengang serve --watch ontology
      rengang serve --host 0.0.0.0 --port 80
      rengang serve --config /etc/rengang/rengang.toml
    """,
)


@click.command("serve", cls=Command, words=_WORDS)
@with_shared_options
@config_option
@option(
    "--host",
    metavar="ADDRESS",
    zh="监听的地址；默认取自配置，否则为 127.0.0.1。",
    en="Address to listen on; that of the configuration, or else 127.0.0.1, by default.",
)
@option(
    "--port",
    type=click.IntRange(0, 65535),
    zh="监听的端口，0 表示任选一个空闲端口；默认取自配置，否则为 8000。",
    en="Port to listen on, 0 takes a free one; that of the configuration, or else 8000.",
)
@option(
    "--log-format",
    type=click.Choice(("json", "text")),
    zh="日志格式：每行一个 JSON 对象，或供人阅读的文本。",
    en="Form of the log: a JSON object on each line, or text for people.",
)
@option(
    "--example",
    is_flag=True,
    zh="还没有人员时载入示例机构。",
    en="Load the example organisation while nobody is in here.",
)
@option(
    "--watch",
    "edited",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    zh="文件夹里的本体（以及规则和形状）一保存就检查并载入。",
    en="Check and load the ontologies, rules and shapes of a folder whenever they are saved.",
)
@option(
    "--plain",
    is_flag=True,
    zh="只提供一个空的 RDF 数据集，没有本产品的知识和校验；仅限本机，用于一致性测试。",
    en="Serve an empty RDF dataset without our knowledge and checks; on loopback only, for "
    "conformance suites.",
)
def serve(
    config: Path | None,
    host: str | None,
    port: int | None,
    log_format: str | None,
    example: bool,
    edited: Path | None,
    plain: bool,
) -> None:
    """Open the data folder, say where everything is, and serve until told to stop."""
    from kb_service.web import create_app
    from kb_service.web.logs import start_logging
    from kb_service.web.server import serve as serve_app
    from kb_service.web.status import show_status_of

    options = _options(host, port, log_format)
    configuration = configured(config, options).configuration
    start_logging(configuration.logs)
    signal.signal(signal.SIGTERM, _stop)

    def load_again() -> Configuration:
        return load(configuration_file(config), os.environ, options).configuration

    host = configuration.server.host
    if plain:
        refuse_watching(edited)
        refuse_other_hosts(host)
        port = _free(host, configuration.server.port)
        _announce_later(host, port, chosen_data_folder())
        serve_plain(host, port, configuration, load_again)
        return
    refuse_open_door(host, configuration.access)
    port = _free(host, configuration.server.port)
    watch = watch_over(edited) if edited else None
    with writing(configuration, root=watch.root if watch else None) as view:
        if example and view.is_empty():
            load_example(view)
        view.knowledge_base.store.run_apart()
        for note in view.knowledge_base.missing():
            remark(told(note.message))
        app = create_app(view.knowledge_base, configuration=configuration, register=view.register)
        _announce_later(host, port, data_folder())
        show_status_of(app, watch)
        beside = [partial(watch.run, view.knowledge_base)] if watch else []
        serve_app(app, host, port, load_again, beside)


def _options(
    host: str | None, port: int | None, log_format: str | None
) -> dict[str, tuple[str, Any]]:
    """Settings by path that the command line gives, with the option that gave each."""
    given = {
        "server.host": ("--host", host),
        "server.port": ("--port", port),
        "logs.format": ("--log-format", log_format),
    }
    return {path: (name, value) for path, (name, value) in given.items() if value is not None}


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


def _places(host: str, port: int, folder: Path | None) -> str:
    """Where the service is and where it keeps its data, if anywhere."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    kept_zh, kept_en = "停止后不保留任何数据", "Nothing is kept once it stops"
    if folder is not None:
        kept_zh, kept_en = f"数据文件夹：{folder.resolve()}", f"Data folder {folder.resolve()}"
    return say(
        f"服务地址：http://{shown}:{port}/\n{kept_zh}\n按 Ctrl-C 停止。",
        f"Serving at http://{shown}:{port}/\n{kept_en}\nStop with Ctrl-C.",
    )


def _announce_later(host: str, port: int, folder: Path | None) -> None:
    """Have somebody say where the service is as soon as it listens."""
    places = _places(host, port, folder)
    threading.Thread(target=_announce, args=(host, port, places), daemon=True).start()


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
