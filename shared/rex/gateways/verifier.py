"""Checks the signature of access tokens: by the project's public keys (JWKS), or by a shared secret on a laptop.

Supabase: https://supabase.com/docs/guides/auth/signing-keys
"""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit
from uuid import UUID

import jwt
from jwt import PyJWKClient, PyJWKClientConnectionError, PyJWKClientError, PyJWTError

from rex.domain.tokens import TokenRefused, read_person
from rex.errors import Transient

LEEWAY_SECONDS = 10
KEYS_SECONDS = 600
COOL_DOWN_SECONDS = 2
"""So seldom are the keys asked for again because of a key nobody knows; a token of a new key waits no longer."""
_ASYMMETRIC = ["ES256", "RS256"]
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class NotLocal(RuntimeError):
    """A shared secret checks tokens on a laptop only; a hosted project signs with keys of its own."""


@dataclass(frozen=True, kw_only=True)
class HostedVerifier:
    """Tokens of a project that publishes its keys; others' tokens, other algorithms and other audiences are refused."""

    keys: PyJWKClient
    issuer: str

    @classmethod
    def of(cls, supabase_url: str) -> Self:
        issuer = f"{supabase_url}/auth/v1"
        keys = PyJWKClient(
            f"{issuer}/.well-known/jwks.json", cache_jwk_set=True, lifespan=KEYS_SECONDS, timeout=5, cooldown_duration=COOL_DOWN_SECONDS
        )
        return cls(keys=keys, issuer=issuer)

    def verify(self, token: str) -> UUID:
        """The person; raises TokenRefused, or Transient while the keys cannot be had, which says nothing of the token."""
        try:
            if jwt.get_unverified_header(token).get("alg") not in _ASYMMETRIC:
                raise TokenRefused("algorithm")
            key = self.keys.get_signing_key_from_jwt(token)
            required = ["exp", "sub", "iss", "aud"]
            claims = jwt.decode(
                token, key, algorithms=_ASYMMETRIC, audience="authenticated", issuer=self.issuer, leeway=LEEWAY_SECONDS,
                options={"require": required},
            )  # fmt: skip
        except PyJWKClientConnectionError as error:
            raise Transient("keys_unreachable") from error
        except (PyJWTError, PyJWKClientError) as error:
            raise TokenRefused(type(error).__name__) from error
        return read_person(claims)


@dataclass(frozen=True, kw_only=True)
class LocalVerifier:
    """Tokens of an Auth on this machine, which signs with a shared secret; the embedded one names no issuer."""

    secret: str
    port: int | None

    @classmethod
    def of(cls, supabase_url: str, secret: str) -> Self:
        place = urlsplit(supabase_url)
        if place.hostname not in _LOOPBACK:
            raise NotLocal("REX_AUTH_MODE=hs256 serves a Supabase on this machine only; use jwks for a hosted project.")
        return cls(secret=secret, port=place.port)

    def verify(self, token: str) -> UUID:
        """The person; raises TokenRefused."""
        try:
            claims = jwt.decode(
                token, self.secret, algorithms=["HS256"], audience="authenticated", leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "sub", "aud"]},
            )  # fmt: skip
        except PyJWTError as error:
            raise TokenRefused(type(error).__name__) from error
        if "iss" in claims and not self._issued(claims["iss"]):
            raise TokenRefused("InvalidIssuerError")
        return read_person(claims)

    def _issued(self, issuer: object) -> bool:
        """An issuer may call this machine by another of its names."""
        place = urlsplit(str(issuer))
        return (place.hostname in _LOOPBACK, place.port, place.path) == (True, self.port, "/auth/v1")
