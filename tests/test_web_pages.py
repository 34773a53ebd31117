"""The pages: both languages, nothing untranslated, nothing of a stranger's run as code."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient

from kb_service.access.view import View
from tests.conftest import RECENTLY

MODEL = "customer-service-specialist"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
VERDICT = f"https://w3id.org/rengang/person/ana/verdict/{MODEL}"
PAGES = [
    "/",
    "/search",
    "/search?q=service",
    "/search?q=%3Cscript%3E",
    "/position-models",
    f"/position-models/{MODEL}",
    f"/position-models/{MODEL}/candidates",
    f"/position-models/{MODEL}/candidates?team=no-team",
    f"/position-models/{MODEL}/findings?version=0.1.0",
    f"/position-models/{MODEL}/difference?before=0.1.0&after=0.1.0",
    "/people",
    "/people?q=a&team=hotline-1&verdict=unsuitable",
    f"/people?model={MODEL}&q=%3Cscript%3E",
    "/people?team=nowhere",
    "/people/ana",
    f"/people/ana?model={MODEL}",
    "/people/mallory",
    f"/people/ana/fit/{MODEL}",
    f"/people/mallory/fit/{MODEL}",
    f"/people/ana/fit/{MODEL}/what-if",
    f"/people/ana/fit/{MODEL}/what-if?rating.patience=9&rated=patience&rating.service=3",
    f"/people/ana/fit/{MODEL}/what-if?rating.patience=many",
    f"/people/mallory/fit/{MODEL}/what-if",
    f"/explain?conclusion={VERDICT}",
    f"/explain?person=ana&model={MODEL}&whyNot=fit",
    f"/explain?person=mallory&model={MODEL}&whyNot=fit&seconds=0",
    f"/explain?person=ana&model={MODEL}&whyNot=training&training=calming-an-angry-call",
    f"/explain?person=ana&model={MODEL}&whyNot=unsuitable",
    "/teams",
    "/teams/nowhere",
    "/organisation",
    f"/organisation/people/holders-with-verdict?model={MODEL}&verdict=insufficient-evidence",
    f"/compare?model={MODEL}&person=ana&person=mallory",
    f"/compare?person=ana&model={MODEL}&model=team-leader",
    f"/compare?model={MODEL}",
    "/compare?person=mallory",
    "/compare",
    "/adverse-impact",
    "/import",
    "/validate",
    "/questions",
    "/questions/trainings",
    f"/questions/requirements-of-fit?person=ana&model={MODEL}",
    "/questions/person",
    "/sparql",
    "/sparql?question=trainings",
    "/sparql?query=SELECT+%3Fx+%3Fn+%7BVALUES+(%3Fx+%3Fn)+%7B(%22a%22+1)%7D%7D",
    "/sparql?query=ASK%7B%7D",
    "/sparql?query=SELECT",
    "/status",
    "/nowhere",
    "/people/nobody",
]
CHINESE = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+")
WORDS = re.compile(r"[A-Za-z][a-z]+(?: [A-Za-z]+){2,}")
NOT_OURS = ("安娜", "中文", "改名", "王")


class _Text(HTMLParser):
    """What a person reads on a page: no code, no names, and what attributes say aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.skipping = 0
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.skipping += tag in ("cite", "code", "pre", "textarea", "td")
        self.found += [value or "" for name, value in attrs if name in ("aria-label", "title")]

    def handle_endtag(self, tag: str) -> None:
        self.skipping -= tag in ("cite", "code", "pre", "textarea", "td")

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            self.found.append(data)


def text_of(page: str) -> str:
    """The text of a page outside code and table cells."""
    reader = _Text()
    reader.feed(page)
    return " ".join(" ".join(reader.found).split())


@pytest.mark.parametrize("path", PAGES)
def test_every_page_reads_in_both_languages(client: FlaskClient, path: str) -> None:
    joint = "&" if "?" in path else "?"

    english = client.get(f"{path}{joint}lang=en", headers=BROWSER)
    chinese = client.get(f"{path}{joint}lang=zh", headers=BROWSER)

    assert english.status_code == chinese.status_code
    assert '<html lang="en">' in english.text
    assert '<html lang="zh-CN">' in chinese.text
    read = text_of(english.text)
    for name in NOT_OURS:
        read = read.replace(name, "")
    assert CHINESE.findall(read) == []
    assert WORDS.findall(text_of(chinese.text)) == []


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_kept_to_itself(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers=BROWSER)

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert (
        re.findall(
            r"<script(?! type=\"module\" src=\"/static/)[^>]*>|<script[^>]*>[^<]", answer.text
        )
        == []
    )
    assert " style=" not in answer.text
    linked = re.findall(r'(?:href|src|action)="([^"]*)"', answer.text)
    assert [link for link in linked if not link.startswith(("/", "#"))] == []
    assert [link for link in linked if link.startswith("//")] == []


def test_a_name_that_is_code_is_shown_as_text(client: FlaskClient) -> None:
    for path in ("/people", "/people/mallory", f"/people/mallory/fit/{MODEL}"):
        page = client.get(path, headers=BROWSER).text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_an_address_with_two_slashes_does_not_become_another_host(client: FlaskClient) -> None:
    page = client.get("//evil.example/x", headers=BROWSER).text

    assert 'href="//' not in page


def test_the_language_is_remembered(client: FlaskClient) -> None:
    client.get("/?lang=zh", headers=BROWSER)

    page = client.get("/people", headers=BROWSER | {"Accept-Language": "en"})

    assert '<html lang="zh-CN">' in page.text


def test_a_fit_page_shows_verdict_reasons_coverage_unknown_and_advice(client: FlaskClient) -> None:
    page = client.get(f"/people/mallory/fit/{MODEL}?lang=en", headers=BROWSER).text

    for words in (
        "Insufficient evidence",
        "0.0%",
        "unknown",
        "It advises the people who decide",
        "Assumptions",
        "Training plan",
        "Incentives",
        "Retention risks",
    ):
        assert words in page


def test_a_client_that_wants_json_is_led_to_the_api(client: FlaskClient) -> None:
    answer = client.get("/people/ana", headers={"Accept": "application/json"})

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/api/v1/people/ana"
    assert "Accept" in answer.headers["Vary"]
    assert client.get("/people", headers={"Accept": "image/png"}).status_code == 406


def sheet(rating: str, person: str = "upload-1") -> dict[str, tuple[io.BytesIO, str]]:
    """A form with a sheet of one row."""
    text = f"工号,姓名,日期,来源,耐心坚持\n{person},<b>Ugo</b>,{RECENTLY},测验,{rating}\n"
    return {"file": (io.BytesIO(text.encode()), "评分<i>.csv")}


def test_an_upload_leads_to_the_person_once_it_is_confirmed(
    client: FlaskClient, view: View
) -> None:
    handed_in = client.post("/import?lang=en", data=sheet("7"), headers=BROWSER)
    waiting = handed_in.headers["Location"]
    before = view.has_person("upload-1")

    confirmed = client.post(waiting, headers=BROWSER, follow_redirects=True)

    assert (handed_in.status_code, before) == (303, False)
    assert confirmed.status_code == 200
    assert 'href="/people/upload-1"' in confirmed.text
    assert "&lt;b&gt;Ugo" in confirmed.text
    assert "评分&lt;i&gt;.csv" in confirmed.text


def test_a_faulty_upload_shows_each_fault_with_row_and_column(
    client: FlaskClient, view: View
) -> None:
    english = client.post("/import?lang=en", data=sheet("11", "upload-2"), headers=BROWSER)
    chinese = client.post("/import?lang=zh", data=sheet("11", "upload-2"), headers=BROWSER)

    assert english.status_code == chinese.status_code == 422
    assert "Nothing was stored" in english.text
    cell = (
        r'<tr data-severity="violation"><th scope="row">2</th>.*<td data-severity="violation">11<'
    )
    for answer in (english, chinese):
        assert re.search(cell, answer.text)
        assert '<span class="place">E2</span>' in answer.text
    assert not view.has_person("upload-2")


def test_an_explanation_leads_back_to_the_position_it_is_for(client: FlaskClient) -> None:
    page = client.get(
        f"/explain?conclusion={VERDICT}", headers=BROWSER | {"Cookie": "lang=en"}
    ).text

    trail = page[page.index('<nav class="trail">') : page.index("<h1>")]
    assert f'<a href="/people/ana/fit/{MODEL}">Customer service specialist model</a>' in trail


def test_what_an_explanation_rests_on_has_a_name(client: FlaskClient) -> None:
    page = client.get(
        f"/explain?conclusion={VERDICT}", headers=BROWSER | {"Cookie": "lang=en"}
    ).text

    assert "Model edition · Customer service specialist model" in page
    assert "/edition" not in page


@pytest.mark.parametrize(
    ("form", "endings"), [("/validate", ".ttl, .json"), ("/import", ".xlsx, .csv")]
)
def test_a_file_of_another_kind_is_refused_in_words_for_who_chose_it(
    client: FlaskClient, form: str, endings: str
) -> None:
    chosen = {"file": (io.BytesIO(b"\x00\x01"), "holiday.jpg", "image/jpeg")}

    answer = client.post(form, data=chosen, headers=BROWSER | {"Cookie": "lang=en"})

    assert answer.status_code == 415
    assert f"choose one of these: {endings}" in answer.text
    assert "Content-Type" not in answer.text


def test_a_pasted_document_is_validated(client: FlaskClient) -> None:
    bad = "<u:a> a <https://w3id.org/rengang/ontology/core#Positon> ."

    answer = client.post("/validate?lang=en", data={"text": bad}, headers=BROWSER)
    broken = client.post("/validate?lang=en", data={"text": "<u:a"}, headers=BROWSER)
    nothing = client.post("/validate", data={"text": ""}, headers=BROWSER)

    assert "did you mean core:Position?" in answer.text
    assert broken.status_code == 400
    assert "cannot be read" in broken.text
    assert nothing.status_code == 400


CROSS_SITE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
]
OWN_SITE = [{}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}]


@pytest.mark.parametrize("headers", CROSS_SITE)
def test_what_another_site_causes_is_not_carried_out(
    client: FlaskClient, view: View, headers: dict[str, str]
) -> None:
    upload = client.post("/import", data=sheet("7", "forged"), headers=headers)
    put = client.put("/api/v1/people/forged", json={}, headers=headers)

    assert (upload.status_code, put.status_code) == (403, 403)
    assert not view.has_person("forged")


@pytest.mark.parametrize("headers", OWN_SITE)
def test_our_own_pages_and_programs_may_write(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.put("/api/v1/people/own-site", json={}, headers=headers).status_code in (200, 201)
