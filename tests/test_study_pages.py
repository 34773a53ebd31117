"""Pages of studies: figures beside their cuts, decisions with reasons, drafts, and who may read them."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from kb_service.access.roles import Role
from kb_service.knowledge_base import KnowledgeBase
from kb_service.knowledge_base.study_document import study_row
from kb_service.study_records.records import StudyRecord
from kb_service.web.service import EXTENSION
from tests.example_studies import comparisons, item, panel, study
from tests.service_of_roles import ServiceOfRoles, open_service
from tests.test_study_drafts import questionnaire
from tests.test_study_figures import interviews
from tests.test_study_meetings import meeting
from tests.test_web_pages import BROWSER, CHINESE, WORDS, text_of

HOSTILE = "<script>alert(1)</script>"
READERS = {Role.ANALYST, Role.HR, Role.EDITOR, Role.ADMIN}
WRITERS = {Role.EDITOR, Role.ADMIN}
KINDS = ("delphi", "ahp", "bei", "questionnaire", "fuzzy", "meeting")


def named(record: StudyRecord) -> StudyRecord:
    """The study with the id of its kind."""
    about = {**record.about, "code": record.kind.id}
    return StudyRecord(record.kind, {**record.tables, "study": (about,)})


def moving_panel() -> StudyRecord:
    """Two rounds: patience is kept, speed is asked about once more and then dropped."""
    record = panel({"patience": [5, 5, 4], "speed": [1, 5, 1]}, rounds=("1", "2"))
    ratings = tuple(
        {**row, "rating": Decimal(1)} if (row["round"], row["item"]) == ("2", "speed") else row
        for row in record.rows("ratings")
    )
    items = (
        item("trait", label_zh="特质"),
        item(
            "patience",
            label_en=HOSTILE,
            label_zh=HOSTILE,
            within="trait",
            dimension="patience-trait",
        ),
        item("speed", label_zh="语速", within="trait"),
    )
    return StudyRecord(record.kind, {**record.tables, "items": items, "ratings": ratings})


def divided_meeting() -> StudyRecord:
    """All agree on patience; over speed, one standard and one target they are divided."""
    behaviour = {"behaviour_zh": "先听完再答。", "behaviour_en": "Listens first."}
    figures = {"threshold": Decimal(5), "target": Decimal(1), "stretch": Decimal("0.5")}
    return meeting(
        {"patience": "BBBB", "speed": "EEAA"},
        [
            {"item": "patience", "grade": "B", **behaviour, "in_favour": Decimal(4)},
            {"item": "patience", "grade": "A", **behaviour, "in_favour": Decimal(1)},
        ],
        [{"kpi": "complaint-rate", **figures, "in_favour": Decimal(1)}],
    )


def appraisal() -> StudyRecord:
    """Two raters, who disagree over patience."""
    return study(
        "fuzzy",
        {
            "items": [
                item("patience", weight=Decimal("0.5")),
                item("speed", weight=Decimal("0.5")),
            ],
            "raters": [{"code": "R01"}, {"code": "R02"}],
            "votes": [
                {"rater": "R01", "item": "patience", "grade": "A"},
                {"rater": "R02", "item": "patience", "grade": "C"},
                {"rater": "R01", "item": "speed", "grade": "A"},
                {"rater": "R02", "item": "speed", "grade": "A"},
            ],
        },
        operator="weighted-mean",
        normalised=True,
    )


def contradicting() -> StudyRecord:
    """An expert who holds a above b, b above c, and c far above a."""
    return comparisons({("a", "b"): "5", ("b", "c"): "5", ("a", "c"): "0.2"}, ("a", "b", "c"))


@pytest.fixture(scope="module")
def studied(knowledge_base: KnowledgeBase) -> Iterator[None]:
    """A small study of each kind."""
    seen = [(c, f"P{n:02}-1", "empathy") for n in range(1, 7) for c in ("C1", "C2")]
    small = [
        moving_panel(),
        contradicting(),
        interviews([*seen, ("C1", "P07-1", "speed"), ("C2", "P07-1", "speed")]),
        questionnaire({"integrity": "12345123", "care": "12345123", "speed": "54321543"}),
        appraisal(),
        divided_meeting(),
    ]
    for record in small:
        knowledge_base.studying.put(named(record))
    yield
    for record in small:
        knowledge_base.studying.remove(record.kind.id)


@pytest.fixture
def reader(studied: None, client: FlaskClient) -> FlaskClient:
    return client


def read(client: FlaskClient, path: str) -> str:
    """The page as a browser that prefers English gets it."""
    answer = client.get(path, headers=BROWSER | {"Accept-Language": "en"})
    assert answer.status_code == 200, answer.text
    return answer.text


def rows_about(page: str, words: str) -> list[str]:
    """The table rows of a page with these words, as text."""
    rows = re.findall(r"<tr[^>]*>.*?</tr>", page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", " ", row).split()) for row in rows if words in row]


@pytest.mark.parametrize(
    "path",
    [
        "/studies",
        *(f"/studies/{kind}" for kind in KINDS),
        "/studies/delphi/items/speed",
        "/studies/delphi/draft",
        "/studies/delphi/draft?meeting=meeting&as=plan",
        "/studies/delphi/draft?weights=meeting",
    ],
)
def test_every_page_of_studies_reads_in_both_languages(reader: FlaskClient, path: str) -> None:
    joint = "&" if "?" in path else "?"
    english = reader.get(f"{path}{joint}lang=en", headers=BROWSER).text
    chinese = reader.get(f"{path}{joint}lang=zh", headers=BROWSER).text

    assert CHINESE.findall(text_of(english).replace("中文", "").replace("小研究", "")) == []
    shown = text_of(chinese).replace("max CI CR", "")
    assert WORDS.findall(shown) == []


def test_the_list_tells_how_many_took_part_and_no_code_of_anybody(reader: FlaskClient) -> None:
    page = read(reader, "/studies")

    panel_row = " ".join(rows_about(page, "/studies/delphi"))
    for words in ("Small study fictional", "Delphi panel", "Experts 3"):
        assert words in panel_row
    assert not re.search(r"\b[EPRC]\d\d\b", page)


@pytest.mark.parametrize("kind", KINDS)
def test_the_list_says_of_a_study_what_the_whole_of_it_says(
    studied: None, knowledge_base: KnowledgeBase, kind: str
) -> None:
    studying = knowledge_base.studying

    assert studying.outline(kind) == study_row(studying.record(kind))


def test_a_panel_shows_each_round_and_what_became_of_each_item(reader: FlaskClient) -> None:
    page = read(reader, "/studies/delphi")

    speed = rows_about(page, "/items/speed")[0]
    assert speed.startswith("speed 2.33 1.00 0.99 0.00 0% ")
    assert "Revise" in speed or "Drop" in speed
    assert "100%" in rows_about(page, "<td>1</td>")[0]
    assert 'role="img" aria-label="How importance and disagreement' in page
    assert 'class="cut"' in page


def test_a_figure_that_misses_its_cut_is_marked_and_the_cut_told_with_its_evidence(
    reader: FlaskClient,
) -> None:
    page = read(reader, "/studies/delphi")

    assert '<td class="n gap">0.99</td>' in page
    assert '<td class="n ">0.00</td>' in page
    variation = rows_about(page, "Coefficient of variation below")
    assert any("below 0.25" in row and "Corroborated" in row for row in variation)


def test_a_decision_leads_to_its_rule_and_the_statistics_it_read(reader: FlaskClient) -> None:
    page = read(reader, "/studies/delphi")
    assert 'href="/studies/delphi/items/patience"' in page

    why = read(reader, "/studies/delphi/items/patience")

    assert "item-kept" in why
    assert "item-kept" not in page
    assert "study:delphi/round" not in why


def test_a_label_that_is_code_is_shown_as_text_in_tables_and_drawings(reader: FlaskClient) -> None:
    for path in ("/studies/delphi", "/studies/delphi/items/patience"):
        page = read(reader, path)

        assert HOSTILE not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_an_expert_whose_comparisons_contradict_each_other_is_pointed_out(
    reader: FlaskClient,
) -> None:
    page = read(reader, "/studies/ahp")

    ratio = rows_about(page, "<code>E01</code>")
    assert ratio
    assert '<td class="n gap">' in page
    assert "c : a — Judged 5" in page or "a : c — Judged 0.2" in page


def test_interviews_show_both_groups_and_the_candidates(reader: FlaskClient) -> None:
    page = read(reader, "/studies/bei")

    empathy = rows_about(page, "/items/empathy")[0]
    speed = rows_about(page, "/items/speed")[0]
    assert empathy.startswith("empathy 1.00 0.00 ")
    assert "candidate Why" in empathy
    assert "candidate" not in speed
    assert "Why not" in speed


def test_a_questionnaire_says_why_there_are_no_factors_and_doubts_what_does_not_go_along(
    reader: FlaskClient,
) -> None:
    page = read(reader, "/studies/questionnaire")

    assert '<p class="notice" role="note">' in page
    assert "in doubt" in rows_about(page, "/items/speed")[0]
    assert "unknown" in page


def test_an_appraisal_says_its_memberships_in_words_and_numbers(reader: FlaskClient) -> None:
    page = read(reader, "/studies/fuzzy")

    assert 'aria-label="As a whole: A 75%, C 25%"' in page
    assert "As a whole 75% " in rows_about(page, "memberships")[0]


def test_a_meeting_shows_votes_and_what_was_not_adopted(reader: FlaskClient) -> None:
    page = read(reader, "/studies/meeting")

    assert "not settled" in rows_about(page, "/items/speed")[0]
    assert "not settled" not in rows_about(page, "/items/patience")[0]
    target = rows_about(page, "/items/complaint-rate")[0]
    assert "5 1 0.5 1 / 4 not adopted" in target
    assert page.count("Listens first.") == 2
    assert page.count("not adopted") == 2


def test_a_draft_shows_requirements_with_their_source_and_stores_nothing(
    reader: FlaskClient, knowledge_base: KnowledgeBase
) -> None:
    before = knowledge_base.store.tag

    page = read(reader, "/studies/delphi/draft")

    patience = rows_about(page, "<cite>")[0]
    assert "by policy" in patience
    assert "Small study (fictional), round 2, 3 experts" in patience
    assert 'href="/api/v1/studies/delphi/draft"' in page
    assert knowledge_base.store.tag == before


def test_parameters_that_are_none_of_a_draft_lead_nowhere(reader: FlaskClient) -> None:
    page = read(reader, "/studies/delphi/draft?meeting=meeting&study=x&_external=1&_scheme=evil")

    assert 'href="/api/v1/studies/delphi/draft?meeting=meeting"' in page


def test_a_draft_by_a_study_of_another_kind_says_which_it_takes(reader: FlaskClient) -> None:
    asked = "/studies/delphi/draft?weights=meeting"

    answer = reader.get(asked, headers=BROWSER | {"Accept-Language": "en"})

    assert answer.status_code == 422
    assert "this takes one of the kind ahp" in answer.text
    assert '<select name="weights">' in answer.text


def test_a_study_is_offered_for_drafting_with_others_of_its_position(reader: FlaskClient) -> None:
    page = read(reader, "/studies/ahp")

    assert (
        'href="/studies/delphi/draft?weights=ahp&amp;interviews=bei'
        '&amp;questionnaire=questionnaire&amp;meeting=meeting"' in page
    )


def test_a_workbook_given_back_can_be_handed_in_again(
    reader: FlaskClient, knowledge_base: KnowledgeBase
) -> None:
    workbook = reader.get("/studies/fuzzy/workbook").get_data()
    given = {"file": (io.BytesIO(workbook), "fuzzy.xlsx")}

    checked = reader.post("/import", data=given, headers=BROWSER)

    assert 'action="/import"' in read(reader, "/studies")
    assert checked.status_code == 303, checked.text


def test_the_search_and_the_first_page_lead_to_the_pages(reader: FlaskClient) -> None:
    assert 'href="/studies/delphi"' in read(reader, "/search?q=small")
    assert 'href="/studies"' in read(reader, "/")


def test_a_study_that_there_is_not_is_not_found(reader: FlaskClient) -> None:
    for path in ("/studies/none", "/studies/none/draft", "/studies/delphi/items/none"):
        assert reader.get(path, headers=BROWSER).status_code == 404


@pytest.fixture(scope="module")
def roles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceOfRoles]:
    made = open_service(tmp_path_factory.mktemp("studied") / "data")
    made.knowledge_base.studying.put(named(appraisal()))
    yield made
    made.app.extensions[EXTENSION].close()
    made.knowledge_base.close()


@pytest.mark.parametrize("role", list(Role))
def test_only_roles_that_read_studies_see_their_pages(roles: ServiceOfRoles, role: Role) -> None:
    client = roles.as_role(role)
    paths = (
        "/studies",
        "/studies/fuzzy",
        "/studies/fuzzy/workbook",
        "/studies/fuzzy/items/patience",
        "/studies/fuzzy/draft",
    )

    found = {path: client.get(path, headers=BROWSER).status_code for path in paths}
    first = client.get("/", headers=BROWSER).text

    if role in READERS:
        assert 403 not in found.values()
        assert found["/studies/fuzzy"] == 200
        assert 'href="/studies"' in first
    else:
        assert set(found.values()) == {403}
        assert 'href="/studies"' not in first


@pytest.mark.parametrize("role", sorted(READERS))
def test_only_roles_that_write_studies_are_offered_to_hand_one_in(
    roles: ServiceOfRoles, role: Role
) -> None:
    client = roles.as_role(role)

    page = client.get("/studies", headers=BROWSER).text

    assert ('type="file"' in page) is (role in WRITERS)
