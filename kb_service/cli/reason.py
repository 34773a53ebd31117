"""`rengang reason`: whether the ontology holds together, and what follows from it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from pyoxigraph import RdfFormat, Triple, serialize

from kb_service.cli.commands import Command, option, with_shared_options
from kb_service.cli.documents import in_file, read_bytes
from kb_service.cli.failures import no_answer
from kb_service.cli.findings import print_findings
from kb_service.cli.language import Words, say
from kb_service.cli.opening import reading_anything
from kb_service.cli.reason_report import report
from kb_service.cli.terminal import remark, show
from kb_service.findings import Finding, RefusedInput
from kb_service.knowledge_base import KnowledgeBase
from kb_service.knowledge_files import read_shared_knowledge
from kb_service.reasoning import (
    REASONERS,
    InconsistentOntology,
    Inferences,
    ReasonerFailed,
    contradictions,
    infer,
    key_clashes,
    kind_of,
    profile_faults,
)
from kb_service.vocabulary import NAMESPACES

_WORDS = Words(
    zh="""
    检查本体是否自洽，并列出由它推出的事实。

    不给文件就检查数据文件夹里的全部公共知识（本体、框架、岗位模型、培训、上传的
    本体，不含人员）；给出文件则与随产品发布的本体一起检查。自相矛盾，或有的类不可能
    有任何成员时，指出是哪几条陈述不能同时成立，退出码为 1。

    推理机 HermiT 和 Pellet 用安装自带的 Java；没有 Java 时改用 OWL 2 RL 规则。
    结果按内容缓存在数据文件夹的 reasoning 里，内容不变时不必重算。

    示例：
      rengang reason
      rengang reason my-ontology.ttl
      rengang reason --reasoner pellet --format json
      rengang reason --format turtle > inferred.ttl
    """,
    en="""
    Check that the ontology holds together, and list what follows from it.

    Without files it looks at all shared knowledge in the data folder (ontologies,
    frameworks, position models, trainings, uploaded ontologies; no people); with
    files, at these together with the shipped ontology. When something contradicts
    itself, or nothing can belong to a class, it names the statements that cannot
    all hold, and the exit code is 1.

    The reasoners HermiT and Pellet run on the Java that comes with the
    installation; without Java the rules of OWL 2 RL take their place. Answers are
    kept in the data folder, under reasoning, for as long as nothing changes.

    Examples:
      rengang reason
      rengang reason my-ontology.ttl
      rengang reason --reasoner pellet --format json
      rengang reason --format turtle > inferred.ttl
    """,
)


@dataclass(frozen=True)
class _Outcome:
    """What was found wrong, and what follows if nothing contradicts itself."""

    findings: tuple[Finding, ...]
    inferences: Inferences | None
    seconds: float

    @property
    def is_sound(self) -> bool:
        return all(finding.severity != "violation" for finding in self.findings)


@click.command("reason", cls=Command, words=_WORDS)
@with_shared_options
@option(
    "--reasoner",
    type=click.Choice(REASONERS),
    default="hermit",
    show_default=True,
    zh="用哪个推理机；owl-rl 不需要 Java。",
    en="Which reasoner to ask; owl-rl needs no Java.",
)
@option(
    "--format",
    "form",
    type=click.Choice(("text", "json", "turtle")),
    default="text",
    show_default=True,
    zh="输出格式；turtle 只输出推出的事实。",
    en="The form of the answer; turtle has the inferred facts only.",
)
@click.argument(
    "files",
    nargs=-1,
    metavar="[FILE]...",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
def reason(files: tuple[Path, ...], reasoner: str, form: str) -> None:
    """Print what is wrong and what follows, and end with 1 when something is wrong."""
    with reading_anything() as view:
        base = view.knowledge_base
        facts = _facts(base, files)
        outcome = _reasoned(facts, reasoner, base.reasoning_cache)
    if form == "json":
        click.echo(json.dumps(_document(outcome), ensure_ascii=False, indent=2))
    elif form == "turtle":
        print_findings(outcome.findings, on_stderr=True)
        click.echo(_turtle(outcome), nl=False)
    else:
        print_findings(outcome.findings)
        if outcome.inferences:
            show(*report(outcome.inferences, facts))
        remark(_summary(outcome))
    if not outcome.is_sound:
        click.get_current_context().exit(1)


def _facts(base: KnowledgeBase, files: Sequence[Path]) -> list[Triple]:
    """What is loaded, or else the shipped ontology with the files."""
    if not files:
        return base.ontology_facts()
    facts = [t for triples in read_shared_knowledge(base.root).values() for t in triples]
    faults: list[Finding] = []
    for path in files:
        checked = base.check_document(read_bytes(path), "", path.name)
        facts += checked.triples
        faults += [] if checked.triples else in_file(checked.findings, path)
    if faults:
        raise RefusedInput(tuple(faults))
    return facts


def _reasoned(facts: Sequence[Triple], reasoner: str, cache: Path | None) -> _Outcome:
    begun = time.monotonic()
    findings = [*profile_faults(facts), *key_clashes(facts)]
    inferences = None
    try:
        if not findings:
            inferences = infer(facts, reasoner=reasoner, cache=cache)
            findings += inferences.notes
            findings += contradictions(facts, reasoner=inferences.reasoner, cache=cache)
    except InconsistentOntology as error:
        findings += error.findings
    except ReasonerFailed as error:
        raise no_answer(error) from error
    return _Outcome(tuple(findings), inferences, time.monotonic() - begun)


def _document(outcome: _Outcome) -> dict[str, object]:
    found = outcome.inferences
    return {
        "sound": outcome.is_sound,
        "reasoner": found.reasoner if found else None,
        "fromCache": found.from_cache if found else False,
        "seconds": round(outcome.seconds, 3),
        "findings": [finding.as_json() for finding in outcome.findings],
        "unsatisfiable": [name.value for name in found.unsatisfiable] if found else [],
        "inferred": [_statement(triple) for triple in found.triples] if found else [],
    }


def _statement(triple: Triple) -> dict[str, str]:
    names = ("subject", "predicate", "object")
    said = {
        name: getattr(term, "value", str(term)) for name, term in zip(names, triple, strict=True)
    }
    return {"kind": kind_of(triple), **said}


def _turtle(outcome: _Outcome) -> str:
    triples: Iterable[Triple] = outcome.inferences.triples if outcome.inferences else ()
    return (serialize(triples, format=RdfFormat.TURTLE, prefixes=NAMESPACES) or b"").decode()


def _summary(outcome: _Outcome) -> str:
    found = outcome.inferences
    if found is None:
        return say("没有推出任何事实。", "Nothing was inferred.")
    known = say("，取自缓存", ", from the cache") if found.from_cache else ""
    return say(
        f"{found.reasoner}，{outcome.seconds:.1f} 秒{known}：推出 {len(found.triples)} 条事实。",
        f"{found.reasoner}, {outcome.seconds:.1f} s{known}: {len(found.triples)} facts inferred.",
    )
