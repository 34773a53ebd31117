"""The first page: what is in here, and finding something by hand, by keyboard and without scripts."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, expect

from tests.browser.conftest import HOSTILE
from tests.browser.visiting import visit
from tests.served import Served


def test_what_is_typed_is_looked_for_without_leaving_the_page(
    browser: Browser, served: Served
) -> None:
    with visit(browser, served.url, language="zh") as seen:
        seen.page.get_by_role("searchbox").fill("谭")

        expect(seen.page.locator("#found").get_by_role("link", name="谭静")).to_be_visible()
        assert seen.page.url == f"{served.url}/"
        assert seen.faults == []


def test_the_latest_words_count_however_slowly_earlier_ones_are_answered(
    browser: Browser, served: Served
) -> None:
    with visit(browser, served.url) as seen:
        box = seen.page.get_by_role("searchbox")
        box.press_sequentially("p001", delay=250)

        expect(seen.page.locator("#found section")).to_have_count(1)
        expect(seen.page.locator("#found")).to_contain_text("谭静")


def test_the_keyboard_alone_leads_to_a_person(browser: Browser, served: Served) -> None:
    with visit(browser, served.url) as seen:
        keyboard = seen.page.keyboard
        keyboard.press("Tab")
        expect(seen.page.locator(":focus")).to_have_text("Skip to content")
        keyboard.press("Enter")
        keyboard.press("Tab")
        expect(seen.page.locator(":focus")).to_have_attribute("type", "search")

        keyboard.type("p002")
        expect(seen.page.locator("#found a")).to_have_count(1)
        keyboard.press("Tab")
        keyboard.press("Tab")
        keyboard.press("Enter")

        expect(seen.page).to_have_url(f"{served.url}/people/p002")


def test_searching_works_without_scripts(browser: Browser, served: Served) -> None:
    with visit(browser, served.url, scripts=False) as seen:
        seen.page.get_by_role("searchbox").fill("patience")
        seen.page.get_by_role("button", name="Search").click()

        expect(seen.page).to_have_url(f"{served.url}/search?q=patience")
        expect(seen.page.get_by_role("heading", name="Dimensions")).to_be_visible()


def test_a_name_that_is_code_is_found_as_text(browser: Browser, served: Served) -> None:
    with visit(browser, served.url) as seen:
        seen.page.get_by_role("searchbox").fill("<script>")

        expect(seen.page.locator("#found").get_by_role("link", name=HOSTILE)).to_be_visible()
        assert seen.page.title() != "ran"
        assert seen.faults == []


def test_the_language_that_was_chosen_is_remembered(browser: Browser, served: Served) -> None:
    with visit(browser, served.url, language="en") as seen:
        seen.page.get_by_role("link", name="中文").click()
        seen.page.goto(f"{served.url}/people")

        expect(seen.page.get_by_role("heading", level=1)).to_contain_text("人员")


def test_a_form_on_another_site_changes_nothing_here(browser: Browser, served: Served) -> None:
    form = (
        f'<form method="post" action="{served.url}/people/p003/rights/erasure">'
        '<button name="confirmed" value="p003">Win a prize</button></form>'
    )

    with another_site(form) as address, visit(browser, address) as seen:
        with seen.page.expect_navigation() as led:
            seen.page.get_by_role("button").click()

        assert led.value.status == 403
    assert served.got("/api/v1/people/p003")[0] == 200


@contextmanager
def another_site(page: str) -> Iterator[str]:
    """The address of a page that is not ours."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page.encode())

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever, daemon=True)
        serving.start()
        yield f"http://localhost:{server.server_address[1]}/"
        server.shutdown()
