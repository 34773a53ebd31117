"""What was not concluded tells what each rule lacked, and everything it tells is so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from pyoxigraph import Literal, NamedNode, QueryBoolean, Variable

from kb_service.engine.body.conditions import with_values
from kb_service.engine.body.groups import Star, TriplePattern
from kb_service.engine.body.reader import head_of
from kb_service.engine.obstacles import (
    Attempt,
    Blocked,
    Missing,
    NoneOf,
    Obstacle,
    Trial,
    Unmet,
    WhyNot,
)
from kb_service.engine.sought import Sought
from kb_service.engine.why_not import NoSuchRuleError, why_not
from kb_service.vocabulary import A, iri
from tests.rule_reading import rules
from tests.small_organisation import ORGANISATION
from tests.test_rule_bodies import everything

OF_PERSON, FOR_MODEL = iri("judgement", "ofPerson"), iri("judgement", "forModel")
OF_TRAINING, OF_DIMENSION = iri("judgement", "training"), iri("judgement", "forDimension")


def about(kind: str, person: str, model: str | None, **more: NamedNode) -> Sought:
    """A conclusion about one of the small organisation."""
    said: list[tuple[NamedNode, NamedNode]] = [(A, iri("judgement", kind))]
    said += [(iri("judgement", name), value) for name, value in more.items()]
    said.append((OF_PERSON, iri("person", person)))
    return Sought(None, (*said, *([(FOR_MODEL, iri("model", model))] if model else [])))


def verdict(person: str, model: str, id: str) -> WhyNot:
    return why_not(
        everything(), rules(), about("Verdict", person, model, verdict=iri("verdict", id))
    )


def the_trial(attempt: Attempt) -> Trial:
    [trial] = attempt.trials
    assert attempt.more == 0
    return trial


def nodes_of(blocked: Blocked) -> set[str]:
    return {each.conclusion.value.partition("/person/")[2] for each in blocked.conclusions}


def test_a_fit_that_is_too_low_is_told_with_both_numbers_and_what_bars_it_besides() -> None:
    answer = verdict("wu", "agent", "fit")

    [attempt] = answer.attempts
    assert attempt.rule.name == "good-fit"
    blocked, missing = the_trial(attempt).obstacles
    assert isinstance(blocked, Blocked) and isinstance(missing, Missing)
    assert nodes_of(blocked) == {"wu/fit/agent/below-minimum"}
    assert missing.thing == about("FitReached", "wu", "agent")
    assert missing.why is not None
    [inner] = missing.why.attempts
    assert inner.rule.name == "fit-reached"
    low, barred = the_trial(inner).obstacles
    assert isinstance(low, Unmet) and isinstance(barred, Blocked)
    assert low.expression == "?percent >= ?needed"
    assert [(each.variable, each.value) for each in low.operands] == [
        ("percent", Literal("42.5", datatype=iri("xsd", "decimal"))),
        ("needed", Literal("80", datatype=iri("xsd", "decimal"))),
    ]
    given_by = [each.statement.subject for each in low.operands if each.statement]
    assert given_by == [iri("person", "wu/fit/agent"), iri("policy", "fit-for-fit")]
    assert nodes_of(barred) == {
        "wu/requirement/agent.service/bars-fit",
        "wu/requirement/agent.patience/bars-fit",
    }


def test_what_bars_a_verdict_brings_its_own_reasons_down_to_assertions() -> None:
    answer = verdict("sun", "agent", "trainable")

    [obstacle] = the_trial(answer.attempts[0]).obstacles
    assert isinstance(obstacle, Blocked)
    [bar] = obstacle.conclusions
    told = {fact.subject for fact in bar.assertions()}
    assert bar.rule.name == "open-ability-gap-bars-training"
    assert iri("person", "sun/assessment/A1/rating/tact") in told


def test_what_was_concluded_instead_is_named() -> None:
    answer = verdict("zhao", "agent", "strong-fit")

    assert [each.node for each in answer.instead] == [iri("person", "zhao/verdict/agent")]


def test_what_was_concluded_is_said_to_be() -> None:
    answer = verdict("zhao", "agent", "fit")

    assert [each.node for each in answer.concluded] == [iri("person", "zhao/verdict/agent")]
    assert answer.attempts == ()


def test_a_training_for_something_the_model_does_not_ask_is_told_as_such() -> None:
    answer = why_not(
        everything(),
        rules(),
        about("RecommendedTraining", "li", "agent", training=iri("training", "smiling")),
    )

    asked = {missing.thing.kind for missing in all_missing(answer)}
    model = [m for m in all_missing(answer) if m.thing.subject == iri("model", "agent")]
    assert iri("judgement", "TrainingNeed") in asked
    assert {missing.statement for missing in model} == {
        (iri("core", "requires"), iri("requirement", "representative.warmth"))
    }


def test_that_no_gap_bars_training_is_told_by_the_trainings_that_close_it() -> None:
    answer = why_not(everything(), rules(), about("TrainingBar", "li", "agent"))

    [closed] = [each for each in all_obstacles(answer) if isinstance(each, Blocked)]
    [reachable] = closed.conclusions
    used = {fact.subject for fact in reachable.assertions()}
    assert reachable.rule.name == "reachable-level"
    assert {iri("training", name) for name in ("listening", "waiting", "bearing")} <= used


def test_a_thing_that_conclusions_do_not_name_narrows_what_their_rules_read() -> None:
    patience = (OF_DIMENSION, iri("ability", "patience"))
    tact = (OF_DIMENSION, iri("ability", "tact"))

    one = why_not(everything(), rules(), about("Gap", "li", "agent"), [patience])
    other = why_not(everything(), rules(), about("Gap", "li", "agent"), [tact])

    assert one.concluded and not one.attempts
    [unmet] = the_trial(other.attempts[0]).obstacles
    assert isinstance(unmet, Unmet)
    assert [each.value for each in unmet.operands if each.value] == [
        Literal("6.5", datatype=iri("xsd", "decimal"))
    ] * 2


def test_ways_that_fail_for_everybody_are_counted_where_one_fails_for_this_person() -> None:
    tact = about("TrainingNeed", "li", "agent", forDimension=iri("ability", "tact"))

    answer = why_not(everything(), rules(), tact)

    [when_asked] = [a for a in answer.attempts if a.rule.name == "training-need-when-asked"]
    [trial] = when_asked.trials
    assert [each.node for each in trial.conclusions] == [iri("requirement", "agent.tact/effective")]
    assert when_asked.more == 1


def test_what_no_rule_concludes_is_refused() -> None:
    with pytest.raises(NoSuchRuleError):
        why_not(everything(), rules(), about("Person", "li", None))
    with pytest.raises(NoSuchRuleError):
        why_not(
            everything(),
            rules(),
            about("Fit", "li", "agent"),
            [(OF_TRAINING, iri("training", "smiling"))],
        )


def everything_one_may_ask() -> list[Sought]:
    """Each class that rules about people conclude, each verdict, of each person for each model."""
    found = []
    for name in rules().by_iri.values():
        if not name.judges_people:
            continue
        head = head_of(name)
        fixed = [
            (pattern.predicate, pattern.object)
            for pattern in head
            if isinstance(pattern.predicate, NamedNode)
            and pattern.predicate != iri("judgement", "concludedBy")
            and isinstance(pattern.object, NamedNode)
        ]
        models = ORGANISATION.models if FOR_MODEL in {p.predicate for p in head} else (None,)
        for person in ORGANISATION.people:
            for model in models:
                said = [(OF_PERSON, iri("person", person.name))]
                said += [(FOR_MODEL, iri("model", model.name))] if model else []
                found.append(Sought(None, (*fixed, *said)))
    return list(dict.fromkeys(found))


def test_whatever_was_not_concluded_has_obstacles_and_each_of_them_is_so() -> None:
    asked = everything_one_may_ask()

    answers = [why_not(everything(), rules(), thing) for thing in asked]

    assert sum(bool(answer.attempts) for answer in answers) > 100
    for answer in answers:
        assert bool(answer.concluded) != bool(answer.attempts)
        assert bool(answer.concluded) == exists(answer.thing)
        for obstacle in all_obstacles(answer):
            assert is_so(obstacle), obstacle


def exists(thing: Sought) -> bool:
    subject = thing.subject or Variable("it")
    star = Star(
        tuple(
            TriplePattern(subject, predicate, value or Variable(f"open{number}"))  # type: ignore[arg-type]
            for number, (predicate, value) in enumerate(thing.statements)
        )
    )
    return ask(str(star))


def ask(body: str) -> bool:
    answer = everything().query(f"ASK {{ {body} }}")
    assert isinstance(answer, QueryBoolean)
    return bool(answer)


def is_so(obstacle: Obstacle) -> bool:
    """Whether the store bears out what an obstacle tells."""
    if isinstance(obstacle, Missing):
        return not exists(obstacle.thing)
    if isinstance(obstacle, Unmet):
        values = {each.variable: str(each.value) for each in obstacle.operands if each.value}
        return not ask(f"FILTER ({with_values(obstacle.expression, values)})")
    if isinstance(obstacle, Blocked):
        held = [ask(f"{each.conclusion} ?p ?o") for each in obstacle.conclusions]
        held += [ask(f"{fact.subject} {fact.predicate} {fact.object}") for fact in obstacle.facts]
        return all(held) and bool(held)
    return bool(obstacle.trials)


def all_obstacles(answer: WhyNot) -> Iterator[Obstacle]:
    for attempt in answer.attempts:
        assert attempt.trials
        yield from obstacles_of(attempt.trials)


def obstacles_of(trials: Sequence[Trial]) -> Iterator[Obstacle]:
    for trial in trials:
        assert trial.obstacles
        for obstacle in trial.obstacles:
            yield obstacle
            if isinstance(obstacle, NoneOf):
                yield from obstacles_of(obstacle.trials)
            elif isinstance(obstacle, Missing) and obstacle.why:
                yield from all_obstacles(obstacle.why)


def all_missing(answer: WhyNot) -> list[Missing]:
    return [each for each in all_obstacles(answer) if isinstance(each, Missing)]
