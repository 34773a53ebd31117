"""The log: a line for each request and each trouble, without anything about a person."""

from __future__ import annotations

import json
import logging
import math
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from logging.handlers import WatchedFileHandler
from types import TracebackType
from typing import Any

from kb_service.configuration import LogSettings
from kb_service.web.observing import Observation

_OURS = "kb_service"
_FIELDS = "fields"
_JSON = json.JSONEncoder(ensure_ascii=False)
_REQUESTS = logging.getLogger("kb_service.requests")


def start_logging(settings: LogSettings) -> None:
    """Have everything of this process that is logged go where the settings say, as they say.

    Call it again after a change, or to open a file again that was moved away. Raises OSError when
    the file cannot be opened.
    """
    if settings.file is None:
        handler: logging.Handler = logging.StreamHandler(sys.stderr)
    else:
        handler = WatchedFileHandler(settings.file, encoding="utf-8")
    handler.setFormatter(_AsJson() if settings.format == "json" else _AsText())
    root = logging.getLogger()
    before = root.handlers[:]
    root.addHandler(handler)
    for old in before:
        root.removeHandler(old)
        old.close()
    root.setLevel(settings.level.upper())


def log_request(observation: Observation) -> None:
    """Write the line of a request.

    The record is made here: the library would look through the stack for who called, which no
    line tells.
    """
    if not _REQUESTS.isEnabledFor(logging.INFO):
        return
    fields: dict[str, Any] = {}
    if observation.id:
        fields["request"] = observation.id
    if observation.method:
        fields["method"] = observation.method
    if observation.route:
        fields["route"] = observation.route
    fields["status"] = observation.status
    fields["milliseconds"] = round(observation.seconds * 1000, 1)
    fields["bytes"] = observation.bytes
    if observation.caller:
        fields["caller"] = observation.caller
    if observation.audit:
        fields["audit"] = observation.audit
    record = logging.LogRecord(_REQUESTS.name, logging.INFO, "", 0, "request", (), None)
    record.__dict__[_FIELDS] = fields
    _REQUESTS.handle(record)


class _AsJson(logging.Formatter):
    """One JSON object on a line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
        }
        line.update(_fields(record))
        if record.exc_info:
            line["error"] = _error(record.exc_info)
        return _JSON.encode(line)


class _AsText(logging.Formatter):
    """A line to be read by people."""

    def format(self, record: logging.LogRecord) -> str:
        said = " ".join(f"{name}={value}" for name, value in _fields(record).items())
        parts = [_time(record), record.levelname.lower(), _message(record), said]
        if record.exc_info:
            parts.append(_error(record.exc_info))
        return " ".join(part for part in parts if part)


def _message(record: logging.LogRecord) -> str:
    """The message; of other libraries' only the template, whose gaps they fill with anything."""
    if record.name.partition(".")[0] == _OURS:
        return record.getMessage()
    return str(record.msg) if isinstance(record.msg, str) else type(record.msg).__name__


def _fields(record: logging.LogRecord) -> Mapping[str, Any]:
    fields: Mapping[str, Any] = getattr(record, _FIELDS, {})
    return fields


def _error(
    info: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
) -> str:
    """What kind of exception it was, and where; its own words may tell of people."""
    kind, _, trace = info
    if kind is None:
        return ""
    return kind.__name__ + "\n" + "".join(traceback.format_tb(trace))


def _time(record: logging.LogRecord) -> str:
    part, seconds = math.modf(record.created)
    carried, microseconds = divmod(round(part * 1_000_000), 1_000_000)
    return f"{_to_the_second(int(seconds) + carried)}.{microseconds // 1000:03}Z"


@lru_cache(maxsize=4)
def _to_the_second(seconds: int) -> str:
    """The same for all lines of a second."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
