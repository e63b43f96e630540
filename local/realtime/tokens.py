"""Who a key or an access token speaks for: tokens are those of the stack's Auth, signed with its secret."""

import json
from dataclasses import dataclass

import jwt

_ROLES = {"anon", "authenticated", "service_role"}
_KEY_PREFIX = "sb_"


class TokenRefused(Exception):
    """A key or token that lets nobody in; its text is what Realtime answers."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """The role and claims that policies see; `expires_at` in seconds since 1970, None for a key."""

    role: str
    claims: str
    expires_at: float | None = None


@dataclass(frozen=True, kw_only=True)
class Keys:
    """What opens the stack's Realtime."""

    publishable: str
    secret: str
    jwt_secret: str

    def caller_of_key(self, key: str) -> Caller:
        """The caller an `apikey` alone makes. Raises TokenRefused."""
        roles = {self.publishable: "anon", self.secret: "service_role"}
        if key in roles:
            return Caller(role=roles[key], claims=json.dumps({"role": roles[key]}))
        return self.caller_of_token(key)

    def caller_of_token(self, token: str) -> Caller:
        """Raises TokenRefused."""
        try:
            claims = jwt.decode(token, self.jwt_secret, algorithms=["HS256"], options={"verify_aud": False, "require": ["exp"]})
        except jwt.ExpiredSignatureError as error:
            raise TokenRefused("InvalidJWTToken: Token has expired") from error
        except jwt.InvalidSignatureError as error:
            raise TokenRefused("JwtSignatureError: Failed to validate JWT signature") from error
        except jwt.DecodeError as error:
            raise TokenRefused("MalformedJWT: The token provided is not a valid JWT") from error
        except jwt.InvalidTokenError as error:
            raise TokenRefused(f"InvalidJWTToken: {error}") from error
        if claims.get("role") not in _ROLES:
            raise TokenRefused("InvalidJWTToken: Fields `role` and `exp` are required in JWT")
        return Caller(role=claims["role"], claims=json.dumps(claims), expires_at=float(claims["exp"]))


def is_key(token: str) -> bool:
    """Keys come where tokens are expected, from clients nobody has signed in with; they are no tokens."""
    return token.startswith(_KEY_PREFIX)
