"""The first page of a stack asks for these; asked once before, a person does not wait for cold functions."""

import asyncio

import httpx

from local.project import Project
from local.sample import Sample

_PATHS = ("/status", "/missions", "/account", "/campaigns", "/inboxes")
_AT_ONCE = 2
_SECONDS = 30


class NotWarm(RuntimeError):
    """A route does not answer as it should."""


async def warm(api_url: str, project: Project, sample: Sample) -> None:
    """Ask each route once as the sample person, few at a time because cold functions share the cores. Raises NotWarm."""
    async with httpx.AsyncClient(timeout=_SECONDS) as client:
        signed_in = await client.post(
            f"{project.url}/auth/v1/token?grant_type=password", json={"email": sample.email, "password": sample.password},
            headers={"apikey": project.publishable_key},
        )  # fmt: skip
        client.headers["Authorization"] = f"Bearer {signed_in.raise_for_status().json()['access_token']}"
        turn = asyncio.Semaphore(_AT_ONCE)
        await asyncio.gather(*(_ask(client, turn, api_url + path) for path in _PATHS))


async def _ask(client: httpx.AsyncClient, turn: asyncio.Semaphore, url: str) -> None:
    async with turn:
        answer = await client.get(url)
    if not answer.is_success:
        message = f"GET {url} answers {answer.status_code}: {answer.text[:300]}; see aws.log in the logs of the stack."
        raise NotWarm(message)
