"""Why something was not concluded is told of whatever a rule is made of."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode

from kb_service.engine import why_not as why_not_module
from kb_service.engine.obstacles import Blocked, Missing, NoneOf, Obstacle, Unmet, WhyNot
from kb_service.engine.rules import Rule
from kb_service.engine.sought import Sought
from kb_service.engine.why_not import why_not
from kb_service.vocabulary import A, iri
from tests.small_rules import address, rule, world

PERSON = (iri("judgement", "ofPerson"), address("person:ana"))
IT = 'BIND (IRI(CONCAT(STR(?person), "/{}")) AS ?it)'


def of_person(name: str, kind: str, body: str, stage: str = "50-test") -> Rule:
    """A rule that concludes one thing of a person."""
    head = f"a judgement:{kind} ; judgement:ofPerson ?person"
    return rule(name, head, f"{body} {IT.format(name)}", stage)


def asked(facts: str, kind: str, *rules: Rule) -> WhyNot:
    """Why there is no conclusion of this kind about Ana."""
    store, book = world(f"person:ana a people:Person . {facts}", *rules)
    return why_not(store, book, Sought(None, ((A, iri("judgement", kind)), PERSON)))


def obstacles(answer: WhyNot) -> tuple[Obstacle, ...]:
    [attempt] = answer.attempts
    [trial] = attempt.trials
    return trial.obstacles


def test_the_first_statement_that_nothing_meets_is_named() -> None:
    simple = of_person(
        "simple",
        "Gap",
        "?person a people:Person ; core:about ?x ; core:tier tier:main ; core:scale ?y .",
    )

    [missing] = obstacles(
        asked("person:ana core:about core:X ; core:tier tier:first .", "Gap", simple)
    )

    assert isinstance(missing, Missing)
    assert missing.thing.subject == address("person:ana")
    assert missing.statement == (iri("core", "tier"), iri("tier", "main"))
    assert missing.why is None


def test_a_union_tells_what_each_of_its_branches_lacks() -> None:
    either = of_person(
        "either",
        "Gap",
        "?person a people:Person . { ?person core:about ?x . } UNION { ?person core:tier ?x . }",
    )

    [none] = obstacles(asked("", "Gap", either))

    assert isinstance(none, NoneOf)
    lacking = [each for trial in none.trials for each in trial.obstacles]
    assert [each.statement[0] for each in lacking if isinstance(each, Missing)] == [
        iri("core", "about"),
        iri("core", "tier"),
    ]


def test_an_aggregate_tells_what_there_was_nothing_of_to_add_up() -> None:
    total = of_person(
        "total",
        "Gap",
        """{ SELECT ?person (SUM(?weight) AS ?sum) WHERE {
            ?thing core:about ?person ; core:weight ?weight . FILTER (?weight > 3) }
          GROUP BY ?person }""",
    )

    [light] = obstacles(asked("core:X core:about person:ana ; core:weight 2.5 .", "Gap", total))
    [nothing] = obstacles(asked("", "Gap", total))

    assert isinstance(light, Unmet) and light.expression == "?weight > 3"
    assert isinstance(nothing, Missing) and nothing.statement[0] == iri("core", "about")


def test_what_an_aggregate_comes_to_is_compared_like_any_value() -> None:
    enough = of_person(
        "enough",
        "Gap",
        """{ SELECT ?person (COUNT(?thing) AS ?count) WHERE { ?thing core:about ?person . }
          GROUP BY ?person } FILTER (?count >= 2 && ?count < 5)""",
    )

    [unmet] = obstacles(asked("core:X core:about person:ana .", "Gap", enough))

    assert isinstance(unmet, Unmet)
    assert unmet.expression == "?count >= 2"
    assert [each.value for each in unmet.operands] == [Literal(1)]
    assert unmet.operands[0].statement is None


def test_a_value_that_is_computed_is_compared_too() -> None:
    later = of_person(
        "later", "Gap", "?person core:weight ?w . BIND (?w * 2 AS ?twice) FILTER (?twice > 10)"
    )

    [unmet] = obstacles(asked("person:ana core:weight 4 .", "Gap", later))

    assert isinstance(unmet, Unmet)
    assert [(each.variable, each.value) for each in unmet.operands] == [("twice", Literal(8))]


def test_a_value_that_is_unknown_makes_a_condition_false() -> None:
    known = of_person(
        "known",
        "Gap",
        "?person a people:Person . OPTIONAL { ?person core:weight ?w . } FILTER (BOUND(?w))",
    )

    [unmet] = obstacles(asked("", "Gap", known))

    assert isinstance(unmet, Unmet)
    assert unmet.expression == "BOUND(?w)"
    assert unmet.operands[0].value is None


def test_what_must_not_exist_is_told_with_what_is_compared_around_it() -> None:
    highest = of_person(
        "highest",
        "Gap",
        """?person core:weight ?own .
        FILTER NOT EXISTS { ?other core:about ?person ; core:weight ?more . FILTER (?more > ?own) }""",
    )
    facts = """person:ana core:weight 4 . core:X core:about person:ana ; core:weight 5 .
      core:Y core:about person:ana ; core:weight 3 ."""

    [blocked] = obstacles(asked(facts, "Gap", highest))

    assert isinstance(blocked, Blocked)
    assert {fact.subject for fact in blocked.facts} == {address("core:X")}
    assert not asked("person:ana core:weight 4 .", "Gap", highest).attempts


def test_a_minus_that_shares_nothing_is_in_nobodys_way() -> None:
    free = of_person(
        "free", "Gap", "?person core:weight ?own . MINUS { ?x core:tier ?y . } FILTER (?own > 5)"
    )

    [unmet] = obstacles(
        asked("person:ana core:weight 4 . core:X core:tier tier:main .", "Gap", free)
    )

    assert isinstance(unmet, Unmet)


def test_conditions_that_can_be_told_already_are_told_beside_what_is_missing() -> None:
    both = of_person(
        "both",
        "Gap",
        """?person core:weight ?own ; core:scale ?scale . ?scale core:maximum ?top .
        FILTER (?own > 5) MINUS { ?person core:tier ?tier . } FILTER (?top > ?own)""",
    )
    facts = "person:ana core:weight 4 ; core:scale scale:sten ; core:tier tier:main ."

    unmet, blocked, missing = obstacles(asked(facts, "Gap", both))

    assert isinstance(unmet, Unmet) and unmet.expression == "?own > 5"
    assert isinstance(blocked, Blocked) and len(blocked.facts) == 1
    assert isinstance(missing, Missing) and missing.statement[0] == iri("core", "maximum")


def test_parts_that_read_what_is_computed_before_them_keep_their_order() -> None:
    derived = of_person(
        "derived",
        "Gap",
        """?person core:about ?x . BIND (IRI(CONCAT(STR(?x), "-twin")) AS ?twin)
        ?twin core:weight ?w .""",
    )

    [missing] = obstacles(asked("person:ana core:about core:X .", "Gap", derived))

    assert isinstance(missing, Missing)
    assert missing.thing.subject == NamedNode(f"{address('core:X').value}-twin")


LINK = of_person("link", "Gap", "?person core:about ?x . ?x core:about ?person .", "50-link")
AGAIN = of_person(
    "again", "OpenGap", "?gap a judgement:Gap ; judgement:ofPerson ?person .", "60-again"
)
TWICE = of_person(
    "twice",
    "OpenGap",
    "?gap a judgement:Gap ; judgement:ofPerson ?person . ?person core:tier ?tier .",
    "60-again",
)


def test_what_two_rules_lack_in_common_is_told_once() -> None:
    answer = asked("person:ana core:tier tier:main .", "OpenGap", LINK, AGAIN, TWICE)

    whys = [
        missing.why
        for attempt in answer.attempts
        for missing in attempt.trials[0].obstacles
        if isinstance(missing, Missing) and missing.why
    ]
    assert [(bool(why.attempts), why.told_above) for why in whys] == [(True, False), (False, True)]


def test_a_rule_that_needs_its_own_conclusions_is_not_followed_in_circles() -> None:
    longer = of_person(
        "longer", "Gap", "?gap a judgement:Gap ; judgement:ofPerson ?person .", "50-link"
    )

    answer = asked("", "Gap", LINK, longer)

    [own] = [a for a in answer.attempts if a.rule.name == "longer"]
    [missing] = own.trials[0].obstacles
    assert isinstance(missing, Missing)
    assert missing.why is not None and missing.why.told_above


def test_an_answer_that_grows_too_long_says_that_it_was_cut_short(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(why_not_module, "MOST_ATTEMPTS", 1)

    answer = asked("", "OpenGap", LINK, AGAIN)

    [missing] = obstacles(answer)
    assert isinstance(missing, Missing)
    assert missing.why is not None and missing.why.cut_short
    assert missing.why.attempts == ()


def test_of_many_ways_those_that_came_closest_are_told_and_the_rest_counted() -> None:
    near = of_person(
        "near",
        "Gap",
        "?person core:about ?x . ?x core:weight ?w ; core:rank ?r . FILTER (?w > 5 && ?r > 5)",
    )
    things = " ".join(
        f"person:ana core:about core:X{n} . core:X{n} core:weight {6 if n == 3 else 1} ; core:rank {n % 5} ."
        for n in range(20)
    )

    [attempt] = asked(things, "Gap", near).attempts

    assert len(attempt.trials) + attempt.more == 20
    assert [len(trial.obstacles) for trial in attempt.trials][:2] == [1, 2]
