"""Findings as JUnit XML, so that a CI job shows them beside its tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from kb_service.findings import Finding
from kb_service.validation.checked_files import READING, CheckedFile, rule_of


def junit_report(files: Sequence[CheckedFile], language: str) -> bytes:
    """One suite for each file and one case for each finding; the words are in the language given.

    A violation is a failure. Warnings and notes are cases that were skipped, so they are seen and
    break no build. A file without findings is one case that passed. There is no element and no
    attribute that the schema of Jenkins' xUnit plug-in refuses, and no two cases of a file have one
    name, since GitLab would take them for one.
    """
    suites = ElementTree.Element("testsuites", name="rengang check")
    tests = failures = 0
    for file in files:
        name = _clean(file.name)
        suite = ElementTree.SubElement(suites, "testsuite", name=name, file=name)
        for finding, case in zip(file.findings, _names(file.findings), strict=True):
            _case(suite, case, file, finding, language)
        if not file.findings:
            ElementTree.SubElement(suite, "testcase", name=READING, classname=_clean(file.name))
        violations = sum(finding.severity == "violation" for finding in file.findings)
        counts = {
            "tests": len(suite),
            "failures": violations,
            "skipped": len(file.findings) - violations,
        }
        for attribute, count in counts.items():
            suite.set(attribute, str(count))
        suite.set("errors", "0")
        tests, failures = tests + len(suite), failures + violations
    suites.set("tests", str(tests))
    suites.set("failures", str(failures))
    suites.set("errors", "0")
    ElementTree.indent(suites)
    written: bytes = ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _names(findings: Sequence[Finding]) -> Iterator[str]:
    """A name for each finding: its rule, its place, and a number from the second of these on."""
    seen: Counter[str] = Counter()
    for finding in findings:
        name = f"{rule_of(finding)} {finding.where or finding.focus}".rstrip()
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name} ({seen[name]})"


def _case(
    suite: ElementTree.Element, name: str, file: CheckedFile, finding: Finding, language: str
) -> None:
    case = ElementTree.SubElement(suite, "testcase", name=_clean(name), classname=_clean(file.name))
    failed = finding.severity == "violation"
    told = ElementTree.SubElement(case, "failure" if failed else "skipped")
    told.set("message", _clean(finding.message[language]))
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
