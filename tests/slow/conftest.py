"""The browser and the service that the tests of pages have, for the walk over all of them."""

from tests.browser.conftest import browser, chromium, served

__all__ = ["browser", "chromium", "served"]
