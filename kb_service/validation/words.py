"""Words of our ontology that nobody declared: most of them are typing mistakes."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from pyoxigraph import NamedNode, Triple
from rdflib import Graph, URIRef

from kb_service.findings import Finding, violation
from kb_service.validation.text import shown
from kb_service.vocabulary import BASE, A, local_id, shorten

_OURS = BASE + "ontology/"
_MOST = 50


def unknown_words(data: Iterable[Triple], known: Graph) -> list[Finding]:
    """A violation for each undeclared class or property of ours, with the word meant if any.

    `known` declares a word by saying anything about it.
    """
    used: dict[NamedNode, Triple] = {}
    for triple in data:
        for word in _words(triple):
            if word.value.startswith(_OURS) and "#" in word.value:
                used.setdefault(word, triple)
    unknown = [word for word in used if (URIRef(word.value), None, None) not in known]
    return [_unknown(word, used[word], known) for word in unknown[:_MOST]]


def _words(triple: Triple) -> list[NamedNode]:
    classes = [triple.object] if triple.predicate == A else []
    return [triple.predicate, *(one for one in classes if isinstance(one, NamedNode))]


def _unknown(word: NamedNode, triple: Triple, known: Graph) -> Finding:
    written = shown(shorten(word))
    meant = _meant(word, known)
    subject = triple.subject
    finding = violation(
        f"本体里没有“{written}”这个词"
        + (f"；是否想写 {meant}？" if meant else "；请改用已有的词。"),
        f"The ontology has no word {written}"
        + (f"; did you mean {meant}?" if meant else "; use one of its own."),
        value=written,
    )
    focus = subject.value[:400] if isinstance(subject, NamedNode) else ""
    return Finding(finding.severity, finding.message, focus=focus, value=written)


def _meant(word: NamedNode, known: Graph) -> str:
    ours = {
        str(subject).rsplit("#", 1)[-1]: NamedNode(subject)
        for subject in set(known.subjects())
        if isinstance(subject, URIRef) and subject.startswith(_OURS) and "#" in subject
    }
    close = get_close_matches(local_id(word)[:80], ours, n=1, cutoff=0.7)
    return shorten(ours[close[0]]) if close else ""
