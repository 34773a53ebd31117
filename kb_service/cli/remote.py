"""The running service that a command speaks to: where it is, who asks, and what goes wrong."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

import click

from kb_service.cli.commands import option
from kb_service.cli.failures import Failure, Unavailable
from kb_service.cli.findings import print_findings
from kb_service.cli.language import language, say
from kb_service.client import NotAllowed, Problem, Rengang
from kb_service.client import Unavailable as NoAnswer
from kb_service.findings import RefusedInput

_DEFAULT = "http://127.0.0.1:8000"


def with_service(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say which service a command speaks to, given to it as `connect`."""

    @option(
        "--url",
        metavar="URL",
        envvar="RENGANG_URL",
        default=_DEFAULT,
        show_default=True,
        zh="服务的地址；也可写在环境变量 RENGANG_URL 里。",
        en="The address of the service; RENGANG_URL in the environment does as well.",
    )
    @option(
        "--token-file",
        metavar="FILE",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        zh="令牌所在的文件；默认取环境变量 RENGANG_TOKEN。令牌不写在命令行上。",
        en="A file with the token; RENGANG_TOKEN in the environment by default. A token is never "
        "written on the command line.",
    )
    @wraps(function)
    def with_options(url: str, token_file: Path | None, **given: Any) -> Any:
        return function(connect=lambda: _connected(url, token_file), **given)

    return with_options


@contextmanager
def _connected(url: str, token_file: Path | None) -> Iterator[Rengang]:
    """A client of the service; raises a Failure for whatever keeps it from answering."""
    try:
        with Rengang(url, _token(token_file), language=language()) as service:
            yield service
    except RefusedInput as refused:
        print_findings(refused.findings, on_stderr=True)
        raise Failure("什么都没有改动。", "Nothing was changed.") from refused
    except NotAllowed as problem:
        raise Failure(
            f"服务不允许：{problem} 令牌写在环境变量 RENGANG_TOKEN 里，或用 --token-file。",
            f"The service does not allow this: {problem} "
            "Put a token into RENGANG_TOKEN, or give --token-file.",
        ) from problem
    except NoAnswer as problem:
        raise _no_answer(url, problem) from problem
    except Problem as problem:
        raise Failure(f"服务拒绝了：{problem}", f"The service refused: {problem}") from problem
    except ValueError as error:
        raise click.UsageError(
            say(
                f"{url!r} 不是服务的地址；请写成 {_DEFAULT} 这样。",
                f"{url!r} is not the address of a service; write it as in {_DEFAULT}.",
            )
        ) from error
    except OSError as error:
        raise Unavailable(
            f"无法读写文件：{error}", f"Files cannot be read or written: {error}"
        ) from error


def _no_answer(url: str, problem: NoAnswer) -> Unavailable:
    if problem.status:
        return Unavailable(
            f"{url} 的服务现在不能回答：{problem}",
            f"The service at {url} cannot answer now: {problem}",
        )
    return Unavailable(
        f"{url} 的服务没有回答。请确认它在运行（rengang serve），地址也写对了（--url）。",
        f"The service at {url} does not answer. See that it runs (rengang serve) and that the "
        "address is right (--url).",
    )


def _token(file: Path | None) -> str | None:
    if file is not None:
        return file.read_text(encoding="utf-8").strip()
    return os.environ.get("RENGANG_TOKEN")
