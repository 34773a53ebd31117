"""A Flask whose views and hooks are plain functions, as all of ours are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask


class FunctionsOnly(Flask):
    """Flask without its question, asked of each hook at each request, whether it is a coroutine."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself."""
        return func
