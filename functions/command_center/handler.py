"""GET / and what is below it: the built page, looked up in its manifest and never on disk by a name that came from outside.

Imports nothing but the standard library: whoever opens the page waits for this function's cold start.
"""

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlsplit

type Answer = dict[str, Any]

_SITE = Path(__file__).with_name("site")
_ENDINGS = {"br": ".br", "gzip": ".gz"}
_FOREVER = "public, max-age=31536000, immutable"
_ASSETS = "/assets/"
_OTHERS = ("/api/", "/webhooks/")
_NAMED_OTHERWISE = {"": "overview", "leads": "lead", "sign-in": "sign_in"}
_SAFE = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer"}


def handler(event: dict[str, Any], context: Any) -> Answer:
    path, headers = event["rawPath"], event.get("headers", {})
    file = _manifest().get(path.removeprefix("/"))
    if file and path != "/index.html":
        return _file(path, file, headers)
    if path.startswith(_OTHERS):
        return _problem("There is nothing at this address.", "Compare the address with the API's description.")
    if path.startswith(_ASSETS):
        return _problem("The page has no such file.", "Reload the page: a newer one has taken its place.")
    return _index(path, headers)


def _index(path: str, headers: Mapping[str, str]) -> Answer:
    """Every route of the page is the page; it may be kept, but must be asked for again each time."""
    page, etag = _page(_view(path))
    about = {
        **_SAFE, "content-type": "text/html; charset=utf-8", "cache-control": "no-cache", "etag": etag,
        "content-security-policy": _policy(), "cross-origin-opener-policy": "same-origin", "strict-transport-security": "max-age=31536000",
    }  # fmt: skip
    if etag in headers.get("if-none-match", ""):
        return {"statusCode": 304, "headers": about}
    return {"statusCode": 200, "headers": about, "body": page}


def _file(path: str, file: dict[str, Any], headers: Mapping[str, str]) -> Answer:
    etag = f'"{file["etag"]}"'
    caching = _FOREVER if path.startswith(_ASSETS) else "no-cache"
    about = {**_SAFE, "content-type": file["type"], "cache-control": caching, "etag": etag}
    if file["compressed"]:
        about["vary"] = "accept-encoding"
    if etag in headers.get("if-none-match", ""):
        return {"statusCode": 304, "headers": about}
    encoding = _encoding(file, headers.get("accept-encoding", ""))
    if encoding:
        about["content-encoding"] = encoding
    return {"statusCode": 200, "headers": about, "body": _content(path, _ENDINGS.get(encoding, "")), "isBase64Encoded": True}


def _encoding(file: dict[str, Any], accepted: str) -> str:
    """The best one both sides know; a client that weighs or forbids one names no other than these."""
    known = {part.strip() for part in accepted.split(",")} if file["compressed"] else set()
    return next((encoding for encoding in _ENDINGS if encoding in known), "")


def _problem(detail: str, next_step: str) -> Answer:
    body = {"type": "about:blank", "title": "Not Found", "status": 404, "code": "not_found", "detail": detail, "next": next_step}
    about = {**_SAFE, "content-type": "application/problem+json", "cache-control": "no-store"}
    return {"statusCode": 404, "headers": about, "body": json.dumps(body)}


@cache
def _read_manifest() -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((_SITE / "manifest.json").read_text())
    return manifest


def _manifest() -> dict[str, Any]:
    files: dict[str, Any] = _read_manifest()["files"]
    return files


def _views() -> dict[str, list[str]]:
    """The scripts of each view beyond what every view loads."""
    views: dict[str, list[str]] = _read_manifest()["views"]
    return views


@cache
def _content(path: str, ending: str) -> str:
    """A file the manifest names, as HTTP APIs take bytes."""
    return base64.b64encode((_SITE / f"{path.removeprefix('/')}{ending}").read_bytes()).decode()


def _view(path: str) -> str:
    """The view at this address; none for an address that the page does not know."""
    first = path.strip("/").partition("/")[0]
    view = _NAMED_OTHERWISE.get(first, first)
    return view if view in _views() else ""


@cache
def _page(view: str) -> tuple[str, str]:
    """The page with where its Supabase project is, the key that everybody may know, and what this view loads; and its etag."""
    known = {"supabase_url": os.environ["SUPABASE_URL"], "publishable_key": os.environ["SUPABASE_PUBLISHABLE_KEY"]}
    preloads = "".join(f'<link rel="modulepreload" href="/{script}" />' for script in _views().get(view, []))
    told = {name: escape(value) for name, value in known.items()} | {"preloads": preloads}
    page = Template((_SITE / "index.html").read_text()).substitute(told)
    return page, f'"{hashlib.sha256(page.encode()).hexdigest()[:22]}"'


@cache
def _policy() -> str:
    """Nothing from anywhere but here; data also from the Supabase project."""
    supabase = urlsplit(os.environ["SUPABASE_URL"])
    socket = {"https": "wss", "http": "ws"}[supabase.scheme]
    return "; ".join((
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "font-src 'self'", "frame-src 'self'",
        f"connect-src 'self' {supabase.scheme}://{supabase.netloc} {socket}://{supabase.netloc}",
        "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'",
    ))  # fmt: skip
