"""Findings as SARIF 2.1.0, which code hosts show in the margin of the file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import quote

from kb_service.findings import Finding
from kb_service.validation.checked_files import (
    CheckedFile,
    line_of,
    rule_descriptions,
    rule_of,
)
from kb_service.vocabulary import BASE

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {"violation": "error", "warning": "warning", "info": "note"}
_LANGUAGES = {"zh": "zh-CN", "en": "en-US"}

Object = dict[str, Any]


def sarif_report(files: Sequence[CheckedFile], language: str, root: Path | None = None) -> bytes:
    """One run with a result for each finding, in the language given; both are in its properties.

    A line is the region of a result, a cell or a JSON pointer its logical location.
    """
    rules = sorted({rule_of(finding) for file in files for finding in file.findings})
    numbers = {rule: number for number, rule in enumerate(rules)}
    described = rule_descriptions(root)
    driver = {
        "name": "rengang",
        "version": version("rengang"),
        "informationUri": BASE,
        "rules": [_rule(rule, described.get(rule, {}), language) for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "language": _LANGUAGES[language],
        "columnKind": "unicodeCodePoints",
        "artifacts": [{"location": {"uri": _address(file)}} for file in files],
        "results": [
            _result(place, file, finding, numbers, language)
            for place, file in enumerate(files)
            for finding in file.findings
        ],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2).encode() + b"\n"


def _rule(name: str, description: Mapping[str, str], language: str) -> Object:
    text = description.get(language, name)
    told = {"text": text}
    return {"id": name, "shortDescription": told, "fullDescription": told, "help": told}


def _result(
    place: int, file: CheckedFile, finding: Finding, numbers: Mapping[str, int], language: str
) -> Object:
    rule = rule_of(finding)
    parts = {"focus": finding.focus, "path": finding.path, "value": finding.value}
    return {
        "ruleId": rule,
        "ruleIndex": numbers[rule],
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message[language]},
        "locations": [_location(place, file, finding)],
        "properties": {
            "message": dict(finding.message),
            **{name: text for name, text in parts.items() if text},
        },
    }


def _location(place: int, file: CheckedFile, finding: Finding) -> Object:
    physical: Object = {"artifactLocation": {"uri": _address(file), "index": place}}
    line = line_of(finding.where)
    if line is not None:
        physical["region"] = {"startLine": line.line}
        if line.column is not None:
            physical["region"]["startColumn"] = line.column
    location: Object = {"physicalLocation": physical}
    if name := finding.where if line is None and finding.where else finding.focus:
        location["logicalLocations"] = [{"fullyQualifiedName": name}]
    return location


def _address(file: CheckedFile) -> str:
    """The name of a file as a URI reference; one that begins with a slash would be no file's."""
    path = Path(file.name)
    return path.as_uri() if path.is_absolute() else quote(file.name)
