"""What must be true of every position model and of the grid framework."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

from tests.shared_knowledge import LEVEL_ASKED, column, rows

# Position models


def test_at_least_eight_position_models_are_published() -> None:
    published = column(
        "SELECT ?model { ?model a core:PositionModel ; core:status status:published }"
    )

    assert {
        "model:customer-service-specialist",
        "model:customer-service-representative",
        "model:team-leader",
        "model:quality-monitor",
        "model:trainer",
        "model:back-office-specialist",
        "model:sales-agent",
        "model:workforce-scheduler",
    } <= set(published)


def test_each_model_lies_in_one_file_with_its_position_and_duties() -> None:
    together = rows(
        """SELECT ?model ?graph (COUNT(DISTINCT ?duty) AS ?duties) {
             GRAPH ?graph {
               ?model a core:PositionModel ; core:forPosition ?position .
               ?position a core:Position ; core:hasDuty ?duty .
               ?duty a core:Duty ; core:rank ?rank
             }
           } GROUP BY ?model ?graph"""
    )

    assert len(together) == len(set(column("SELECT ?model { ?model a core:PositionModel }")))
    assert all(graph.endswith("/models/" + model.split(":")[1]) for model, graph, _ in together)
    assert all(4 <= int(duties) <= 6 for _, _, duties in together)


def test_the_duties_of_a_position_are_ranked_from_one_without_a_hole() -> None:
    ranks: dict[str, list[int]] = defaultdict(list)
    for position, rank in rows(
        "SELECT ?position ?rank { ?position core:hasDuty ?duty . ?duty core:rank ?rank }"
    ):
        ranks[position].append(int(rank))

    assert all(sorted(found) == list(range(1, len(found) + 1)) for found in ranks.values())


def test_a_model_asks_only_for_dimensions_of_its_own_framework() -> None:
    asked = rows("SELECT ?requirement { ?model core:requires ?requirement }")
    understood = rows(
        """SELECT ?requirement {
             ?model core:requires ?requirement ; core:framework ?framework .
             ?framework a core:Framework .
             ?requirement a core:Requirement ; core:dimension ?dimension ; core:tier ?tier .
             ?tier a core:Tier .
             ?dimension core:framework ?framework ; core:part ?part
           }"""
    )

    assert sorted(understood) == sorted(asked)


def test_every_tier_has_a_default_so_that_each_requirement_asks_a_level() -> None:
    asked = column("SELECT ?requirement { ?model core:requires ?requirement }")

    assert sorted(column(f"SELECT ?requirement {{ {LEVEL_ASKED} }}")) == sorted(asked)


def test_no_model_asks_twice_for_the_same_dimension() -> None:
    asked = rows("SELECT ?model ?dimension { ?model core:requires/core:dimension ?dimension }")

    assert [pair for pair, times in Counter(asked).items() if times > 1] == []


def test_every_ability_in_a_model_belongs_to_a_career_type_that_the_model_names() -> None:
    homeless = rows(
        """SELECT ?model ?ability {
             ?model core:requires/core:dimension ?ability .
             ?ability core:careerType ?type .
             FILTER NOT EXISTS { ?model core:requires/core:dimension ?type }
           }"""
    )

    assert homeless == []


def test_a_t12_model_has_directions_abilities_and_three_ranked_motivations() -> None:
    tiers = {
        (model, part, tier): int(number)
        for model, part, tier, number in rows(
            """SELECT ?model ?part ?tier (COUNT(?requirement) AS ?number) {
                 ?model core:framework framework:t12 ; core:requires ?requirement .
                 ?requirement core:tier ?tier ; core:dimension/core:part ?part
               } GROUP BY ?model ?part ?tier"""
        )
    }
    allowed = {
        ("part:direction", "tier:main"): (2, 3),
        ("part:direction", "tier:auxiliary"): (1, 2),
        ("part:ability", "tier:main"): (3, 5),
        ("part:ability", "tier:auxiliary"): (3, 5),
        ("part:ability", "tier:secondary"): (3, 5),
        ("part:motivation", "tier:first"): (1, 1),
        ("part:motivation", "tier:second"): (1, 1),
        ("part:motivation", "tier:third"): (1, 1),
    }

    for model in {model for model, _, _ in tiers}:
        assert {(part, tier) for m, part, tier in tiers if m == model} == set(allowed), model
    for (model, part, tier), number in tiers.items():
        low, high = allowed[part, tier]
        assert low <= number <= high, (model, part, tier, number)


def test_no_floor_lies_above_the_level_that_is_asked() -> None:
    impossible = rows(
        f"""SELECT ?requirement ?floor ?level {{
              {LEVEL_ASKED}
              ?requirement core:minimumLevel ?floor .
              FILTER (?floor > ?level)
            }}"""
    )

    assert impossible == []


def test_levels_and_floors_lie_on_the_scale_and_weights_are_positive() -> None:
    strange = rows(
        """SELECT ?requirement ?number {
             ?requirement a core:Requirement ; core:dimension/core:scale ?scale .
             ?scale core:minimum ?low ; core:maximum ?high .
             { ?requirement core:requiredLevel|core:minimumLevel ?number .
               FILTER (?number < ?low || ?number > ?high) }
             UNION
             { ?requirement core:weight ?number . FILTER (?number <= 0) }
           }"""
    )

    assert strange == []


def test_some_requirements_set_their_own_level_weight_or_floor_and_most_do_not() -> None:
    everything = len(column("SELECT ?requirement { ?requirement a core:Requirement }"))

    for term in ("requiredLevel", "weight", "minimumLevel"):
        own = len(column(f"SELECT ?requirement {{ ?requirement core:{term} ?number }}"))
        assert 5 <= own < everything / 4, term


def test_every_requirement_says_why_in_both_languages() -> None:
    explained = column(
        """SELECT ?requirement {
             ?requirement a core:Requirement ; core:rationale ?zh, ?en .
             FILTER (LANG(?zh) = "zh" && LANG(?en) = "en")
           }"""
    )

    assert sorted(explained) == sorted(
        column("SELECT ?requirement { ?requirement a core:Requirement }")
    )


# The grid framework


def test_the_grid_framework_has_three_categories_and_twenty_three_indicators() -> None:
    categories = column("SELECT ?c { ?c a core:IndicatorCategory ; core:framework framework:grid }")
    indicators = column(
        """SELECT ?i {
             ?i a core:Indicator ; core:framework framework:grid ; core:part part:ability ;
               core:scale scale:grade ; core:category/core:framework framework:grid
           }"""
    )

    assert sorted(categories) == ["category:knowledge", "category:skill", "category:trait"]
    assert len(indicators) == len(set(indicators)) == 23


def test_no_indicator_name_is_attributed_to_the_study_that_names_none() -> None:
    evidence = rows(
        """SELECT DISTINCT ?evidence ?source {
             ?named a ?kind ; core:framework framework:grid ; core:evidence ?evidence .
             VALUES ?kind { core:Indicator core:IndicatorCategory }
             OPTIONAL { ?named dcterms:source ?source }
           }"""
    )
    notes = " ".join(column("SELECT ?note { framework:grid skos:scopeNote ?note }"))

    assert evidence == [("evidence:assumed", "")]
    assert "names none of them" in notes
    assert "没有写出其中任何一个的名称" in notes


def test_an_indicator_corresponds_only_to_abilities_that_exist() -> None:
    dangling = rows(
        """SELECT ?indicator ?ability {
             ?indicator core:correspondsTo ?ability .
             FILTER NOT EXISTS { ?ability a core:Ability ; core:framework framework:t12 }
           }"""
    )

    assert dangling == []


def test_the_representative_is_asked_for_every_indicator() -> None:
    asked = column(
        "SELECT ?i { model:customer-service-representative core:requires/core:dimension ?i }"
    )

    assert sorted(asked) == sorted(column("SELECT ?i { ?i a core:Indicator }"))


def test_each_indicator_has_one_standard_for_each_of_the_five_grades() -> None:
    standards = rows(
        """SELECT ?indicator ?grade {
             ?standard a performance:Standard ; performance:forIndicator ?indicator ;
               performance:forGrade ?grade .
             ?grade a performance:Grade .
             FILTER EXISTS { ?standard skos:definition ?zh . FILTER (LANG(?zh) = "zh") }
             FILTER EXISTS { ?standard skos:definition ?en . FILTER (LANG(?en) = "en") }
           }"""
    )

    assert sorted(standards) == sorted(
        (indicator, f"grade:{grade}")
        for indicator in column("SELECT ?i { ?i a core:Indicator }")
        for grade in "ABCDE"
    )


# Words, those of the trainings too


OURS = """
    VALUES ?kind {
      core:Position core:PositionModel core:Duty core:Requirement core:Indicator
      core:IndicatorCategory performance:Standard learning:Training
    }
    ?thing a ?kind .
"""


def test_everything_has_evidence_and_an_identifier_like_its_iri() -> None:
    complete = rows(
        f"""SELECT ?thing ?id {{
              {OURS}
              ?thing dcterms:identifier ?id ; core:evidence ?evidence .
              ?evidence a core:Evidence
            }}"""
    )

    assert sorted(complete) == sorted(
        (thing, thing.split(":", 1)[1]) for thing in column(f"SELECT ?thing {{ {OURS} }}")
    )


def test_everything_but_a_requirement_has_a_label_and_a_definition_in_both_languages() -> None:
    nameless = rows(
        f"""SELECT ?thing ?property ?language {{
              {OURS}
              VALUES ?property {{ skos:prefLabel skos:definition }}
              VALUES ?language {{ "zh" "en" }}
              FILTER (?kind != core:Requirement)
              FILTER NOT EXISTS {{ ?thing ?property ?text . FILTER (LANG(?text) = ?language) }}
            }}"""
    )

    assert nameless == []


def test_what_is_assumed_cites_no_source() -> None:
    misattributed = rows(
        f"""SELECT ?thing ?source {{
              {OURS}
              ?thing core:evidence evidence:assumed ; dcterms:source ?source
            }}"""
    )

    assert misattributed == []


def test_no_two_standards_trainings_duties_or_requirements_say_the_same() -> None:
    texts = rows(
        """SELECT ?text (LANG(?text) AS ?language) {
             VALUES ?kind { core:Duty core:Requirement learning:Training performance:Standard }
             ?thing a ?kind ; skos:definition|core:rationale ?text
           }"""
    )

    assert [text for text, times in Counter(texts).items() if times > 1] == []


def test_chinese_texts_use_chinese_punctuation() -> None:
    texts = column(
        f"""SELECT ?text {{
              {OURS}
              ?thing skos:prefLabel|skos:definition|core:rationale ?text
              FILTER (LANG(?text) = "zh")
            }}"""
    )

    assert [text for text in texts if re.search(r"[\u4e00-\u9fff][,;:?!]", text)] == []
