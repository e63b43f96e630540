"""GET /: what runs, where, and how to start a mission."""

import base64
import hashlib
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from rex.settings import settings

STYLE = "body{font:1rem/1.6 system-ui,sans-serif;max-width:46rem;margin:2rem auto}th,caption{text-align:left;padding-right:1rem}"
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_PAGE = Template(Path(__file__).with_name("page.html").read_text())
_HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    known = settings()
    page = _PAGE.substitute(style=STYLE, public_url=escape(known.public_url), supabase_url=escape(known.supabase_url))
    return {"statusCode": 200, "headers": _HEADERS, "body": page}
