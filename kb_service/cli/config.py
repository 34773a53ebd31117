"""`rengang config`: whether the configuration can be used, and what holds."""

from __future__ import annotations

import json
from pathlib import Path

import click

from kb_service.cli.commands import Command, Group, option, with_shared_options
from kb_service.cli.configured import config_option, configuration_file, configured
from kb_service.cli.language import Words, say
from kb_service.configuration import Loaded, Origin, Setting, settings
from kb_service.configuration.schema import value_of
from kb_service.configuration.values import as_toml

_WORDS = Words(
    zh="""
    检查和查看服务的配置。

    设置依次取自：默认值、TOML 文件、环境变量（例如 RENGANG_QUERIES_SECONDS）、
    serve 的选项；后者优先。

    示例：
      rengang config check rengang.toml
      rengang config show
    """,
    en="""
    Check and show how the service is configured.

    A setting is taken from the defaults, the TOML file, the environment
    (RENGANG_QUERIES_SECONDS, say) or the options of serve; what comes later wins.

    Examples:
      rengang config check rengang.toml
      rengang config show
    """,
)
_CHECK = Words(
    zh="""
    检查配置，一次列出所有错误；没有错误时退出码为 0。

    不给文件时检查 serve 会用的那一个。环境变量也一并检查。

    示例：
      rengang config check
      rengang config check /etc/rengang/rengang.toml
    """,
    en="""
    Check the configuration and list all that is wrong with it; exit code 0 if nothing is.

    Without a file it checks the one that serve would take, and the environment
    with it.

    Examples:
      rengang config check
      rengang config check /etc/rengang/rengang.toml
    """,
)
_SHOW = Words(
    zh="""
    列出每项设置的有效值及其来源，格式为 TOML；密钥不显示。

    示例：
      rengang config show
      rengang config show --config rengang.toml --json
    """,
    en="""
    Every setting with the value that holds and where it comes from, as TOML.

    Secrets are not shown.

    Examples:
      rengang config show
      rengang config show --config rengang.toml --json
    """,
)


@click.group("config", cls=Group, words=_WORDS, closing=Words("", ""))
@with_shared_options
def config() -> None:
    """Run one of the commands."""


@config.command("check", cls=Command, words=_CHECK)
@with_shared_options
@click.argument("file", required=False, type=click.Path(path_type=Path))
def check(file: Path | None) -> None:
    """Say that it can be used, or fail with everything that is wrong."""
    configured(file)
    found = configuration_file(file)
    if found is None:
        click.echo(say("没有配置文件，采用默认值。", "There is no file; the defaults hold."))
    else:
        click.echo(say(f"{found}：没有错误。", f"{found}: nothing is wrong."))


@config.command("show", cls=Command, words=_SHOW)
@with_shared_options
@config_option
@option("--json", "as_json", is_flag=True, zh="以 JSON 输出。", en="Print JSON.")
def show(config: Path | None, as_json: bool) -> None:
    """Print every setting, section by section."""
    loaded = configured(config)
    if as_json:
        click.echo(json.dumps(_document(loaded), ensure_ascii=False, indent=2))
        return
    listed = sorted(settings().values(), key=lambda setting: "." in setting.path)
    section = ""
    for setting in listed:
        of, _, name = setting.path.rpartition(".")
        if of != section:
            section = of
            click.echo(f"\n[{section}]")
        click.echo(f"{name} = {_shown(setting, loaded)}  # {_source(setting, loaded)}")


def _shown(setting: Setting, loaded: Loaded) -> str:
    value = value_of(loaded.configuration, setting.path)
    return as_toml("***" if setting.is_secret and value else value)


def _source(setting: Setting, loaded: Loaded) -> str:
    source = loaded.sources.get(setting.path)
    return source.where if source else say("默认值", "default")


def _document(loaded: Loaded) -> dict[str, dict[str, object]]:
    shown: dict[str, dict[str, object]] = {}
    for setting in settings().values():
        value = value_of(loaded.configuration, setting.path)
        source = loaded.sources.get(setting.path)
        shown[setting.path] = {
            "value": "***" if setting.is_secret and value else _plain(value),
            "source": source.kind if source else Origin.DEFAULT,
            "where": source.where if source else "",
        }
    return shown


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Path) else value
