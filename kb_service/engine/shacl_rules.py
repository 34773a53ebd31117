"""Rules as SHACL rules for other tools, and back: W3C's SHACL Advanced Features, `sh:SPARQLRule`.

The text of a rule's file is its `sh:construct`, to the last letter, so nothing is lost on the way.
Everything beside it is for readers and for the order in which rules run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse, serialize
from rdflib import Graph

from kb_service.engine.checker.folders import placing_faults
from kb_service.engine.checker.header import header_faults, rule_header
from kb_service.engine.checker.texts import RuleText
from kb_service.engine.rules import Rule, RuleBook, rule_book, rule_of
from kb_service.findings import Finding, RefusedInput, violation
from kb_service.vocabulary import BASE, NAMESPACES, A, iri, local_id, shorten

RULES = NamedNode(BASE + "rules")
"""What all exported rules belong to; it declares their prefixes."""

_STAGES = BASE + "rules/stage/"
_PREFIXES = BASE + "rules/prefix/"
_EVERYTHING = NamedNode(BASE + "rules/everything")
"""The one focus node of all rules: they bind their own variables and run once, not per node."""

_SPARQL_RULE = iri("sh", "SPARQLRule")
_TRIPLE_RULE = iri("sh", "TripleRule")
_IDENTIFIER = iri("dcterms", "identifier")
_TITLE = iri("dcterms", "title")
_SAYS = iri("skos", "definition")
_BECAUSE = iri("skos", "scopeNote")
_VERSION = iri("owl", "versionInfo")
_CONSTRUCT, _ORDER, _RULE = iri("sh", "construct"), iri("sh", "order"), iri("sh", "rule")


def rules_as_shacl(book: RuleBook) -> list[Triple]:
    """The rules as SHACL: a node shape for each stage with its rules, in the order they run.

    There are no blank nodes, so the same rules always give the same triples.
    """
    rules = [rule for stage in book.shared + book.people for rule in stage.rules]
    prefixes = {name: space for rule in rules for name, space in rule.query.prefixes.items()}
    triples = [Triple(RULES, A, iri("owl", "Ontology"))]
    for name, space in sorted(prefixes.items()):
        declared = NamedNode(_PREFIXES + name)
        triples += [
            Triple(RULES, iri("sh", "declare"), declared),
            Triple(declared, A, iri("sh", "PrefixDeclaration")),
            Triple(declared, iri("sh", "prefix"), Literal(name)),
            Triple(declared, iri("sh", "namespace"), Literal(space, datatype=iri("xsd", "anyURI"))),
        ]
    for order, stage in enumerate(book.shared + book.people):
        shape = NamedNode(_STAGES + stage.name)
        triples += [
            Triple(shape, A, iri("sh", "NodeShape")),
            Triple(shape, _IDENTIFIER, Literal(stage.name)),
            Triple(shape, iri("sh", "targetNode"), _EVERYTHING),
            Triple(shape, _ORDER, Literal(order)),
        ]
        for rule in stage.rules:
            triples.append(Triple(shape, _RULE, rule.iri))
            triples += _rule_triples(rule, order)
    return triples


def _rule_triples(rule: Rule, order: int) -> Iterator[Triple]:
    yield Triple(rule.iri, A, _SPARQL_RULE)
    yield Triple(rule.iri, A, iri("judgement", "Rule"))
    yield Triple(rule.iri, _IDENTIFIER, Literal(rule.name))
    yield Triple(rule.iri, _VERSION, Literal(rule.version))
    yield Triple(rule.iri, _ORDER, Literal(order))
    yield Triple(rule.iri, iri("sh", "prefixes"), RULES)
    yield Triple(rule.iri, _CONSTRUCT, Literal(rule.text))
    for predicate, text, language in _said(rule):
        yield Triple(rule.iri, predicate, Literal(text, language=language))


def _said(rule: Rule) -> tuple[tuple[NamedNode, str, str], ...]:
    return (
        (_TITLE, rule.title, "en"),
        (_SAYS, rule.says, "en"),
        (_SAYS, rule.says_zh, "zh"),
        (_BECAUSE, rule.because, "en"),
    )


def shacl_turtle(book: RuleBook) -> bytes:
    """The same as Turtle that people can read, each query in lines as in its file.

    rdflib writes a text in lines, and one that ends in a backslash and a quotation mark wrongly: then
    Oxigraph writes it, in one line.
    """
    triples = rules_as_shacl(book)
    graph = Graph(bind_namespaces="none")
    for name in ("dcterms", "judgement", "owl", "rule", "sh", "skos", "xsd"):
        graph.bind(name, NAMESPACES[name])
    graph.parse(serialize(triples, format=RdfFormat.N_TRIPLES), format="nt")
    text = graph.serialize(format="turtle", encoding="utf-8")
    with suppress(SyntaxError):
        if {quad.triple for quad in parse(text, format=RdfFormat.TURTLE)} == set(triples):
            return text
    return serialize(triples, format=RdfFormat.TURTLE) or b""


def rules_from_shacl(triples: Iterable[Triple]) -> RuleBook:
    """The rules in a SHACL graph that was made by `rules_as_shacl`, or written like it.

    Raises RefusedInput with all that foreign rules lack: an IRI, a stage, or our header.
    """
    said = _Said(triples)
    texts: list[RuleText] = []
    found: list[Finding] = list(said.foreign_faults())
    for node in said.rules:
        source, faults = _source(said, node)
        found += faults
        if source is not None:
            texts.append(source)
    rules: list[Rule] = []
    for source in texts:
        header = rule_header(source.text)
        rules.append(rule_of(source.name, source.stage, header, source.text))
        found += [*placing_faults(source), *header_faults(source, header)]
        found += said.disagreements(rules[-1])
    if not texts and not found:
        found.append(_no_rules())
    if found:
        raise RefusedInput(tuple(found))
    try:
        return rule_book(rules)
    except ValueError as error:
        raise RefusedInput((violation(str(error), str(error)),)) from error


@dataclass(frozen=True)
class _Values:
    """What a graph says of one node."""

    by_predicate: dict[NamedNode, list[NamedNode | BlankNode | Literal | Triple]]

    def text(self, predicate: NamedNode) -> str | None:
        """The one literal of a property."""
        found = [each for each in self.by_predicate[predicate] if isinstance(each, Literal)]
        return found[0].value if len(found) == 1 else None


class _Said:
    """What a SHACL graph says, by subject."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._values: dict[object, _Values] = defaultdict(lambda: _Values(defaultdict(list)))
        self._stages: dict[object, list[object]] = defaultdict(list)
        self.rules: list[NamedNode] = []
        self._foreign: list[tuple[str, object]] = []
        for triple in triples:
            self._values[triple.subject].by_predicate[triple.predicate].append(triple.object)
            if triple.predicate == _RULE:
                self._stages[triple.object].append(triple.subject)
            if triple.predicate == A and triple.object in (_SPARQL_RULE, _TRIPLE_RULE):
                if triple.object == _SPARQL_RULE and isinstance(triple.subject, NamedNode):
                    self.rules.append(triple.subject)
                else:
                    kind = "triple" if triple.object == _TRIPLE_RULE else "blank"
                    self._foreign.append((kind, triple.subject))
        self.rules.sort(key=str)

    def of(self, node: object) -> _Values:
        """What is said of one node."""
        return self._values[node]

    def stages_of(self, rule: NamedNode) -> list[object]:
        """The shapes to which a rule belongs."""
        return self._stages[rule]

    def foreign_faults(self) -> Iterator[Finding]:
        """Rules of a kind that we do not have."""
        for kind, node in self._foreign:
            if kind == "triple":
                yield violation(
                    "sh:TripleRule 不能导入；请改写成 sh:SPARQLRule，查询写在 sh:construct 里。",
                    "A sh:TripleRule cannot be imported; write it as a sh:SPARQLRule with its query"
                    " in sh:construct.",
                    str(node),
                )
            else:
                yield violation(
                    "这条规则没有 IRI；请给它起名，例如：rule:requirement-met a sh:SPARQLRule。",
                    "This rule has no IRI; name it, for example: rule:requirement-met a"
                    " sh:SPARQLRule.",
                    str(node),
                )

    def disagreements(self, rule: Rule) -> Iterator[Finding]:
        """Words for readers that are not those of the header, which alone is kept."""
        for predicate, text, language in _said(rule):
            given = [
                each.value
                for each in self.of(rule.iri).by_predicate[predicate]
                if isinstance(each, Literal) and each.language == language
            ]
            if given and given != [text]:
                name = shorten(predicate)
                yield violation(
                    f"{name} 与规则文件头不一致；请改 sh:construct 开头的注释，导入只取那里的文字。",
                    f"{name} is not what the rule's header says; change the comment at the top of"
                    " sh:construct, from which alone it is taken.",
                    shorten(rule.iri),
                    given[0],
                )


def _source(said: _Said, node: NamedNode) -> tuple[RuleText | None, list[Finding]]:
    """The file that a rule's node stands for, or what it lacks to be one."""
    name = said.of(node).text(_IDENTIFIER) or local_id(node)
    where = shorten(node)
    text = said.of(node).text(_CONSTRUCT)
    if text is None:
        zh = "请写且只写一个 sh:construct，内容是规则文件的全文。"
        en = "Give exactly one sh:construct with the whole text of the rule's file."
        return None, [violation(zh, en, where)]
    stages = [said.of(shape).text(_IDENTIFIER) for shape in said.stages_of(node)]
    if len(stages) != 1 or stages[0] is None:
        zh = '请让且只让一个形状包含这条规则，并写明它的阶段，例如：dcterms:identifier "50-gaps"。'
        en = (
            "Let exactly one shape have this rule by sh:rule, and let it name its stage, for"
            ' example: dcterms:identifier "50-gaps".'
        )
        return None, [violation(zh, en, where)]
    if iri("rule", name) != node:
        zh = f"规则的 IRI 应为 {iri('rule', name).value}；请改 IRI 或 dcterms:identifier。"
        en = f"The rule's IRI is to be {iri('rule', name).value}; change it or dcterms:identifier."
        return None, [violation(zh, en, where)]
    return RuleText(stages[0], name, where, text), []


def _no_rules() -> Finding:
    return violation(
        "文件里没有规则；规则写成 sh:SPARQLRule，例如由 rengang rules export 写出的那样。",
        "There are no rules in it; write them as sh:SPARQLRule, as rengang rules export does.",
    )
