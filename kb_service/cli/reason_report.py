"""Inferred facts as a person reads them: by kind, and those alike together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from pyoxigraph import NamedNode, Triple
from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from kb_service.cli.language import Words, language, say
from kb_service.reasoning import KINDS, Inferences, kind_of
from kb_service.reasoning.sentences import Labels, labels_in
from kb_service.vocabulary import shorten

_KINDS = {
    "type": Words("个体所属的类", "Individuals in classes"),
    "subclass": Words("类的上下位", "Classes below classes"),
    "subproperty": Words("属性的上下位", "Properties below properties"),
    "value": Words("属性的值", "Values of properties"),
}


def report(inferences: Inferences, facts: Iterable[Triple]) -> Iterator[RenderableType]:
    """Each kind of fact with its count, then what was found, what is alike in one paragraph."""
    labels = labels_in(facts)
    for kind in KINDS:
        triples = [triple for triple in inferences.triples if kind_of(triple) == kind]
        if triples:
            yield Text(f"{_KINDS[kind]}{say('：', ': ')}{len(triples)}", style="bold")
            for heading, members in _grouped(triples, kind).items():
                yield Padding(_paragraph(heading, members, labels), (0, 0, 0, 2))


def _grouped(triples: Iterable[Triple], kind: str) -> dict[object, list[object]]:
    """What is below or in a class with that class, and values with their property."""
    groups: dict[object, list[object]] = defaultdict(list)
    for triple in triples:
        if kind == "value":
            groups[triple.predicate].append((triple.subject, triple.object))
        else:
            groups[triple.object].append((triple.subject,))
    return groups


def _paragraph(heading: object, members: list[object], labels: Labels) -> Text:
    text = Text(_called(heading, labels), style="cyan")
    text.append(f" ({len(members)}): ", style="dim")
    return text.append(", ".join(_member(member) for member in members), style="default")


def _member(member: object) -> str:
    terms = member if isinstance(member, tuple) else (member,)
    return " → ".join(_short(term) for term in terms)


def _short(term: object) -> str:
    return shorten(term) if isinstance(term, NamedNode) else str(term)


def _called(term: object, labels: Labels) -> str:
    if not isinstance(term, NamedNode):
        return str(term)
    label = labels.get(term, {}).get(language())
    return f"{shorten(term)} {label}" if label else shorten(term)
