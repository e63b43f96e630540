"""The stack that `make run` starts: what answers where, to whom, and that it reactivates the sample leads."""

import json
import stat
from typing import Any

import httpx
import psutil
import psycopg
import pytest

from local.outbox import Outbox
from local.processes import read_processes
from supabase import create_client
from tests.integration.test_live_updates import publish
from tests.support.database import connect, one
from tests.support.laptop import Laptop
from tests.support.laptop_mission import LaptopMission
from tests.support.live import puppet


def token_of(stack: dict[str, Any]) -> str:
    client = create_client(stack["supabase_url"], stack["publishable_key"])
    signed_in = client.auth.sign_in_with_password({"email": stack["user"]["email"], "password": stack["user"]["password"]})
    assert signed_in.session is not None
    assert signed_in.session.user.id == stack["user"]["id"]
    return signed_in.session.access_token


def test_first_page_holds_the_key_everybody_may_know_and_no_other(stack: dict[str, Any]) -> None:
    page = httpx.get(stack["command_center_url"])

    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.headers["x-content-type-options"] == "nosniff"
    assert stack["publishable_key"] in page.text
    assert not any(secret in page.text for secret in (stack["secret_key"], stack["user"]["password"]))


def test_api_lets_in_who_signed_in_through_supabase_and_nobody_else(stack: dict[str, Any]) -> None:
    url, token = f"{stack['api_url']}/status", token_of(stack)

    assert httpx.get(url).status_code == 401
    assert httpx.get(url, headers={"Authorization": f"Bearer {token}x"}).status_code in {401, 403}
    status = httpx.get(url, headers={"Authorization": f"Bearer {token}"})
    assert status.status_code == 200
    assert status.json()["domains"]["states"] == {"active": 3}


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


def test_sample_mission_writes_once_to_everybody_who_may_be_written_to(laptop: Laptop) -> None:
    with laptop.begin("local.mission") as following:
        assert following.stdout is not None
        mission = LaptopMission(laptop, next(line.split()[1] for line in following.stdout if line.startswith("mission ")))
        mission.wait(lambda _: following.poll() is not None)
        told = following.stdout.read()

    assert following.returncode == 0, told
    summary = json.loads(told.splitlines()[-1])
    assert list(summary) == ["mission_id", "state", "leads", "sent", "suppressed", "failed", "seconds"]
    assert (summary["mission_id"], summary["state"], summary["failed"]) == (mission.id, "COMPLETED", 0)
    assert len(mission.written_to()) == summary["sent"] > 150, "a message was lost"
    mission.assert_ended_well()
    assert len(list(laptop.home.outbox.glob("*.eml"))) == len(Outbox(folder=laptop.home.outbox).log())
    mission.wait(lambda _: live_row(laptop)["missions"] == missions_stored(laptop))
    stack = laptop.described()
    status = httpx.get(f"{stack['api_url']}/status", headers={"Authorization": f"Bearer {token_of(stack)}"}).json()
    assert status["missions"] == missions_stored(laptop), "the page and the database count the same"
    assert status["last_24_hours"]["sent"] >= summary["sent"]
    assert status["version"] > 3, "it was told while it went on"


def live_row(laptop: Laptop) -> dict[str, Any]:
    return _ask(laptop, "select coalesce((select metrics from public.rex_live_metrics where user_id = %s), '{\"missions\": null}')")


def missions_stored(laptop: Laptop) -> dict[str, Any]:
    query = (
        "select jsonb_object_agg(state, n) from (select state, count(*) as n from public.rex_missions where user_id = %s group by 1) as s"
    )
    return _ask(laptop, query)


def _ask(laptop: Laptop, query: str) -> dict[str, Any]:
    stack = laptop.described()
    with connect(stack["database_url"]) as db:
        answer: dict[str, Any] = one(db, query, stack["user"]["id"])
        return answer
