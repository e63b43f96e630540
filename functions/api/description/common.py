"""What every route has: who calls, for which account, under which key, and how it is refused."""

from typing import Any

type Json = dict[str, Any]

FRAME: Json = {
    "openapi": "3.1.0",
    "info": {
        "title": "REX",
        "version": "1",
        "description": "Missions that win back dormant leads. Every change has an Idempotency-Key: the same request with the same key "
        "changes nothing and is answered as the first time, for 24 hours. Lists are paged by the cursor `next`, and answered as CSV for "
        "`Accept: text/csv`. Unknown fields are refused. A refusal says what happened and, under `next`, what to do.",
    },
    "servers": [{"url": "/api/rex"}],
    "security": [{"person": []}],
}
ETAG: Json = {"description": "Send it as If-None-Match to be answered only when something is new.", "schema": {"type": "string"}}
_PARAMETERS: dict[str, Json] = {
    "Rex-Account": {
        "name": "Rex-Account", "in": "header", "required": False, "schema": {"type": "string", "format": "uuid"},
        "description": "The account to act for, of those whose member the caller is; without it the caller's own.",
    },
    "Idempotency-Key": {
        "name": "Idempotency-Key", "in": "header", "required": True, "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
        "description": "A new one with each new request, the same one with a repeated request.",
        "example": "8f14e45f-ceea-467f-9b1c-7b6e2d1a0c55",
    },
    "If-None-Match": {
        "name": "If-None-Match", "in": "header", "required": False, "schema": {"type": "string"},
        "description": "The ETag of an answer the caller still has.",
    },
}  # fmt: skip
_PROBLEM: Json = {
    "type": "object",
    "title": "Problem",
    "description": "Problem details (RFC 9457).",
    "properties": {
        "type": {"const": "about:blank"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$", "description": "For programs."},
        "detail": {"type": "string", "description": "What happened, and why."},
        "next": {"type": "string", "minLength": 1, "description": "What to do."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object", "properties": {"field": {"type": "string"}, "problem": {"type": "string"}},
                "required": ["field", "problem"], "additionalProperties": False,
            },
        },
    },
    "required": ["type", "title", "status", "code", "detail", "next"],
    "additionalProperties": False,
}  # fmt: skip
_GATEWAY: Json = {
    "type": "object", "title": "GatewayMessage", "description": "What the gateway says before a function is asked.",
    "properties": {"message": {"type": ["string", "null"]}}, "required": ["message"], "additionalProperties": False,
}  # fmt: skip
_MEANINGS = {
    304: "Nothing is new since the answer with this ETag.",
    400: "The request cannot be read: a header is missing or wrong, or the body is not a JSON object.",
    401: "Nobody is signed in.",
    403: "The token is not valid, or the caller may not do this.",
    404: "There is no such thing in this account.",
    409: "The thing is in a state in which this cannot be done.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    422: "A field is not as it should be, or the key was used for another request.",
    429: "Too many requests.",
    500: "Something failed that should not.",
    503: "A service did not answer; the same request may be sent again.",
}
_BY_GATEWAY = {401, 403, 413, 429, 500, 503}


def parameter(name: str) -> Json:
    """A header every route has, by reference."""
    return {"$ref": f"#/components/parameters/{name}"}


def refusal(status: int) -> Json:
    """A status every route means alike, by reference."""
    return {"$ref": f"#/components/responses/{status}"}


def components(schemas: Json) -> Json:
    """The routes' schemas, and what all of them refer to."""
    return {
        "securitySchemes": {
            "person": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "The access token of Supabase Auth."}
        },
        "parameters": _PARAMETERS,
        "responses": {str(status): _response(status) for status in _MEANINGS},
        "schemas": schemas | {"Problem": _PROBLEM, "GatewayMessage": _GATEWAY},
    }


def _response(status: int) -> Json:
    if status == 304:
        return {"description": _MEANINGS[status], "headers": {"ETag": ETAG}}
    content: Json = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    if status in _BY_GATEWAY:
        content |= {"application/json": {"schema": {"$ref": "#/components/schemas/GatewayMessage"}}}
    return {"description": _MEANINGS[status], "content": content}
