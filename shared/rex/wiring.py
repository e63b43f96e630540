"""The one place where gateways are built and handed to use cases.

Built once per process, when first used: a function pays for the gateways it uses and no other.
"""

from datetime import UTC, datetime
from functools import cache, partial
from typing import TYPE_CHECKING

import httpx

from rex.domain.commands import Call, Nudge
from rex.domain.unsubscribe_links import unsubscribe_url
from rex.gateways import database
from rex.gateways.database import Database
from rex.settings import settings

if TYPE_CHECKING:
    from rex.gateways.mailer import SmtpMailer
    from rex.gateways.reasoner import OpenAiReasoner
    from rex.gateways.report_mailer import ReportMailer
    from rex.gateways.secrets import Secrets
    from rex.gateways.verifier import HostedVerifier, LocalVerifier
    from rex.http import Caller


@cache
def http() -> httpx.Client:
    """The connections of this process."""
    return database.http_client()


@cache
def secrets() -> "Secrets":
    """The deployment's keys and the inboxes' passwords."""
    from rex.gateways.secrets import Secrets  # noqa: PLC0415 - botocore costs 160 ms and most functions need none of it

    return Secrets.of(settings())


@cache
def machinery() -> Database:
    """The database as automation and webhooks see it."""
    return Database.as_machinery(settings().supabase_url, secrets().supabase_secret_key(), http())


def machinery_of_route() -> Database:
    """As `machinery`, for a route that a person waits for."""
    key = secrets().supabase_secret_key()
    return Database.as_machinery(settings().supabase_url, key, http(), again_within=database.AGAIN_WITHIN_SECONDS)


def person(token: str) -> Database:
    """The database as the person with this access token sees it."""
    return Database.as_person(settings().supabase_url, settings().publishable_key, token, http())


def acting(caller: "Caller") -> Call:
    """The commands as the caller may give them, each with the account and the request id of the request."""
    return partial(person(caller.token).call, **caller.arguments)


@cache
def nudge() -> Nudge:
    """Tells a worker to look now."""
    from rex.gateways.nudges import Nudges  # noqa: PLC0415 - botocore again

    return Nudges.of(settings()).send


@cache
def mailer() -> "SmtpMailer":
    """Hands mail to the servers of inboxes."""
    from rex.gateways.mailer import SmtpMailer  # noqa: PLC0415 - only the sender and the check of logins speak SMTP

    return SmtpMailer(
        password=secrets().inbox_password,
        unsubscribe_url=lambda message: unsubscribe_url(settings().public_url, message.outreach_id, secrets().signing_key()),
        clock=_now,
        laptop=settings().is_laptop,
    )


@cache
def reporter() -> "ReportMailer | None":
    """Mails daily reports; None where the deployment has no mail server for them."""
    from rex.gateways.mailer import SmtpMailer  # noqa: PLC0415 - only reports and the sender speak SMTP
    from rex.gateways.report_mailer import ReportMailer, sender  # noqa: PLC0415

    told = settings()
    if not (told.report_smtp_host and told.report_from):
        return None
    smtp = SmtpMailer(
        password=lambda _: secrets().report_smtp_password(), unsubscribe_url=lambda _: "", clock=_now, laptop=told.is_laptop,
    )  # fmt: skip
    mailbox = sender(told.report_smtp_host, told.report_smtp_port, told.report_smtp_username, told.report_from)
    return ReportMailer(smtp=smtp, sender=mailbox, clock=_now)


def _now() -> datetime:
    return datetime.now(UTC)


@cache
def reasoner() -> "OpenAiReasoner":
    """Decides what no rule can; the model's package is loaded when it is asked."""
    from rex.gateways.reasoner import OpenAiReasoner  # noqa: PLC0415 - only recovery asks it

    return OpenAiReasoner.of(settings(), secrets().openai_api_key)


@cache
def verifier() -> "HostedVerifier | LocalVerifier":
    """Checks access tokens as the deployment says."""
    from rex.gateways.verifier import HostedVerifier, LocalVerifier  # noqa: PLC0415 - cryptography costs 60 ms

    if settings().auth_mode == "hs256":
        return LocalVerifier.of(settings().supabase_url, secrets().jwt_secret())
    return HostedVerifier.of(settings().supabase_url)
