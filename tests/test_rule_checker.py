"""Each way of getting a rule wrong is found, at its line, in words that say what to do.

A folder of `tests/rules_broken/` holds one or two rules as somebody would get them wrong, and in
`findings.txt` all that is said of them when they are put beside the rules that ship.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import Literal, Triple

from kb_service.engine.checker import (
    RuleText,
    check_conclusions,
    check_rule_book,
    check_rule_texts,
    check_rules,
    read_ontology,
)
from kb_service.engine.rules import rule_book
from kb_service.findings import Finding
from kb_service.vocabulary import A, iri
from tests.rule_reading import (
    BROKEN,
    ROOT,
    all_rules,
    book,
    broken_texts,
    ontology,
    shapes,
    shared_knowledge,
    shipped_texts,
)

FOLDERS = sorted(path.name for path in BROKEN.iterdir())


def said_of(texts: Sequence[RuleText]) -> list[Finding]:
    """What is said of texts beside the rules that ship, short of what is said of these alone."""
    usual = check_rule_texts(shipped_texts(), ontology())
    names = {text.name for text in texts}
    others = [text for text in shipped_texts() if text.name not in names]
    return [f for f in check_rule_texts([*others, *texts], ontology()) if f not in usual]


def shipped(name: str) -> RuleText:
    return next(text for text in shipped_texts() if text.name == name)


def changed(name: str, old: str, new: str) -> RuleText:
    """A rule that ships with a change of its text."""
    text = shipped(name)
    assert text.text.count(old) == 1
    return replace(text, text=text.text.replace(old, new))


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_broken_rule_is_refused_where_and_in_the_words_its_folder_quotes(folder: str) -> None:
    texts = [*shipped_texts(), *broken_texts(folder)]
    usual = check_rule_texts(shipped_texts(), ontology())

    found = [f for f in check_rule_texts(texts, ontology()) if f not in usual]

    said = [f"{f.severity} {f.where}\n{f.message['zh']}\n{f.message['en']}\n" for f in found]
    assert "\n".join(said) == (BROKEN / folder / "findings.txt").read_text(encoding="utf-8")


def test_every_rule_is_checked_though_others_cannot_be_read() -> None:
    folders = ("not-sparql", "string-without-end", "number-of-its-own")
    texts = [text for folder in folders for text in broken_texts(folder)]
    renamed = [replace(t, name=f"broken-{n}", path=f"{n}.rq") for n, t in enumerate(texts)]

    found = check_rule_texts(renamed, ontology())

    assert {finding.where.partition(":")[0] for finding in found} >= {"0.rq", "1.rq", "2.rq"}


def test_rules_in_memory_are_checked_as_files_are() -> None:
    (broken,) = broken_texts("number-of-its-own")
    low_fit = next(rule for rule in all_rules() if rule.name == "low-fit")
    odd = replace(low_fit, name=broken.name, stage=broken.stage, text=broken.text)

    found = check_rule_book(rule_book([*all_rules(), odd]), shared_knowledge(), shapes())

    assert [f.where for f in found if f.severity == "violation"] == [
        "rules/80-plan/too-low-a-fit.rq:20"
    ]


# Two rules for one conclusion


def test_verdicts_are_known_to_exclude_each_other_only_while_they_do() -> None:
    careless = changed(
        "good-fit",
        """  MINUS {
    ?strongReached a judgement:StrongFitReached ; judgement:ofPerson ?person ; judgement:forModel ?model .
  }
""",
        "",
    )

    found = [finding for finding in said_of([careless]) if "may draw" in finding.message["en"]]

    assert [finding.message["en"].split(" may ")[0] for finding in found] == [
        "good-fit and strong-fit"
    ]
    assert found[0].value == "judgement:verdict"


def test_gap_and_requirement_met_exclude_each_other_by_their_comparisons() -> None:
    overlapping = changed("requirement-met", "?rating >= ?required", "?rating > 0")

    found = said_of([overlapping])

    assert any(
        f.message["en"].startswith("requirement-met and gap-below-required-level may draw")
        for f in found
    )


def test_a_conclusion_that_was_drawn_with_two_values_is_refused() -> None:
    verdict = iri("person", "ana/verdict/agent")
    conclusions = [
        Triple(verdict, A, iri("judgement", "Verdict")),
        *(
            Triple(verdict, iri("judgement", "verdict"), iri("verdict", n))
            for n in ("fit", "trainable")
        ),
        *(
            Triple(verdict, iri("judgement", "concludedBy"), iri("rule", name))
            for name in ("good-fit", "trainable")
        ),
    ]

    (found,) = check_conclusions(book(), conclusions, "examples/")

    assert found.severity == "violation"
    assert found.where == "rules/90-verdict/trainable.rq:20"
    assert "good-fit, trainable concluded two values of judgement:verdict" in found.message["en"]


def test_a_conclusion_with_one_value_of_each_property_is_fine_though_two_rules_drew_it() -> None:
    verdict = iri("person", "ana/verdict/agent")
    conclusions = [
        Triple(verdict, iri("judgement", "verdict"), iri("verdict", "unsuitable")),
        *(
            Triple(verdict, iri("judgement", "concludedBy"), iri("rule", name))
            for name in ("unsuitable-when-disqualified", "unsuitable-when-gaps-stay-open")
        ),
    ]

    assert check_conclusions(book(), conclusions, "examples/") == []


# Protected attributes


def test_a_property_is_known_by_its_chinese_label_too() -> None:
    letter = iri("people", "fieldSeven")
    declared = [
        Triple(letter, A, iri("owl", "DatatypeProperty")),
        Triple(letter, iri("skos", "prefLabel"), Literal("性别代码", language="zh")),
    ]
    rule = changed(
        "requirement-unknown",
        "?person a people:Person .",
        "?person a people:Person ; people:fieldSeven ?x .",
    )

    found = check_rule_texts([rule], read_ontology([*shared_knowledge(), *declared], shapes()))

    assert [f.message["zh"].startswith("people:fieldSeven（“性别”）") for f in found].count(
        True
    ) == 1


# Files


def a_folder_like_ours(folder: Path) -> Path:
    """A knowledge folder with our ontology, shapes, policy and cases, and no rules yet."""
    for name in ("ontology", "shapes"):
        (folder / name).symlink_to(ROOT / name, target_is_directory=True)
    (folder / "rules").mkdir()
    (folder / "rules" / "policy.ttl").symlink_to(ROOT / "rules" / "policy.ttl")
    return folder


def put(folder: Path, place: str, text: bytes) -> Path:
    path = folder / "rules" / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)
    return path


def test_without_a_folder_of_cases_it_is_said_that_cases_were_not_checked(tmp_path: Path) -> None:
    root = a_folder_like_ours(tmp_path)
    put(
        root,
        "10-requirements/effective-requirement.rq",
        shipped("effective-requirement").text.encode(),
    )

    (found,) = check_rules(root)

    assert found.severity == "info"
    assert "cases were not checked" in found.message["en"]


def test_a_rule_needs_a_case_that_fires_and_one_that_must_not(tmp_path: Path) -> None:
    root = a_folder_like_ours(tmp_path)
    put(
        root,
        "10-requirements/effective-requirement.rq",
        shipped("effective-requirement").text.encode(),
    )
    cases = root / "tests" / "rules" / "something-else"
    cases.mkdir(parents=True)
    case = next((ROOT / "tests" / "rules" / "training-reach").glob("*.trig"))
    (cases / "case.trig").write_bytes(case.read_bytes())

    found = check_rules(root)

    assert [finding.where for finding in found] == [
        "rules/10-requirements/effective-requirement.rq:1"
    ] * 2
    assert "No case shows this rule concluding something" in found[0].message["en"]
    assert "must stay silent" in found[1].message["en"]


def test_a_case_that_does_not_fire_does_not_count(tmp_path: Path) -> None:
    root = a_folder_like_ours(tmp_path)
    put(
        root,
        "10-requirements/effective-requirement.rq",
        shipped("effective-requirement").text.encode(),
    )
    cases = root / "tests" / "rules" / "effective-requirement"
    cases.mkdir(parents=True)
    (cases / "idle.trig").write_text(
        """@prefix case: <https://w3id.org/rengang/test/case#> .
        @prefix core: <https://w3id.org/rengang/ontology/core#> .
        @prefix dcterms: <http://purl.org/dc/terms/> .
        @prefix rule: <https://w3id.org/rengang/rule/> .
        <> dcterms:title "Idle" ; case:exercises rule:effective-requirement .
        case:given { <https://example.org/r> a core:Requirement . }
        case:then { <https://example.org/r> a core:Requirement . }
        case:never { <https://example.org/r> a core:Scale . }""",
        encoding="utf-8",
    )

    (found,) = check_rules(root)

    assert "None of its cases makes this rule conclude anything" in found.message["en"]


def test_a_broken_case_is_a_finding_at_its_file(tmp_path: Path) -> None:
    root = a_folder_like_ours(tmp_path)
    cases = root / "tests" / "rules" / "effective-requirement"
    cases.mkdir(parents=True)
    (cases / "broken.trig").write_text("case:given {", encoding="utf-8")

    (found,) = check_rules(root)

    assert found.where == "tests/rules/effective-requirement/broken.trig"


def test_files_that_are_no_text_are_findings_and_the_others_are_checked(tmp_path: Path) -> None:
    root = a_folder_like_ours(tmp_path)
    put(root, "10-requirements/latin-one.rq", "# Règle".encode("latin-1"))
    put(root, "10-requirements/endless.rq", b"# Title\n" * 100_000)
    put(root, "10-requirements/folder.rq/inside.txt", b"")
    put(root, "stray.rq", shipped("effective-requirement").text.encode())

    found = check_rules(root)

    said = {finding.where: finding.message["en"] for finding in found}
    assert "save it as UTF-8" in said["rules/10-requirements/latin-one.rq:1"]
    assert any(f.where == "rules/10-requirements/endless.rq:1" for f in found)
    assert "no plain file" in said["rules/10-requirements/folder.rq:1"]
    assert any("is no stage" in f.message["en"] for f in found if f.where == "rules/stray.rq:1")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no named pipes in folders")
def test_a_pipe_in_the_place_of_a_rule_does_not_make_the_check_wait(tmp_path: Path) -> None:
    root = a_folder_like_ours(tmp_path)
    (root / "rules" / "10-requirements").mkdir()
    os.mkfifo(root / "rules" / "10-requirements" / "pipe.rq")

    found = check_rules(root)

    assert [f.where for f in found if f.severity == "violation"] == [
        "rules/10-requirements/pipe.rq:1"
    ]
