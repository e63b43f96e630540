"""A real browser on the command center: Chromium by Playwright, pages that tell what went wrong in them, and people who signed up."""

import json
import os
import re
import shutil
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx
from playwright.sync_api import Browser, ConsoleMessage, Error, Page, Playwright, Request, expect

from local.home import ROOT

WEB = ROOT / "functions" / "command_center" / "web"
PICTURES = ROOT / ".rex" / "pictures"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
_STANDARDS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_OF_COLOURS = ("color-contrast", "link-in-text-block")
_REFUSED = re.compile(r"the server responded with a status of 4\d\d")
PHONE, WIDE = 360, 1440
# What is read after something was read begins within this many drawings. A stack that was just started is slow: its functions begin too.
_QUIET_DRAWINGS, _SETTLES_WITHIN = 3, 60

type Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")


def find_chromium(playwright: Playwright) -> str:
    """REX_CHROMIUM, a Chromium or Chrome of the system, or the one that Playwright installed."""
    found = os.environ.get("REX_CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None) or playwright.chromium.executable_path
    assert Path(found).exists(), "No Chromium was found: install the package chromium, or let REX_CHROMIUM name one."
    return found


def launch(playwright: Playwright, *arguments: str) -> Browser:
    """Without a sandbox of its own where root runs it, as in a container."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return playwright.chromium.launch(executable_path=find_chromium(playwright), args=[*sandbox, "--disable-dev-shm-usage", *arguments])


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with an account, signed in."""

    email: str
    password: str
    session: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.session["user"]["id"])

    @property
    def token(self) -> str:
        return str(self.session["access_token"])

    @classmethod
    def sign_up(cls, stack: dict[str, Any]) -> "Person":
        given = {"email": f"{uuid.uuid4().hex[:12]}@rex.example", "password": f"Long-enough-{uuid.uuid4().hex[:8]}"}
        return cls(**given, session=_ask_auth(stack, "signup", given))

    @classmethod
    def sample(cls, stack: dict[str, Any]) -> "Person":
        """Whom the stack itself made, with three domains and the sample leads' inboxes."""
        given = {"email": stack["user"]["email"], "password": stack["user"]["password"]}
        return cls(**given, session=_ask_auth(stack, "token?grant_type=password", given))

    def again(self, stack: dict[str, Any]) -> "Person":
        """The same, signed in on another device."""
        given = {"email": self.email, "password": self.password}
        return type(self)(**given, session=_ask_auth(stack, "token?grant_type=password", given))

    def can_renew(self, stack: dict[str, Any]) -> bool:
        """Whether the session goes on once its token has expired."""
        given = {"refresh_token": self.session["refresh_token"]}
        return _answer(stack, "token?grant_type=refresh_token", given).status_code == httpx.codes.OK

    def api(self, stack: dict[str, Any]) -> httpx.Client:
        return httpx.Client(base_url=stack["api_url"], headers={"Authorization": f"Bearer {self.token}"}, timeout=60)


def _answer(stack: dict[str, Any], path: str, body: dict[str, str]) -> httpx.Response:
    return httpx.post(f"{stack['supabase_url']}/auth/v1/{path}", headers={"apikey": stack["publishable_key"]}, json=body, timeout=30)


def _ask_auth(stack: dict[str, Any], path: str, body: dict[str, str]) -> dict[str, Any]:
    answer = _answer(stack, path, body)
    assert answer.status_code == 200, answer.text
    session: dict[str, Any] = answer.json()
    return session


@dataclass
class Complaints:
    """What pages complained of: faults of scripts, refusals of the policy, answers of 4xx and 5xx, requests to other hosts."""

    hosts: frozenset[str]
    said: list[str] = field(default_factory=list)
    _expected: list[re.Pattern[str]] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.said.append(f"fault: {error.stack or error.message}"))
        page.on("request", self._request)

    def expect(self, pattern: str) -> None:
        """A complaint that belongs to what is tested."""
        self._expected.append(re.compile(pattern))

    def expect_refusals(self) -> None:
        """The test provokes answers of 4xx, which the browser logs as errors."""
        self._expected.append(_REFUSED)

    def unexpected(self) -> list[str]:
        return [said for said in self.said if not any(pattern.search(said) for pattern in self._expected)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.said.append(f"{message.text} ({message.location.get('url', '')})")

    def _request(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme != "blob" and url.netloc not in self.hosts:
            self.said.append(f"request to another host: {request.url}")


@dataclass
class Traffic:
    """The requests of a page that have no answer yet."""

    open: set[Request] = field(default_factory=set)

    @classmethod
    def listen(cls, page: Page) -> "Traffic":
        traffic = cls()
        page.on("request", traffic._begun)
        page.on("requestfinished", traffic._ended)
        page.on("requestfailed", traffic._ended)
        return traffic

    def _begun(self, request: Request) -> None:
        if request.is_navigation_request():
            self.open.clear()  # how the requests of the page before end, the browser does not always tell
        self.open.add(request)

    def _ended(self, request: Request) -> None:
        self.open.discard(request)


@dataclass
class Visits:
    """Opens pages of the command center, each in a browser profile of its own."""

    browser: Browser
    stack: dict[str, Any]
    name: str
    complaints: Complaints
    pages: list[Page] = field(default_factory=list)
    traffic: "dict[Page, Traffic]" = field(default_factory=dict)

    def open(self, path: str = "/", person: Person | None = None, *, theme: Theme = "light", width: int = WIDE) -> Page:
        """The page at this address as this person, or as somebody who is not signed in."""
        page = self.blank(person, theme=theme, width=width)
        page.goto(path)
        return page

    def blank(self, person: Person | None = None, *, theme: Theme = "light", width: int = WIDE) -> Page:
        """A profile in which this person is signed in, before it opens anything."""
        context = self.browser.new_context(
            base_url=self.stack["command_center_url"], viewport={"width": width, "height": 900}, locale="en-GB",
            timezone_id="Europe/Berlin", color_scheme=theme, reduced_motion="reduce", permissions=["clipboard-read", "clipboard-write"],
            storage_state={"cookies": [], "origins": self._signed_in(person)},
        )  # fmt: skip
        context.set_default_timeout(20_000)
        page = context.new_page()
        self.complaints.listen(page)
        self.traffic[page] = Traffic.listen(page)
        self.pages.append(page)
        return page

    def go(self, page: Page, path: str, title: str) -> None:
        """Lead the page to the view with this title, as a link on it would; the first, and one after another of its title, are loaded anew."""
        if page.url == "about:blank" or page.get_by_role("heading", level=1, name=title, exact=True).is_visible():
            page.goto(path)
        else:
            page.evaluate("path => history.pushState(null, '', path)", path)

    def settle(self, page: Page, title: str) -> None:
        """The view stands, and nothing of it is on its way any more."""
        expect(page.get_by_role("heading", level=1, name=title)).to_be_visible(timeout=_SETTLES_WITHIN * 1_000)
        expect(page.get_by_role("status", name="Loading")).to_have_count(0, timeout=_SETTLES_WITHIN * 1_000)
        deadline, quiet = time.monotonic() + _SETTLES_WITHIN, 0
        while quiet < _QUIET_DRAWINGS:
            assert time.monotonic() < deadline, f"{title} waits for {[request.url for request in self.traffic[page].open]}"
            draw(page)
            quiet = 0 if self.traffic[page].open else quiet + 1

    def keep(self, page: Page, name: str) -> None:
        """A picture of it, as an output of the test."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{self.name}-{name}.png", full_page=True)

    def keep_all(self) -> None:
        for number, page in enumerate(self.pages):
            try:
                self.keep(page, f"failed-{number}")
            except Error as error:
                print(f"no picture of page {number}: {error.message}")

    def close(self) -> None:
        for page in self.pages:
            page.context.close()

    def _signed_in(self, person: Person | None) -> list[Any]:
        if person is None:
            return []
        items = [{"name": "rex-session", "value": json.dumps(person.session)}]
        return [{"origin": self.stack["command_center_url"], "localStorage": items}]


def find_barriers(page: Page) -> dict[str, list[str]]:
    """What axe finds on the page as it stands, by theme: each with where and why. Only its colours are another theme's own."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE.read_text())
    rules = {THEMES[0]: {"type": "tag", "values": list(_STANDARDS)}, THEMES[1]: {"type": "rule", "values": list(_OF_COLOURS)}}
    found = {theme: _barriers(page, theme, rules[theme]) for theme in THEMES}
    return {theme: barriers for theme, barriers in found.items() if barriers}


def _barriers(page: Page, theme: Theme, rules: dict[str, Any]) -> list[str]:
    page.emulate_media(color_scheme=theme)
    draw(page)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", rules)
    return [f"{rule['id']}: {node['html']} {node['failureSummary']}" for rule in found["violations"] for node in rule["nodes"]]


def draw(page: Page) -> None:
    """What the page was told is on the screen."""
    page.evaluate("() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")


def is_too_wide(page: Page) -> bool:
    """Whether the page itself scrolls sideways."""
    return bool(page.evaluate("document.scrollingElement.scrollWidth > document.scrollingElement.clientWidth"))
