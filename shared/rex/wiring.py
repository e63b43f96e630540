"""The one place where gateways are built and handed to use cases.

Built once per process, when first used: a function pays for the gateways it uses and no other.
"""

from functools import cache
from typing import TYPE_CHECKING

import httpx

from rex.gateways import database
from rex.gateways.database import Database
from rex.settings import settings

if TYPE_CHECKING:
    from rex.gateways.secrets import Secrets


@cache
def http() -> httpx.Client:
    """The connections of this process."""
    return database.http_client()


@cache
def secrets() -> "Secrets":
    """The deployment's keys and the inboxes' passwords."""
    from rex.gateways.secrets import Secrets  # noqa: PLC0415 - boto3 costs 180 ms and most functions need none of it

    return Secrets.of(settings())


@cache
def machinery() -> Database:
    """The database as automation and webhooks see it."""
    return Database.as_machinery(settings().supabase_url, secrets().supabase_secret_key(), http())


def person(token: str) -> Database:
    """The database as the person with this access token sees it."""
    return Database.as_person(settings().supabase_url, settings().publishable_key, token, http())
