"""Words of our ontology that nobody declared: most of them are typing mistakes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from pyoxigraph import BlankNode, NamedNode, Triple
from rdflib import OWL, RDF, Graph, URIRef

from kb_service.findings import Finding
from kb_service.validation.text import LONGEST_NAME, LONGEST_VALUE, shown
from kb_service.vocabulary import BASE, NAMESPACES, A, local_id, shorten

_OURS = BASE + "ontology/"
_MOST = 50
_LIKENESS = 0.85
_LIKENESS_OF_NAMES = 0.7
_SHORTEST_STEM = 5
_MOST_MEANT = 3
_WRITTEN = tuple(namespace for namespace in NAMESPACES.values() if namespace.startswith(BASE))


def unknown_words(data: Iterable[Triple], known: Graph) -> list[Finding]:
    """A violation for each undeclared class or property of ours, with the word meant if any.

    `known` declares a word by saying anything about it.
    """
    used: dict[NamedNode, Triple] = {}
    for triple in data:
        for word in _words(triple):
            if _is_ours(word):
                used.setdefault(word, triple)
    unknown = [word for word in used if (URIRef(word.value), None, None) not in known]
    return [_unknown(word, used[word], known) for word in unknown[:_MOST]]


def _is_ours(word: NamedNode) -> bool:
    return word.value.startswith(_OURS) and "#" in word.value


def _words(triple: Triple) -> list[NamedNode]:
    classes = [triple.object] if triple.predicate == A else []
    return [triple.predicate, *(one for one in classes if isinstance(one, NamedNode))]


def _unknown(word: NamedNode, triple: Triple, known: Graph) -> Finding:
    written = shown(shorten(word))
    meant = _meant(word, word != triple.predicate, known)
    return _about(
        triple,
        word,
        f"本体里没有“{written}”这个词"
        + (f"；是否想写 {'、'.join(meant)}？" if meant else "；请改用已有的词。"),
        f"The ontology has no word {written}"
        + (f"; did you mean {' or '.join(meant)}?" if meant else "; use one of its own."),
        written,
    )


def misspelled_namespaces(data: Iterable[Triple]) -> list[Finding]:
    """A violation for each namespace that is nearly one of ours: no shape would look at its words."""
    used: dict[str, tuple[NamedNode, Triple]] = {}
    for triple in data:
        for word in _words(triple):
            if not _is_ours(word):
                used.setdefault(_namespace(word), (word, triple))
    known = set(NAMESPACES.values())
    found: list[Finding] = []
    for namespace, (word, triple) in used.items():
        if namespace in known:
            continue
        close = get_close_matches(namespace[:LONGEST_VALUE], _WRITTEN, n=1, cutoff=_LIKENESS)
        if close:
            found.append(_misspelled(namespace, close[0], word, triple))
    return found[:_MOST]


def _misspelled(namespace: str, meant: str, word: NamedNode, triple: Triple) -> Finding:
    written = shown(namespace)
    return _about(
        triple,
        word,
        f"命名空间 <{written}> 写错了，其中的词没有人认得；请改为 <{meant}>。",
        f"The namespace <{written}> is misspelled, so nothing in it is understood; write <{meant}>.",
        shown(word.value),
    )


def _about(triple: Triple, word: NamedNode, zh: str, en: str, value: str) -> Finding:
    subject, path = triple.subject, word if word == triple.predicate else A
    return Finding(
        "violation",
        {"zh": zh, "en": en},
        focus=shown(_name(subject), LONGEST_NAME),
        path=path.value,
        value=value,
    )


def _name(subject: NamedNode | BlankNode | Triple) -> str:
    """A thing as findings name it; a triple has no name."""
    if isinstance(subject, BlankNode):
        return f"_:{subject.value}"
    return subject.value if isinstance(subject, NamedNode) else ""


def _namespace(word: NamedNode) -> str:
    return word.value[: max(word.value.rfind("#"), word.value.rfind("/")) + 1]


def _meant(word: NamedNode, is_class: bool, known: Graph) -> list[str]:
    """The classes or properties that may have been meant, those of the same ontology before others.

    A word of another ontology is named only where it is nearly the same: it took a wrong prefix.
    """
    ours = [
        NamedNode(subject)
        for subject, kind in known.subject_objects(RDF.type)
        if isinstance(subject, URIRef)
        and subject.startswith(_OURS)
        and "#" in subject
        and (kind == OWL.Class) == is_class
    ]
    beside = {local_id(one): one for one in ours if _namespace(one) == _namespace(word)}
    anywhere = {local_id(one): one for one in ours}
    name = local_id(word)[:80]
    close = get_close_matches(name, beside, n=1, cutoff=_LIKENESS_OF_NAMES)
    names = close or _alike(re.sub("^(has|is)(?=[A-Z])", "", name).casefold(), beside)
    if names:
        return [shorten(beside[each]) for each in names]
    close = get_close_matches(name, anywhere, n=1, cutoff=_LIKENESS)
    return [shorten(anywhere[each]) for each in close]


def _alike(stem: str, names: Iterable[str]) -> list[str]:
    """The names that end like this, `requiredLevel` like `level`, else the shortest that begins so."""
    if len(stem) < _SHORTEST_STEM:
        return []
    by_length = sorted(names, key=lambda name: (len(name), name))
    ending = [name for name in by_length if name.casefold().endswith(stem)]
    beginning = [name for name in by_length if name.casefold().startswith(stem[:_SHORTEST_STEM])]
    return ending[:_MOST_MEANT] or beginning[:1]
