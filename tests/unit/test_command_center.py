"""The function that serves the page: from its manifest alone, cached as long as it may be, under its policy."""

import base64
import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from functions.command_center import handler as served

SCRIPT = b"console.log('the page')"
INDEX = '<meta name="supabase-url" content="$supabase_url" /><meta name="publishable-key" content="$publishable_key" />$preloads'
VIEWS = {"overview": ["assets/overview-1.js"], "missions": ["assets/missions-1.js", "assets/list-1.js"], "lead": ["assets/lead-1.js"]}
FILES = {
    "index.html": {"type": "text/html; charset=utf-8", "etag": "of-index", "compressed": False},
    "assets/page-1.js": {"type": "text/javascript; charset=utf-8", "etag": "of-script", "compressed": True},
    "assets/font-1.woff2": {"type": "font/woff2", "etag": "of-font", "compressed": False},
    "robots.txt": {"type": "text/plain; charset=utf-8", "etag": "of-robots", "compressed": False},
}


@pytest.fixture(autouse=True)
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A built page, and a file beside it that nobody may read."""
    monkeypatch.setenv("SUPABASE_URL", "https://project.supabase.co")
    monkeypatch.setenv("SUPABASE_PUBLISHABLE_KEY", 'key"><script>')
    folder = tmp_path / "site"
    (folder / "assets").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "manifest.json").write_text(json.dumps({"files": FILES, "views": VIEWS}))
    (folder / "index.html").write_text(INDEX)
    (folder / "robots.txt").write_text("Disallow: /")
    (folder / "assets/font-1.woff2").write_bytes(b"\x00\xff")
    for ending, content in (("", SCRIPT), (".br", b"brotli"), (".gz", gzip.compress(SCRIPT, mtime=0))):
        (folder / f"assets/page-1.js{ending}").write_bytes(content)
    monkeypatch.setattr(served, "_SITE", folder)
    for kept in (served._read_manifest, served._content, served._page, served._policy):
        kept.cache_clear()


def ask(path: str, **headers: str) -> dict[str, Any]:
    return served.handler({"rawPath": path, "headers": {name.replace("_", "-"): value for name, value in headers.items()}}, None)


def body(answer: dict[str, Any]) -> bytes:
    assert answer["isBase64Encoded"]
    return base64.b64decode(answer["body"])


@pytest.mark.parametrize("path", ["/", "/index.html", "/missions", "/leads/01a2", "/sign-in"])
def test_every_route_of_the_page_is_the_page_and_is_asked_for_again(path: str) -> None:
    answer = ask(path)

    assert (answer["statusCode"], answer["headers"]["cache-control"]) == (200, "no-cache")
    assert 'content="https://project.supabase.co"' in answer["body"]


@pytest.mark.parametrize(
    ("path", "view"), [("/", "overview"), ("/missions", "missions"), ("/leads/01a2", "lead"), ("/no-such-view", None), ("/views", None)]
)
def test_page_names_what_its_view_loads_and_nothing_else(path: str, view: str | None) -> None:
    links = re.findall(r'<link rel="modulepreload" href="/([^"]+)" />', ask(path)["body"])

    assert links == VIEWS.get(view or "", [])


def test_what_the_page_is_told_cannot_become_markup() -> None:
    assert "<script>" not in ask("/")["body"]


def test_policy_lets_nothing_in_but_from_here_and_the_project() -> None:
    headers = ask("/")["headers"]
    rules = dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))

    assert rules == {
        "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self'", "font-src": "'self'",
        "frame-src": "'self'", "connect-src": "'self' https://project.supabase.co wss://project.supabase.co", "base-uri": "'none'",
        "form-action": "'none'", "frame-ancestors": "'none'", "require-trusted-types-for": "'script'",
    }  # fmt: skip
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.parametrize(
    ("accepted", "encoding", "content"),
    [
        ("gzip, deflate, br, zstd", "br", b"brotli"),
        ("gzip", "gzip", gzip.compress(SCRIPT, mtime=0)),
        ("", None, SCRIPT),
        ("zstd", None, SCRIPT),
    ],
)
def test_script_comes_in_the_best_form_the_browser_takes(accepted: str, encoding: str | None, content: bytes) -> None:
    answer = ask("/assets/page-1.js", accept_encoding=accepted)

    assert answer["headers"].get("content-encoding") == encoding
    assert answer["headers"]["vary"] == "accept-encoding"
    assert body(answer)[10:] == content[10:], "a compressed file tells the time it was made"


def test_assets_are_kept_for_ever_and_other_files_are_not() -> None:
    assert ask("/assets/font-1.woff2")["headers"]["cache-control"] == "public, max-age=31536000, immutable"
    assert ask("/robots.txt")["headers"]["cache-control"] == "no-cache"


def test_bytes_arrive_as_they_are() -> None:
    assert body(ask("/assets/font-1.woff2", accept_encoding="br")) == b"\x00\xff"


@pytest.mark.parametrize("path", ["/", "/assets/page-1.js", "/robots.txt"])
@pytest.mark.parametrize("form", ["{}", "W/{}", '"another", {}'])
def test_what_the_browser_has_is_not_sent_again(path: str, form: str) -> None:
    etag = ask(path)["headers"]["etag"]
    again = ask(path, if_none_match=form.format(etag))

    assert again["statusCode"] == 304
    assert "body" not in again
    assert again["headers"]["etag"] == etag
    assert ask(path, if_none_match='"another"')["statusCode"] == 200


@pytest.mark.parametrize(
    "path", ["/assets/gone-0.js", "/assets/../manifest.json", "/assets/page-1.js.br", "/api/nothing", "/webhooks/nothing"]
)
def test_unknown_file_is_refused_and_not_kept(path: str) -> None:
    answer = ask(path)

    assert (answer["statusCode"], answer["headers"]["cache-control"]) == (404, "no-store")
    assert json.loads(answer["body"])["next"]


@pytest.mark.parametrize("path", ["/../secret.txt", "/..%2fsecret.txt", "//etc/passwd", "/manifest.json", "/./robots.txt", "/handler.py"])
def test_no_name_from_outside_reaches_the_disk(path: str) -> None:
    assert ask(path)["body"] == ask("/no-such-view")["body"]
