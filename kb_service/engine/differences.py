"""Conclusions drawn from two sets of premises, compared one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kb_service.vocabulary import A, iri

Term = NamedNode | BlankNode | Literal | Triple

_FOR_MODEL = iri("judgement", "forModel")
_FRAME = frozenset({A, _FOR_MODEL, iri("judgement", "ofPerson"), iri("judgement", "concludedBy")})
"""What every conclusion says besides what it concludes."""
_MODEL_VERSION = iri("judgement", "modelVersion")


@dataclass(frozen=True)
class Difference:
    """A conclusion that is drawn only before, only after, or says something else after.

    `before` and `after` are its statements, none where it is not drawn. `about` is what the
    conclusions it points at say of things that are no conclusions: the requirement of the gap that
    a training closes.
    """

    conclusion: NamedNode
    before: tuple[Triple, ...]
    after: tuple[Triple, ...]
    about: tuple[Triple, ...] = ()

    @property
    def kinds(self) -> tuple[NamedNode, ...]:
        """The classes that it is a member of, before or after."""
        found = (t.object for t in (*self.before, *self.after) if t.predicate == A)
        return tuple(dict.fromkeys(kind for kind in found if isinstance(kind, NamedNode)))

    @property
    def model(self) -> NamedNode | None:
        """The position model that it is for, None when it is for none."""
        for triple in (*self.before, *self.after):
            if triple.predicate == _FOR_MODEL and isinstance(triple.object, NamedNode):
                return triple.object
        return None


def differences(
    before: Iterable[Triple],
    after: Iterable[Triple],
    kinds: Set[NamedNode] | None = None,
) -> tuple[Difference, ...]:
    """Every conclusion of these kinds, or of any kind, that differs; in the order of their IRIs.

    One that differs only in the version of the model it was drawn by concludes the same.
    """
    old, new = set(before), set(after)
    changed = {triple.subject for triple in old ^ new if triple.predicate != _MODEL_VERSION}
    if not changed:
        return ()
    said_before, said_after = _by_subject(old), _by_subject(new)
    said = {**said_before, **said_after}
    found = (
        Difference(
            node,
            _statements(said_before.get(node, ()), kinds),
            _statements(said_after.get(node, ()), kinds),
            tuple(_about(node, said)),
        )
        for node in sorted(changed, key=str)
        if isinstance(node, NamedNode)
    )
    return tuple(each for each in found if each.before or each.after)


def _statements(said: Sequence[Triple], kinds: Set[NamedNode] | None) -> tuple[Triple, ...]:
    """What a conclusion says in a stable order; nothing when it is of none of these kinds."""
    if kinds is not None and all(t.object not in kinds for t in said if t.predicate == A):
        return ()
    return tuple(sorted(said, key=str))


def _by_subject(triples: Iterable[Triple]) -> Mapping[Term, Sequence[Triple]]:
    found: dict[Term, list[Triple]] = defaultdict(list)
    for triple in triples:
        found[triple.subject].append(triple)
    return found


def _about(conclusion: NamedNode, said: Mapping[Term, Sequence[Triple]]) -> Iterator[Triple]:
    """What the conclusions that this one points at, directly or by others, say of things."""
    seen: set[Term] = {conclusion}
    waiting: list[Term] = [conclusion]
    while waiting:
        node = waiting.pop()
        for triple in sorted(said.get(node, ()), key=str):
            if triple.predicate in _FRAME or not isinstance(triple.object, NamedNode):
                continue
            if triple.object not in said:
                if node != conclusion:
                    yield triple
            elif triple.object not in seen:
                seen.add(triple.object)
                waiting.append(triple.object)
