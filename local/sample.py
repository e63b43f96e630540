"""The sample account: made through Auth as a person would, then filled by SQL so that its missions run at any hour and end in minutes."""

from dataclasses import dataclass
from uuid import UUID

import httpx
import psycopg
from psycopg.types.json import Jsonb

from local.aws.client import LocalAws
from local.aws.kept_secrets import STAGE
from local.project import Project
from local.sample_content import ACCOUNT, CAMPAIGN, DOMAINS, EMAIL, MAILBOXES
from rex.gateways.secrets import Secrets

_SECONDS = 10
type Connection = psycopg.Connection[tuple[UUID, ...]]


class SampleFailed(RuntimeError):
    """The sample account could not be made."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Who may sign in to the sample account."""

    email: str
    password: str
    id: str


@dataclass(frozen=True, kw_only=True)
class Mailboxes:
    """The mail server the sample's inboxes log in to."""

    port: int
    password: str


def make_sample(project: Project, database_url: str, password: str, mailboxes: Mailboxes, aws: LocalAws) -> Sample:
    """The account as it is, made where it is missing; what a person changed in it stays, but for where its mail server listens."""
    user_id = _sign_in(project, password) or _sign_up(project, password)
    with psycopg.connect(database_url) as connection:
        if _is_new(connection, user_id):
            _fill(connection, user_id)
        inboxes = _point_inboxes(connection, user_id, mailboxes.port)
    _keep_passwords(aws, user_id, inboxes, mailboxes.password)
    return Sample(email=EMAIL, password=password, id=str(user_id))


def _sign_in(project: Project, password: str) -> UUID | None:
    answer = _ask_auth(project, "token?grant_type=password", password)
    return UUID(answer.json()["user"]["id"]) if answer.is_success else None


def _sign_up(project: Project, password: str) -> UUID:
    """A hosted project that confirms addresses gives no session, and then nobody could sign in."""
    answer = _ask_auth(project, "signup", password)
    if not answer.is_success:
        message = f"{EMAIL} could not sign up at {project.url}: {answer.status_code} {answer.text[:300]}"
        raise SampleFailed(message)
    if "access_token" not in answer.json():
        message = f"{project.url} wants {EMAIL} to be confirmed: turn that off there, or unset REX_DATABASE_URL to go without a sample."
        raise SampleFailed(message)
    return UUID(answer.json()["user"]["id"])


def _ask_auth(project: Project, path: str, password: str) -> httpx.Response:
    try:
        return httpx.post(
            f"{project.url}/auth/v1/{path}", json={"email": EMAIL, "password": password},
            headers={"apikey": project.publishable_key}, timeout=_SECONDS,
        )  # fmt: skip
    except httpx.HTTPError as error:
        message = f"Auth at {project.url} does not answer: {error}"
        raise SampleFailed(message) from error


def _is_new(connection: Connection, user_id: UUID) -> bool:
    return connection.execute("select from public.rex_accounts where user_id = %s and company is null", (user_id,)).rowcount == 1


def _fill(connection: Connection, user_id: UUID) -> None:
    """Open at all hours, without a frequency cap, and with little to wait for at the end."""
    connection.execute(
        "update public.rex_accounts set company = %(company)s, postal_address = %(postal_address)s, window_start = '00:00',"
        " window_end = '24:00', window_days = '{1,2,3,4,5,6,7}', frequency_cap_messages = null where user_id = %(user_id)s",
        {**ACCOUNT, "user_id": user_id},
    )
    connection.execute(
        "update public.rex_campaigns set offer = %(offer)s, sender_name = %(sender_name)s, reply_to = %(reply_to)s,"
        " call_to_action = %(call_to_action)s, link = %(link)s, steps = %(steps)s, collecting_seconds = 10"
        " where user_id = %(user_id)s and is_default",
        {**CAMPAIGN, "steps": Jsonb(CAMPAIGN["steps"]), "user_id": user_id},
    )
    for domain in DOMAINS:
        _add_domain(connection, user_id, domain)


def _add_domain(connection: Connection, user_id: UUID, domain: str) -> None:
    connection.execute(
        "insert into public.rex_domain_pool (user_id, domain, status, reputation, verified_at, warmup_started_at)"
        " values (%s, %s, 'active', 0.95, rex.now(), rex.now() - interval '90 days')",
        (user_id, domain),
    )
    connection.cursor().executemany(
        "insert into public.rex_inboxes (user_id, domain_id, address, host, port, username, daily_cap, spacing_seconds, warmed_at)"
        " select user_id, id, %(address)s, '127.0.0.1', 1, %(address)s, 1000, 0, rex.now() from public.rex_domain_pool"
        " where user_id = %(user_id)s and domain = %(domain)s",
        [{"address": f"{mailbox}@{domain}", "domain": domain, "user_id": user_id} for mailbox in MAILBOXES],
    )


def _point_inboxes(connection: Connection, user_id: UUID, port: int) -> list[UUID]:
    """Tell the inboxes where the mail server listens now; the login needs no check, because it is ours."""
    addresses = [f"{mailbox}@{domain}" for domain in DOMAINS for mailbox in MAILBOXES]
    connection.execute(
        "update public.rex_inboxes set port = %s, login_version = login_version + 1, checked_version = login_version + 1,"
        " login_error = null where user_id = %s and address = any (%s) and host = '127.0.0.1' and port <> %s",
        (port, user_id, addresses, port),
    )
    rows = connection.execute("select id from public.rex_inboxes where user_id = %s and address = any (%s)", (user_id, addresses))
    return [row[0] for row in rows]


def _keep_passwords(aws: LocalAws, user_id: UUID, inboxes: list[UUID], password: str) -> None:
    secrets = Secrets(client=aws.client("secretsmanager"), arn="", signing_arn="", prefix=f"rex-{STAGE}")
    for inbox_id in inboxes:
        secrets.put_inbox_password(user_id, inbox_id, "127.0.0.1", 1, password)
