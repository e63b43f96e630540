"""What a person chooses about a stack, by environment variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
CLI_JWT_SECRET = "super-secret-jwt-token-with-at-least-32-characters-long"  # noqa: S105 - what every `supabase start` signs with
_NO_KEYS = (
    "SUPABASE_URL is set: set SUPABASE_PUBLISHABLE_KEY and SUPABASE_SECRET_KEY too, or unset SUPABASE_URL to use the embedded database."
)


class OptionsWrong(RuntimeError):
    """The environment asks for something that cannot be done."""


@dataclass(frozen=True, kw_only=True)
class HostedSupabase:
    """A Supabase project that replaces the embedded parts: of `supabase start`, or a hosted one.

    `jwt_secret` signs its tokens when it publishes no keys, which only one on this machine may do.
    """

    url: str
    publishable_key: str
    secret_key: str
    database_url: str | None
    jwt_secret: str

    @property
    def on_loopback(self) -> bool:
        return urlsplit(self.url).hostname in LOOPBACK


@dataclass(frozen=True, kw_only=True)
class LanguageModel:
    """Where the reasoner asks, and its key; without one every question of its goes to a person."""

    base_url: str = "https://api.openai.com/v1"
    api_key: str = ""

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "LanguageModel":
        return cls(base_url=environ.get("REX_OPENAI_BASE_URL") or cls.base_url, api_key=environ.get("OPENAI_API_KEY", ""))


@dataclass(frozen=True, kw_only=True)
class Options:
    """The ports people know, whose Supabase is used (None is the embedded one), and the language model."""

    front_port: int
    supabase_port: int
    hosted: HostedSupabase | None
    model: LanguageModel = LanguageModel()

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Options":
        """Raises OptionsWrong with what to change."""
        front, supabase = _port(environ, "REX_PORT", 8787), _port(environ, "REX_SUPABASE_PORT", 54321)
        if front == supabase:
            message = f"REX_PORT and REX_SUPABASE_PORT are both {front}: give each a port of its own."
            raise OptionsWrong(message)
        return cls(front_port=front, supabase_port=supabase, hosted=_hosted(environ), model=LanguageModel.of(environ))


def _hosted(environ: Mapping[str, str]) -> HostedSupabase | None:
    url = environ.get("SUPABASE_URL", "").rstrip("/")
    if not url:
        return None
    if urlsplit(url).scheme not in {"http", "https"}:
        message = f"SUPABASE_URL is {url!r}: it begins with https://, or with http:// on this machine."
        raise OptionsWrong(message)
    publishable = environ.get("SUPABASE_PUBLISHABLE_KEY")
    secret = environ.get("SUPABASE_SECRET_KEY") or environ.get("SUPABASE_SERVICE_ROLE_KEY")
    if not publishable or not secret:
        raise OptionsWrong(_NO_KEYS)
    return HostedSupabase(
        url=url, publishable_key=publishable, secret_key=secret, database_url=environ.get("REX_DATABASE_URL") or None,
        jwt_secret=environ.get("REX_JWT_SECRET") or CLI_JWT_SECRET,
    )  # fmt: skip


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isdecimal() or not 0 < int(text) < 65536:
        message = f"{name} is {text!r}: a port is a number from 1 to 65535."
        raise OptionsWrong(message)
    return int(text)
