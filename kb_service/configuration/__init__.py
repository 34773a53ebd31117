"""How the service is set up: defaults, then a TOML file, then the environment, then options."""

from kb_service.configuration.faults import ConfigurationRefused, Fault
from kb_service.configuration.loading import Loaded, Origin, load
from kb_service.configuration.schema import Setting, settings
from kb_service.configuration.settings import (
    AccessSettings,
    Configuration,
    JournalSettings,
    LogSettings,
    MetricsSettings,
    ModelLimits,
    QueryLimits,
    ServerSettings,
    SheetLimits,
)

__all__ = [
    "AccessSettings",
    "Configuration",
    "ConfigurationRefused",
    "Fault",
    "JournalSettings",
    "Loaded",
    "LogSettings",
    "MetricsSettings",
    "ModelLimits",
    "Origin",
    "QueryLimits",
    "ServerSettings",
    "Setting",
    "SheetLimits",
    "load",
    "settings",
]
