"""What a person's access token must say, whoever checked its signature."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

LONGEST_TOKEN = 8_192
"""Characters; Supabase's tokens have about 1,000."""


class TokenRefused(Exception):
    """The token is not that of a signed-in person of this project; the code is fit for logs."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _Claims(BaseModel):
    model_config = ConfigDict(frozen=True)

    sub: UUID
    role: Literal["authenticated"]
    exp: int
    is_anonymous: Literal[False] = False


def read_bearer(headers: Mapping[str, str]) -> str:
    """The token of an Authorization header; raises TokenRefused."""
    scheme, _, token = (headers.get("authorization") or "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise TokenRefused("no_bearer")
    if len(token) > LONGEST_TOKEN:
        raise TokenRefused("too_long")
    return token


def read_person(claims: Mapping[str, Any]) -> UUID:
    """The person verified claims speak of; raises TokenRefused for anonymous users and other roles."""
    try:
        return _Claims.model_validate(claims).sub
    except ValidationError as error:
        raise TokenRefused("claims") from error
