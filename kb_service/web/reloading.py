"""A change of configuration while the service runs: what it touches, and what waits for a restart."""

from __future__ import annotations

import logging
from collections.abc import Callable

from flask import Flask

from kb_service.configuration import Configuration, ConfigurationRefused, settings
from kb_service.configuration.schema import value_of
from kb_service.web.logs import start_logging

CONFIGURATION = "RENGANG"
"""Key of the app's configuration: the Configuration that holds now."""
_LOG = logging.getLogger("kb_service.web")

Load = Callable[[], Configuration]


def reload(app: Flask, load: Load) -> None:
    """Let the configuration that `load` gives hold from the next request on.

    The log is opened again. What cannot be used leaves everything as it was and is logged; so is
    what changed and waits for a restart. Tokens are looked up at each request and need no reload.
    """
    try:
        configuration = load()
    except ConfigurationRefused as refused:
        for fault in refused.faults:
            _LOG.error("configuration not reloaded: %s", fault)
        return
    before: Configuration = app.config[CONFIGURATION]
    try:
        start_logging(configuration.logs)
    except OSError as error:
        _LOG.error("configuration not reloaded: the log file: %s", error.strerror)
        return
    app.config[CONFIGURATION] = configuration
    for setting in settings().values():
        if value_of(before, setting.path) != value_of(configuration, setting.path):
            when = "after a restart" if setting.counts_from_start else "now"
            _LOG.info("configuration: %s is another and counts %s", setting.path, when)
    _LOG.info("configuration reloaded")
