"""How every route reads its request and answers: problem details (RFC 9457), idempotency keys, and who calls."""

import hashlib
import json
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from http import HTTPStatus
from math import isfinite
from typing import Any
from uuid import UUID

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.logging import correlation_paths
from pydantic import BaseModel, ValidationError

from rex.csv_pages import as_csv, wants_csv
from rex.domain.tokens import TokenRefused, read_bearer
from rex.errors import Rejected, Transient

PREFIX = "/api/rex"
LARGEST_BODY = 5_500_000
"""Bytes; Lambda takes 6 MB with the event around the body."""
_HALF_A_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")
_NOTHING = ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'")
_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>REX</title>'
    "<style>body{{font:16px/1.5 system-ui;max-width:40rem;margin:4rem auto;padding:0 1rem}}button{{font:inherit;padding:.5rem 1rem}}"
    "code,pre{{font-family:ui-monospace,monospace}}</style><body>{body}</body></html>"
)
_QUERY_READ, _BODY_READ = "query_read", "body_read"
_CHALLENGES = {401: {"WWW-Authenticate": "Bearer"}}
type Headers = dict[str, str | list[str]]
logger = Logger(service="rex")


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who calls, by their own token, and the arguments that each command of this request gets."""

    token: str
    arguments: dict[str, Any]


def answer(status: int, content: Any) -> Response[str]:
    """JSON."""
    headers = {"Cache-Control": "no-store"}
    return Response(status_code=status, content_type="application/json", body=json.dumps(content, default=str), headers=headers)


def tagged(app: APIGatewayHttpResolver, content: dict[str, Any], passing: Collection[str] = ()) -> Response[str]:
    """JSON with an ETag, or 304 for a caller who has it already; `passing` fields, which change by themselves, do not count."""
    kept = {name: value for name, value in content.items() if name not in passing}
    return tagged_text(app, json.dumps(content, default=str), json.dumps(kept, default=str, sort_keys=True), "private, no-cache")


def tagged_text(app: APIGatewayHttpResolver, text: str, counts: str, caching: str) -> Response[str]:
    """JSON that stands as text already, with an ETag of what counts of it."""
    tag = f'W/"{hashlib.sha256(counts.encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": caching, "Vary": "Authorization, Rex-Account, Accept"}
    known = app.current_event.headers.get("if-none-match", "")
    if known.strip() == "*" or tag.removeprefix("W/") in re.findall(r'"[^"]*"', known):
        return Response(status_code=304, body="", headers=headers)
    return Response(status_code=200, content_type="application/json", body=text, headers=headers)


def page(status: int, body: str) -> Response[str]:
    """A small page by itself: nothing in it runs, loads, or may be framed."""
    headers = {
        "Content-Security-Policy": "; ".join((*_NOTHING, "style-src 'unsafe-inline'", "form-action 'self'")),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    return Response(status_code=status, content_type="text/html; charset=utf-8", body=_PAGE.format(body=body), headers=headers)


def foreign_page(html: str) -> Response[str]:
    """A page somebody else wrote: it may be framed by the page of REX alone, and nothing in it runs, loads, or leads out of its frame."""
    headers = {
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox; base-uri 'none'; frame-ancestors 'self'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
    return Response(status_code=200, content_type="text/html; charset=utf-8", body=html, headers=headers)


def problem(
    status: int, code: str, detail: str, next_step: str, errors: list[dict[str, str]] | None = None, headers: Headers | None = None
) -> Response[str]:
    """Problem details with a code and what to do next."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "code": code, "detail": detail, "next": next_step}
    text = json.dumps(body | ({"errors": errors} if errors else {}))
    about = {"Cache-Control": "no-store"} | _CHALLENGES.get(status, {}) | (headers or {})
    return Response(status_code=status, content_type="application/problem+json", body=text, headers=about)


def refuse_method(allowed: Collection[str]) -> Response[str]:
    """405 for a path that knows other methods."""
    detail, next_step = "This address knows no such method.", f"Use {' or '.join(sorted(allowed))}."
    return problem(405, "method_unknown", detail, next_step, headers={"Allow": ", ".join(sorted(allowed))})


def routes() -> APIGatewayHttpResolver:
    """A resolver that turns every known failure into problem details, and hides every other."""
    app = APIGatewayHttpResolver()
    app.exception_handler(Rejected)(_rejected)
    app.exception_handler(Transient)(_transient)
    app.exception_handler(ValidationError)(_invalid)
    app.exception_handler(Exception)(_unexpected)
    app.not_found(not_found)
    return app


def handler(app: APIGatewayHttpResolver) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """The Lambda entry point of a route; lists answer as CSV whoever asks for it."""

    @logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP, clear_state=True)
    def handle(event: dict[str, Any], context: Any) -> dict[str, Any]:
        answer = app.resolve(event, context)
        return as_csv(event, answer) if asks_csv(app) else answer

    return handle


def asks_csv(app: APIGatewayHttpResolver) -> bool:
    """Whether the caller wants a list as CSV."""
    return wants_csv(app.current_event.headers.get("accept", ""))


def caller(app: APIGatewayHttpResolver, *, changes: bool = False) -> Caller:
    """Who calls, once the route has read what it takes; a request that changes something needs an Idempotency-Key. Raises Rejected."""
    headers = app.current_event.headers
    try:
        token = read_bearer(headers)
    except TokenRefused as refused:
        next_step = "Sign in and send the access token as a bearer token."
        raise Rejected(401, "token_missing", "Nobody is signed in.", next_step) from refused
    refuse_unread(app)
    arguments: dict[str, Any] = {"p_account": _account(headers.get("rex-account"))}
    return Caller(token=token, arguments=arguments | ({"p_request_id": _key(headers)} if changes else {}))


def refuse_unread(app: APIGatewayHttpResolver) -> None:
    """Raises Rejected for a query or a body that the route does not take: who sent it would think that it counts."""
    event = app.current_event
    if event.query_string_parameters and not app.context.get(_QUERY_READ):
        raise Rejected(422, "input_invalid", "This address takes no query.", "Leave the query out; compare it with the API's description.")
    if (event.body or "").strip() not in ("", "{}") and not app.context.get(_BODY_READ):
        raise Rejected(422, "input_invalid", "This address takes no body.", "Leave the body out; compare it with the API's description.")


def read[T: BaseModel](app: APIGatewayHttpResolver, model: type[T]) -> T:
    """The body as a model, whose types are taken strictly, as its schema says; raises Rejected or pydantic's ValidationError."""
    return model.model_validate_json(json.dumps(read_object(app)), strict=True)


def read_object(app: APIGatewayHttpResolver) -> dict[str, Any]:
    """The body as a JSON object that can be written as one again; raises Rejected."""
    app.context[_BODY_READ] = True
    sent_as = (app.current_event.headers.get("content-type") or "").partition(";")[0].strip().lower()
    if sent_as != "application/json":
        raise Rejected(415, "body_not_json", "The body is not called JSON.", "Send it with content-type application/json.")
    try:
        text = app.current_event.decoded_body or ""
        if len(text) > LARGEST_BODY:
            raise Rejected(413, "body_too_large", "The request is larger than 5.5 MB.", "Split the file and import its parts.")
        content = json.loads(text, parse_constant=_finite, parse_float=_finite, object_pairs_hook=_once_each)
        if _HALF_A_CHARACTER.search(text):
            json.dumps(content, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Rejected(400, "body_not_json", "The body is not JSON.", "Send a JSON object with content-type application/json.") from error
    if not isinstance(content, dict):
        raise Rejected(400, "body_not_an_object", "The body is not a JSON object.", "Send the fields as one object.")
    return content


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a field that is there twice, nobody can say which is meant."""
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("field_repeated")
    return fields


def _finite(text: str) -> float:
    """A number without a fraction is an integer, as in JSON Schema."""
    number = float(text)
    if not isfinite(number):
        raise ValueError(text)
    return int(number) if number.is_integer() else number


def read_query[T: BaseModel](app: APIGatewayHttpResolver, model: type[T]) -> T:
    """The query string as a model."""
    app.context[_QUERY_READ] = True
    return model.model_validate(app.current_event.query_string_parameters or {})


def read_id(text: str) -> UUID:
    """An id from the path; what is no id names nothing."""
    try:
        return UUID(text)
    except ValueError as error:
        raise Rejected(404, "not_found", "There is nothing with this id.", "Use an id that a list gave you.") from error


def _account(header: str | None) -> str | None:
    try:
        return None if header is None else str(UUID(header))
    except ValueError as error:
        raise Rejected(400, "account_invalid", "The Rex-Account header is no id.", "Leave it out to act for your own account.") from error


def _key(headers: Any) -> str:
    key = headers.get("idempotency-key") or ""
    if not re.fullmatch(r"[!-~]{1,200}", key):
        raise Rejected(
            400, "idempotency_key_missing", "The request has no usable Idempotency-Key header.",
            "Send a new one, 1 to 200 printable characters, with each new request; repeat it when you repeat the request.",
        )  # fmt: skip
    return key


def _rejected(error: Rejected) -> Response[str]:
    return problem(error.status, error.code, error.message, error.next)


def _transient(error: Transient) -> Response[str]:
    logger.warning("transient", extra={"code": error.code})
    return problem(503, error.code, error.message, "Send the same request again in a moment, with the same Idempotency-Key.")


def _invalid(error: ValidationError) -> Response[str]:
    faults = [{"field": ".".join(map(str, fault["loc"])) or "body", "problem": fault["msg"]} for fault in error.errors()[:50]]
    return problem(422, "input_invalid", "Some fields are not as they should be.", "Mend the fields listed under errors.", faults)


def not_found(_: Exception) -> Response[str]:
    """404 for an address nothing is at."""
    return problem(404, "not_found", "There is nothing at this address.", "Compare the address with the API's description.")


def _unexpected(error: Exception) -> Response[str]:
    logger.exception("unexpected", exc_info=error)
    return problem(500, "unexpected", "Something failed that should not.", "Send the same request again in a moment.")
