"""Why something was not concluded: what each rule that could have done so did not find, or found.

The rule is tried part by part with what was asked about put into its patterns. A part that finds
nothing, a FILTER that is false and a MINUS that finds something are its obstacles; when rules could
have concluded what is missing, the same is told of that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pyoxigraph import Literal, NamedNode, Store, Variable

from kb_service.engine.body.groups import Group, Star, Term, TriplePattern, stars_of
from kb_service.engine.body.reader import body_of, head_of
from kb_service.engine.body.solutions import Solver
from kb_service.engine.explain import Explainer, Support, nothing_inferred
from kb_service.engine.obstacles import Attempt, Conclusion, WhyNot
from kb_service.engine.rules import Rule, RuleBook
from kb_service.engine.sought import Sought, sought, writers
from kb_service.engine.tryout import Telling, Tryout
from kb_service.vocabulary import A

MOST_ATTEMPTS = 120
"""How many rules are tried for one answer before it is cut short."""

_MOST_FOUND = 20

Known = tuple[NamedNode, Term]


class NoSuchRuleError(LookupError):
    """No rule makes conclusions of this kind, or none that reads what was named."""


def why_not(
    store: Store,
    rules: RuleBook,
    thing: Sought,
    also: Sequence[Known] = (),
    support: Support = nothing_inferred,
) -> WhyNot:
    """Why a store that holds all that follows has no such conclusion, or that it has.

    `also` are statements that conclusions of this kind do not make themselves: where their rules
    first read that property, its value is taken to be this one. Raises NoSuchRuleError when there
    is no rule for such a conclusion.
    """
    able = [rule for rule in writers(thing, rules.by_iri.values()) if _reads(rule, also)]
    if not able:
        raise NoSuchRuleError(" ".join(str(value) for _, value in (*thing.known, *also)))
    return _Answer(store, rules, support).whole(thing, able, also)


def _reads(rule: Rule, also: Iterable[Known]) -> bool:
    return all(_variable_of(rule, predicate) for predicate, _ in also)


def _variable_of(rule: Rule, predicate: NamedNode) -> str | None:
    """The variable that a rule first reads or writes as the value of a property."""
    body = (pattern for star in stars_of(body_of(rule).elements) for pattern in star.patterns)
    for pattern in (*head_of(rule), *body):
        if pattern.predicate == predicate and isinstance(pattern.object, Variable):
            return pattern.object.value
    return None


class _Answer:
    """One answer in the making: what it has told already, and how many rules it has tried."""

    def __init__(self, store: Store, rules: RuleBook, support: Support) -> None:
        self._store = store
        self._rules = tuple(rules.by_iri.values())
        self._explainer = Explainer(store, rules, support)
        self._stages: dict[Star, str] = {}
        self._answers: dict[Sought, WhyNot] = {}
        self._tried = 0

    def whole(self, thing: Sought, able: Sequence[Rule], also: Sequence[Known]) -> WhyNot:
        """The answer to what was asked."""
        concluded = self._found(thing.known)
        if concluded and not also:
            return WhyNot(thing, concluded=concluded)
        self._answers[thing] = WhyNot(thing, told_above=True)
        attempts = tuple(self._attempt(rule, thing, also) for rule in able)
        if any(not trial.obstacles for attempt in attempts for trial in attempt.trials):
            return WhyNot(thing, concluded=concluded)
        instead = tuple(node for node in self._found(self._free(thing)) if node not in concluded)
        return WhyNot(thing, attempts, instead=instead).told_once()

    def _why_not(self, thing: Sought) -> WhyNot | None:
        """Why a missing thing was not concluded; None when no rule could have done so."""
        able = writers(thing, self._rules)
        if not able:
            return None
        if thing in self._answers:
            return self._answers[thing]
        if self._tried + len(able) > MOST_ATTEMPTS:
            return WhyNot(thing, cut_short=True)
        self._answers[thing] = WhyNot(thing, told_above=True)
        answer = WhyNot(thing, tuple(self._attempt(rule, thing, ()) for rule in able))
        self._answers[thing] = answer
        return answer

    def _attempt(self, rule: Rule, thing: Sought, also: Sequence[Known]) -> Attempt:
        self._tried += 1
        known = {
            name: value
            for predicate, value in (*thing.known, *also)
            if predicate != A and (name := _variable_of(rule, predicate))
        }
        solver = Solver(self._store, rule.query.prologue)
        telling = Telling(self._why_not, self._explainer.explain, self._stage_of)
        tryout = Tryout(solver, self._explainer.tracer, telling)
        return Attempt(rule, *tryout.trials(body_of(rule), known))

    def _stage_of(self, star: Star) -> str:
        if star not in self._stages:
            able = writers(sought(star, {}), self._rules)
            self._stages[star] = max((rule.stage for rule in able), default="")
        return self._stages[star]

    def _found(self, statements: Iterable[Known]) -> tuple[Conclusion, ...]:
        """The conclusions that say all this."""
        subject = Variable("conclusion")
        star = Star(
            tuple(
                TriplePattern(subject, predicate, value)
                for predicate, value in statements
                if isinstance(value, NamedNode | Literal)
            )
        )
        rows = Solver(self._store, "").solutions(Group((star,)), [{}], _MOST_FOUND)
        nodes = dict.fromkeys(row["conclusion"] for row in rows)
        tracer = self._explainer.tracer
        return tuple(
            Conclusion(node, tracer.statements(node))
            for node in nodes
            if isinstance(node, NamedNode)
        )

    def _free(self, thing: Sought) -> list[Known]:
        """What is known of a thing, less what its rules write as constants, as of verdicts."""
        kind = Sought(None, ((A, thing.kind),))
        fixed = {
            pattern.predicate
            for rule in writers(kind, self._rules)
            for pattern in head_of(rule)
            if pattern.predicate != A and not isinstance(pattern.object, Variable)
        }
        return [statement for statement in thing.known if statement[0] not in fixed]
