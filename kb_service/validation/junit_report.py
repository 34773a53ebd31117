"""Findings as JUnit XML, so that a CI job shows them beside its tests."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from kb_service.findings import Finding
from kb_service.validation.checked_files import READING, CheckedFile, line_of, rule_of


def junit_report(files: Sequence[CheckedFile], language: str) -> bytes:
    """One suite for each file and one case for each finding; the words are in the language given.

    A violation is a failure. Warnings and notes are cases that were skipped, so they are seen and
    break no build. A file without findings is one case that passed.
    """
    suites = ElementTree.Element("testsuites", name="rengang check")
    totals = {"tests": 0, "failures": 0, "skipped": 0}
    for file in files:
        suite = ElementTree.SubElement(suites, "testsuite", name=_clean(file.name))
        for finding in file.findings:
            _case(suite, file, finding, language)
        if not file.findings:
            ElementTree.SubElement(suite, "testcase", name=READING, classname=_clean(file.name))
        violations = sum(finding.severity == "violation" for finding in file.findings)
        counts = {
            "tests": len(suite),
            "failures": violations,
            "skipped": len(file.findings) - violations,
        }
        for name, count in counts.items():
            suite.set(name, str(count))
            totals[name] += count
        suite.set("errors", "0")
    for name, count in totals.items():
        suites.set(name, str(count))
    suites.set("errors", "0")
    ElementTree.indent(suites)
    written: bytes = ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _case(suite: ElementTree.Element, file: CheckedFile, finding: Finding, language: str) -> None:
    name = f"{rule_of(finding)} {finding.where or finding.focus}".rstrip()
    case = ElementTree.SubElement(
        suite, "testcase", name=_clean(name), classname=_clean(file.name), file=_clean(file.name)
    )
    if (place := line_of(finding.where)) is not None:
        case.set("line", str(place.line))
    failed = finding.severity == "violation"
    told = ElementTree.SubElement(case, "failure" if failed else "skipped")
    told.set("message", _clean(finding.message[language]))
    if failed:
        told.set("type", rule_of(finding))
        told.text = _clean("\n".join(_lines(file, finding)))


def _lines(file: CheckedFile, finding: Finding) -> list[str]:
    lines = [f"{file.name}: {finding.where}" if finding.where else file.name]
    lines += finding.message.values()
    lines += [text for text in (finding.focus, finding.path, finding.value) if text]
    return lines


def _clean(text: str) -> str:
    """The text without characters that XML cannot hold."""
    return "".join(
        c if c in "\t\n" or c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text
    )
