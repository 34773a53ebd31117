"""What if: sliders that say what is known until they are moved, and what follows when they are."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from kb_service.access.view import View
from tests.conftest import body

MODEL = "customer-service-specialist"
BROWSER = {"Accept": "text/html"}
PAGE = f"/people/ana/fit/{MODEL}/what-if"


def page(client: FlaskClient, query: str = "") -> str:
    answer = client.get(f"{PAGE}?lang=en&{query}", headers=BROWSER)
    assert answer.status_code == 200, answer.text
    return answer.text


def as_submitted(html: str, **moved: str | None) -> str:
    """The query that the form of a page submits, with some sliders moved, or unticked for None."""
    sliders = re.findall(r'name="rating\.([\w-]+)"[^>]* value="([\d.]+)"', html)
    ticked = re.findall(r'name="rated" value="([\w-]+)"[^>]* checked', html)
    given = {name.replace("-", "_"): value for name, value in moved.items()}
    pairs = [f"rating.{id}={given.get(id.replace('-', '_')) or at}" for id, at in sliders]
    pairs += [f"rated={id}" for id in ticked if given.get(id.replace("-", "_"), "") is not None]
    return "&".join(pairs)


def verdict(html: str) -> str:
    found = re.search(r'<section class="judgement ([\w-]+)">', html)
    assert found is not None
    return found[1]


def figures(html: str) -> list[str]:
    return re.findall(r"<dd>([\d.–]+%?)</dd>", html)[:3]


def test_sliders_that_nobody_moved_say_what_is_known(client: FlaskClient) -> None:
    now = body(client.get(f"/api/v1/people/ana/fit/{MODEL}"))

    opened = page(client)
    submitted = page(client, as_submitted(opened))

    for html in (opened, submitted):
        assert verdict(html) == now["verdict"]
        assert figures(html)[:2] == [f"{now['fit']:.1f}%", f"{now['coveragePercent']:.1f}%"]
        assert "The verdict now" in html
        assert "What differs" not in html


def test_a_slider_that_is_moved_concludes_what_the_api_would(
    client: FlaskClient, view: View
) -> None:
    asked = {"for": {"person": "ana"}, "models": [MODEL], "ratings": {"t12/patience": 8}}
    [row] = view.what_if(asked)["rows"]
    after = {each["kind"]: each["after"] for each in row["models"][0]["differences"]}

    html = page(client, as_submitted(page(client), patience="8"))

    assert (
        verdict(html)
        == after["Verdict"]["verdict"]
        != body(client.get(f"/api/v1/people/ana/fit/{MODEL}"))["verdict"]
    )
    assert figures(html)[0] == f"{after['Fit']['percent']:.1f}%"
    assert "The verdict would be" in html
    assert "Patience and persistence" in html.partition("What differs")[2]


def test_a_rating_that_is_not_to_count_lowers_the_coverage(client: FlaskClient) -> None:
    opened = page(client)

    html = page(client, as_submitted(opened, patience=None, dependability=None))

    assert float(figures(html)[1][:-1]) < float(figures(opened)[1][:-1])


def test_what_was_never_rated_is_unknown_until_its_slider_counts(client: FlaskClient) -> None:
    where = f"/people/mallory/fit/{MODEL}/what-if?lang=en"

    unmoved = client.get(where, headers=BROWSER).text
    supposed = client.get(f"{where}&rating.patience=8&rated=patience", headers=BROWSER).text

    assert " checked" not in unmoved
    assert figures(unmoved)[1] == "0.0%"
    assert float(figures(supposed)[1][:-1]) > 0


def test_nothing_that_is_supposed_is_stored(client: FlaskClient) -> None:
    before = body(client.get(f"/api/v1/people/ana/fit/{MODEL}"))

    page(client, as_submitted(page(client), patience="9"))

    assert body(client.get(f"/api/v1/people/ana/fit/{MODEL}")) == before


@pytest.mark.parametrize("written", ["many", "0", "11", "NaN", "1e9", "", "８"])
def test_what_is_no_rating_on_the_scale_is_refused(client: FlaskClient, written: str) -> None:
    answer = client.get(f"{PAGE}?lang=en&rating.patience={written}&rated=patience", headers=BROWSER)

    assert answer.status_code == 400
    assert "from 1 to 10" in answer.text
