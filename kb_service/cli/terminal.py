"""What is printed where: answers on stdout, progress and remarks on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Step = Callable[[int, int], None]
_WIDTH_OF_PIPES = 120


def console(*, on_stderr: bool = False) -> Console:
    """A console that adapts to the terminal; into a pipe it writes plain lines, not too narrow."""
    stream = sys.stderr if on_stderr else sys.stdout
    width = None if stream.isatty() else _WIDTH_OF_PIPES
    return Console(file=stream, width=width, highlight=False, soft_wrap=False)


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
    bars = Progress(*columns, console=console(on_stderr=True), transient=True, disable=not shown)
    with bars:
        task = bars.add_task(title, total=None)

        def step(done: int, of: int) -> None:
            bars.update(task, completed=done, total=of)

        yield step
