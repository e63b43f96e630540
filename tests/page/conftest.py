"""One browser for the tests of a module; a page that complained fails its test, and a failed test leaves pictures in .rex/pictures."""

from collections.abc import Generator, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.browser import Complaints, Person, Visits, launch

FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """No longer than a module: while Playwright runs, its event loop does, and other tests of the process need theirs."""
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        running = launch(playwright)
        yield running
        running.close()


@pytest.fixture
def complaints(stack: dict[str, Any]) -> Complaints:
    """The functions of the stack know its Supabase by number."""
    supabase = urlsplit(stack["supabase_url"])
    return Complaints(frozenset({urlsplit(stack["command_center_url"]).netloc, supabase.netloc, f"127.0.0.1:{supabase.port}"}))


@pytest.fixture
def visits(browser: Browser, stack: dict[str, Any], complaints: Complaints, request: pytest.FixtureRequest) -> Iterator[Visits]:
    opened = Visits(browser, stack, request.node.name, complaints)
    yield opened
    if request.node.stash.get(FAILED, False) or complaints.unexpected():
        opened.keep_all()
    opened.close()
    assert complaints.unexpected() == [], "the page complained"


@pytest.fixture
def person(stack: dict[str, Any]) -> Person:
    """Somebody who signed up just now and did nothing yet."""
    return Person.sign_up(stack)


@pytest.fixture
def page(visits: Visits, person: Person) -> Page:
    """The overview, as that person."""
    return visits.open("/", person)
