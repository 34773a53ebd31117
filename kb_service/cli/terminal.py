"""What is printed where: answers on stdout, progress and remarks on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Step = Callable[[int, int], None]
_WIDTH_OF_PIPES = 120


def show(*parts: RenderableType, on_stderr: bool = False) -> None:
    """Print for whoever reads: laid out for the terminal, as plain text into a pipe."""
    stream = sys.stderr if on_stderr else sys.stdout
    if stream.isatty():
        Console(file=stream, highlight=False).print(*parts, sep="\n")
        return
    plain = Console(width=_WIDTH_OF_PIPES, highlight=False, color_system=None)
    with plain.capture() as captured:
        plain.print(*parts, sep="\n")
    for line in captured.get().splitlines():
        click.echo(line.rstrip(), file=stream)


def remark(text: str) -> None:
    """Tell the person at the terminal something that is no part of the answer."""
    click.echo(text, err=True)


@contextmanager
def progress(title: str) -> Iterator[Step]:
    """A bar on stderr that each call moves to so many of so many; none without a terminal."""
    shown = sys.stderr.isatty()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console(file=sys.stderr)
    with Progress(*columns, console=console, transient=True, disable=not shown) as bars:
        task = bars.add_task(title, total=None)

        def step(done: int, of: int) -> None:
            bars.update(task, completed=done, total=of)

        yield step
