"""The stack that `make run` starts: what answers where, to whom, and that it reactivates the sample leads."""

import json
import stat
import time
from contextlib import closing
from datetime import UTC, datetime
from typing import Any
from unittest.mock import Mock

import httpx
import psutil
import psycopg
import pytest

from local.outbox import Outbox
from local.processes import read_processes
from local.sample_mission import CONSENT, LEADS, Api
from rex.domain.lead_files import FileFormat, read_file
from rex.domain.lead_rows import FileConsent, read_leads
from rex.gateways import database
from rex.gateways.database import Database
from rex.usecases.move_missions import move_missions
from supabase import create_client
from tests.integration.test_live_updates import publish
from tests.support.invariants import assert_invariants
from tests.support.laptop import Laptop
from tests.support.live import puppet


def token_of(stack: dict[str, Any]) -> str:
    client = create_client(stack["supabase_url"], stack["publishable_key"])
    signed_in = client.auth.sign_in_with_password({"email": stack["user"]["email"], "password": stack["user"]["password"]})
    assert signed_in.session is not None
    assert signed_in.session.user.id == stack["user"]["id"]
    return signed_in.session.access_token


def test_first_page_says_what_runs_where_and_nothing_secret(stack: dict[str, Any]) -> None:
    page = httpx.get(stack["command_center_url"])

    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.headers["x-content-type-options"] == "nosniff"
    assert stack["api_url"] in page.text
    assert "make mission" in page.text
    assert not any(stack[key] in page.text for key in ("secret_key", "publishable_key"))


def test_api_lets_in_who_signed_in_through_supabase_and_nobody_else(stack: dict[str, Any]) -> None:
    url, token = f"{stack['api_url']}/status", token_of(stack)

    assert httpx.get(url).status_code == 401
    assert httpx.get(url, headers={"Authorization": f"Bearer {token}x"}).status_code in {401, 403}
    status = httpx.get(url, headers={"Authorization": f"Bearer {token}"})
    assert status.status_code == 200
    assert status.json()["domains"] == {"active": 3}


def test_official_client_hears_what_happens(stack: dict[str, Any]) -> None:
    topic = f"rex:{stack['user']['id']}:analytics"
    with puppet("javascript") as process, psycopg.connect(stack["database_url"], autocommit=True) as owner:
        client = process.open(stack["supabase_url"], stack["publishable_key"])
        client.do("sign_in", email=stack["user"]["email"], password=stack["user"]["password"])
        assert client.join(topic) == "SUBSCRIBED"
        publish(owner, (stack["user"]["id"], "analytics.snapshot"))
        assert client.hears_broadcast()["said"]["payload"]["messages"][0]["type"] == "analytics.snapshot"


def test_stack_file_has_the_agreed_keys_and_one_reader(laptop: Laptop, stack: dict[str, Any]) -> None:
    assert list(stack) == [
        "command_center_url", "api_url", "supabase_url", "publishable_key", "secret_key", "database_url", "outbox", "user",
    ]  # fmt: skip
    assert list(stack["user"]) == ["email", "password", "id"]
    assert stat.S_IMODE(laptop.home.stack_file.stat().st_mode) == 0o600


@pytest.mark.usefixtures("stack")
def test_nothing_listens_beyond_this_machine(laptop: Laptop) -> None:
    supervisor = psutil.Process(read_processes(laptop.home.processes_file)[0].pid)
    everybody = [supervisor, *supervisor.children(recursive=True)]
    listening = {each.laddr.ip for process in everybody for each in process.net_connections() if each.status == psutil.CONN_LISTEN}

    assert listening == {"127.0.0.1"}


@pytest.mark.usefixtures("stack")
def test_second_stack_of_one_home_is_refused(laptop: Laptop) -> None:
    second = laptop.run("local.run")

    assert second.returncode == 1
    assert "A stack already runs" in second.stderr
    assert laptop.serves()


def allowed_addresses() -> set[str]:
    """Whom the file itself allows to write to."""
    leads, _ = read_leads(read_file(LEADS.read_bytes(), FileFormat.CSV), FileConsent.model_validate(CONSENT), datetime.now(UTC))
    closed = {address.address for lead in leads if lead.opted_out for address in lead.addresses}
    return {address.address for lead in leads for address in lead.addresses} - closed


def test_sample_mission_writes_once_to_everybody_who_may_be_written_to(laptop: Laptop, stack: dict[str, Any]) -> None:
    first = laptop.run("local.mission")
    assert first.returncode == 0, first.stdout + first.stderr
    summary = json.loads(first.stdout.splitlines()[-1])
    assert list(summary) == ["mission_id", "state", "leads", "sent", "suppressed", "failed", "seconds"]
    assert (summary["state"], summary["failed"]) == ("COMPLETED", 0)

    outbox = Outbox(folder=laptop.home.outbox)
    written_to = [recipient for kept in outbox.log() for recipient in kept.recipients]
    assert len(written_to) == len(set(written_to)) == summary["sent"] > 150, "somebody was written to twice, or a message was lost"
    assert set(written_to) <= allowed_addresses()
    assert len(list(laptop.home.outbox.glob("*.eml"))) == summary["sent"]

    queue_again_and_complete(stack)

    assert len(outbox.log()) == 2 * summary["sent"]
    with psycopg.connect(stack["database_url"]) as owner:
        assert_invariants(owner)


def queue_again_and_complete(stack: dict[str, Any]) -> None:
    """The same leads once more; the test moves the mission on as the monitor would, but without waiting for its turn."""
    api = Api.sign_in(stack)
    imported = api.import_leads()
    assert imported["repeated"]
    mission, deadline = api.queue_mission(imported["import_id"]), time.monotonic() + 120
    with database.http_client() as http, closing(api.client):
        machinery = Database.as_machinery(stack["supabase_url"], stack["secret_key"], http)
        while (state := api.look(mission)["state"]) != "COMPLETED":
            assert time.monotonic() < deadline, f"the second mission is still {state}"
            time.sleep(0.5)
            move_missions(machinery=machinery, nudge=Mock())
