"""What people are judged by: rules, with the shared facts and shared conclusions that they read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse, serialize

from kb_service.engine.conclude import (
    BATCH,
    Keep,
    asked_of_the_clock,
    conclude_people,
    conclude_shared,
    draw,
    everything_written,
    kept,
    models_in,
    relevant,
    run_stages,
    store_of,
    workspace,
)
from kb_service.engine.dependencies import downstream, only, touched
from kb_service.engine.rules import RuleBook
from kb_service.vocabulary import iri

_CONCLUDED_BY = iri("judgement", "concludedBy")
_EVERY_MODEL = iri("judgement", "every-model")
_FOR_MODEL = iri("judgement", "forModel")
_FOR_POSITION = iri("core", "forPosition")
_KEPT_FOR = iri("judgement", "keptFor")
_PRECEDENCE = iri("judgement", "precedence")
_SOURCE = iri("people", "source")


@dataclass(frozen=True, eq=False)
class Premises:
    """Rules, every shared fact (policy numbers among them) and what follows from these alone.

    Immutable: a change gives other premises, and whoever holds these goes on judging by them. They
    can be pickled, and are equal to nothing but themselves.
    """

    rules: RuleBook
    facts: tuple[Triple, ...]
    conclusions: tuple[Triple, ...]

    def __getstate__(self) -> dict[str, object]:
        """What travels to another process: everything else is made again there."""
        return {
            "rules": self.rules,
            "facts": serialize(self.facts, format=RdfFormat.N_TRIPLES),
            "conclusions": serialize(self.conclusions, format=RdfFormat.N_TRIPLES),
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name in ("facts", "conclusions"):
            quads = parse(state[name], format=RdfFormat.N_TRIPLES)
            state[name] = tuple(quad.triple for quad in quads)
        self.__dict__.update(state)

    @classmethod
    def of(cls, rules: RuleBook, facts: Iterable[Triple]) -> Premises:
        """The premises that these shared facts make; shared rules are run."""
        known = tuple(facts)
        return cls(rules, known, tuple(conclude_shared(rules, known)))

    @cached_property
    def base(self) -> list[Quad]:
        """What rules about people can read of shared facts and conclusions."""
        return relevant(self.rules.people, (*self.facts, *self.conclusions))

    @property
    def models(self) -> list[NamedNode]:
        """Every position model that rules can read of."""
        return list(models_in(self.base))

    @cached_property
    def keep(self) -> Keep:
        """What a store keeps of the conclusions about people, as the ontology says."""
        return kept(self.facts)

    @cached_property
    def kept_classes(self) -> frozenset[Triple]:
        """What the ontology says of which conclusions a store keeps."""
        return frozenset(triple for triple in self.facts if triple.predicate == _KEPT_FOR)

    @cached_property
    def most_trusted_source(self) -> NamedNode | None:
        """The source of ratings with the lowest precedence number, which ranks first."""
        ranks = {t.subject: t.object for t in self.facts if t.predicate == _PRECEDENCE}
        sources = {t.subject: t.object for t in self.facts if t.predicate == _SOURCE}
        ranked = sorted(
            (Decimal(rank.value), source.value)
            for node, rank in ranks.items()
            if isinstance(rank, Literal) and isinstance(source := sources.get(node), NamedNode)
        )
        return NamedNode(ranked[0][1]) if ranked else None

    @cached_property
    def positions(self) -> frozenset[Triple]:
        """Which model is for which position: what is kept of somebody's own post depends on it."""
        return frozenset(triple for triple in self.facts if triple.predicate == _FOR_POSITION)

    @cached_property
    def kept_for_every_model(self) -> frozenset[str]:
        """The IRIs of the classes of conclusions that are stored for everybody and every model."""
        return frozenset(
            triple.subject.value
            for triple in self.kept_classes
            if triple.object == _EVERY_MODEL and isinstance(triple.subject, NamedNode)
        )

    def changed(self, gone: Iterable[Triple], added: Iterable[Triple]) -> Premises:
        """The premises without some shared facts and with others.

        Only the shared rules that can read of the difference, and what these feed, run again.
        """
        before = dict.fromkeys(self.facts)
        lost = [triple for triple in dict.fromkeys(gone) if triple in before]
        new = [triple for triple in dict.fromkeys(added) if triple not in before or triple in lost]
        for triple in lost:
            del before[triple]
        facts = (*before, *new)
        if not (lost or new):
            return self
        shared = [rule for stage in self.rules.shared for rule in stage.rules]
        again = downstream({touch.rule for touch in touched(shared, [*lost, *new])}, shared)
        if not again:
            return self._with(facts, self.conclusions, lost, new)
        drawn = {rule.iri for rule in again}
        gone_nodes = {
            t.subject
            for t in self.conclusions
            if t.predicate == _CONCLUDED_BY and t.object in drawn
        }
        left = tuple(t for t in self.conclusions if t.subject not in gone_nodes)
        stages = only(self.rules.shared, again)
        redrawn = draw(stages, (*facts, *left))
        gone_too = [t for t in self.conclusions if t.subject in gone_nodes]
        return self._with(facts, (*left, *redrawn), [*lost, *gone_too], [*new, *redrawn])

    def _with(
        self,
        facts: tuple[Triple, ...],
        conclusions: tuple[Triple, ...],
        lost: Iterable[Triple],
        new: Iterable[Triple],
    ) -> Premises:
        """Premises whose base is made from this one's by what is lost and what is new."""
        after = replace(self, facts=facts, conclusions=conclusions)
        gone = {Quad(t.subject, t.predicate, t.object) for t in lost}
        kept_quads = [quad for quad in self.base if quad not in gone]
        after.__dict__["base"] = [*kept_quads, *relevant(self.rules.people, new)]
        return after

    def about(self, models: Iterable[NamedNode]) -> Premises:
        """The premises without what concerns other models only: judging by them is faster.

        What is concluded for these models is the same.
        """
        wanted = set(models)
        others = {t.subject for t in self.conclusions if t.predicate == _FOR_MODEL} - {
            t.subject for t in self.conclusions if t.predicate == _FOR_MODEL and t.object in wanted
        }
        after = replace(
            self,
            facts=tuple(
                t for t in self.facts if t.predicate != _FOR_POSITION or t.subject in wanted
            ),
            conclusions=tuple(t for t in self.conclusions if t.subject not in others),
        )
        after.__dict__["base"] = [
            quad
            for quad in self.base
            if quad.subject not in others
            and (quad.predicate != _FOR_POSITION or quad.subject in wanted)
        ]
        return after

    def conclude(
        self,
        people: Mapping[NamedNode, Iterable[Triple]],
        as_of: date,
        *,
        asked: Iterable[NamedNode] | None = None,
        keep: Keep | None = None,
        batch: int = BATCH,
    ) -> Iterator[tuple[NamedNode, list[Triple]]]:
        """Each person with what follows about them; see `conclude_people`."""
        return conclude_people(
            self.rules,
            self.base,
            people.items(),
            as_of,
            asked=asked,
            keep=keep,
            batch=batch,
            filled=self._filled,
        )

    def prepare(self) -> None:
        """Fill a store with the base ahead of the next batch of people."""
        if not self._ready:
            self._ready.append(store_of(self.base))

    def _filled(self) -> Store:
        """A store that holds the base; it is used once, since a store frees nothing."""
        return self._ready.pop() if self._ready else store_of(self.base)

    @cached_property
    def _ready(self) -> list[Store]:
        return []

    def workspace(
        self,
        people: Mapping[NamedNode, Iterable[Triple]],
        as_of: date,
        asked: Iterable[NamedNode] | None = None,
    ) -> Store:
        """A store in memory with what rules read, these people and all that follows about them.

        `asked` are the models for which training is planned besides own and candidate ones; every
        model by default.
        """
        models = self.models if asked is None else asked
        return workspace(self.rules, self._filled(), people, as_of, models)

    def everything_about(self, facts: bytes, as_of: date) -> bytes:
        """All that follows about the people whom facts are about, for every model; both as N-Triples."""
        store = self._filled()
        store.extend(asked_of_the_clock(as_of, self.models))
        store.load(facts, format=RdfFormat.N_TRIPLES)
        run_stages(store, self.rules.people)
        return everything_written(store)
