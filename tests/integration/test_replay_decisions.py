"""What today's rules would have decided on the decisions on record: counts and differences per rule."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from psycopg.types.json import Jsonb

from local import replay as local_replay
from local.home import Home
from rex.domain.actions import Decision
from rex.domain.decisions import decide
from rex.domain.reasoning import decide_without
from rex.domain.replays import Comparison
from rex.domain.rules import error_escalation
from rex.domain.subjects import OldMissions
from rex.usecases import replay_decisions as replaying
from rex.usecases.replay_decisions import Report, replay_decisions
from rex.usecases.schedule_missions import schedule_missions
from tests.support.api import SECRET_KEY, serve_supabase
from tests.support.database import Connection
from tests.support.machinery import Nudged, SqlMachinery
from tests.support.mission_world import World, make_world
from tests.support.subjects import anomalous_domain, failed_mission, failed_task, old_mission, sick_domain

NOW = datetime.now(UTC)


@pytest.fixture
def world(db: Connection) -> World:
    return make_world(db)


def keep(world: World, decision: Decision | None, **changes: Any) -> None:
    """As the commands that carry a decision out keep it."""
    assert decision
    world.db.execute("select rex.record_decision(%s, %s)", (world.account, Jsonb((decision.as_argument() or {}) | changes)))


def keep_one_of_each(world: World) -> None:
    keep(world, decide(failed_mission()))
    keep(world, decide(failed_mission(retry_count=3)))
    keep(world, decide(failed_task(luck=0.3)))
    keep(world, decide(sick_domain()))
    keep(world, decide(sick_domain(cause={"kind": "import", "id": "00000000-0000-0000-0000-000000000001", "share": 0.9})))
    keep(world, decide(anomalous_domain()))
    keep(world, decide(OldMissions(user_id=world.account, missions=(old_mission(), old_mission(priority=95)))))


def run(machinery: SqlMachinery, days: float = 30) -> Report:
    return replay_decisions(NOW - timedelta(days=days), datetime.now(UTC) + timedelta(minutes=1), machinery=machinery)


def counts(report: Report) -> dict[str, dict[str, int]]:
    return {rule: {kind.value: count for kind, count in found.items()} for rule, found in report.by_rule.items()}


def test_rules_that_did_not_change_decide_the_same(world: World, machinery: SqlMachinery) -> None:
    keep_one_of_each(world)
    report = run(machinery)
    assert counts(report) == {
        "error_escalation": {"same": 3}, "domain_rotation": {"same": 2}, "priority_boost": {"same": 1},
        "anomaly_response": {"same": 1},
    }  # fmt: skip
    assert not report.differences


def test_claims_are_decided_anew_from_what_they_were_ranked_by(world: World, machinery: SqlMachinery) -> None:
    for priority in (90, 50, 10):
        world.create(p_priority=priority)
    assert schedule_missions(machinery=machinery, nudge=Nudged())["claimed"] == 3
    assert counts(run(machinery)) == {"resource_allocation": {"same": 1}}


def test_changed_rule_shows_in_what_differs(world: World, machinery: SqlMachinery, monkeypatch: pytest.MonkeyPatch) -> None:
    keep_one_of_each(world)
    monkeypatch.setattr(error_escalation, "MOST_RETRIES", 0)
    report = run(machinery)
    assert counts(report)["error_escalation"] == {"same": 1, "other_action": 2}
    assert report.differences == {("error_escalation", "retry", "escalate"): 1, ("error_escalation", "retry", "fail"): 1}


def test_changed_parameters_are_no_change_of_action(world: World, machinery: SqlMachinery) -> None:
    keep(world, decide(failed_mission()), params={"retry_in_seconds": 7})
    report = run(machinery)
    assert report.by_rule["error_escalation"] == {Comparison.OTHER_PARAMS: 1}
    assert report.differences == {("error_escalation", "retry", "retry"): 1}


def test_what_only_the_reasoner_decided_is_shown_until_a_rule_knows_it(
    world: World, machinery: SqlMachinery, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(world, decide_without(failed_mission(error_code="sunspots"), "llm_no_key"))
    assert counts(run(machinery)) == {"reasoner": {"left_to_reasoner": 1}}
    monkeypatch.setattr(error_escalation, "PASSING", frozenset({"sunspots"}))
    assert run(machinery).differences == {("reasoner", "escalate", "retry"): 1}


@pytest.mark.parametrize("changes", [{"context": {}}, {"context": {"task_id": "x"}}, {"rule": "forgotten"}])
def test_what_cannot_be_rebuilt_is_counted_as_such(world: World, machinery: SqlMachinery, changes: dict[str, Any]) -> None:
    keep(world, decide(failed_mission()), **changes)
    assert [dict(found) for found in run(machinery).by_rule.values()] == [{"unreadable": 1}]


def test_every_page_of_every_account_is_read_once(db: Connection, machinery: SqlMachinery, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaying, "PAGE", 2)
    for decisions in (3, 1, 4):
        world = make_world(db)
        for _ in range(decisions):
            keep(world, decide(sick_domain()))
    assert run(machinery).decisions == 8


def test_what_is_older_is_left_out(world: World, machinery: SqlMachinery) -> None:
    keep(world, decide(sick_domain()))
    assert run(machinery, days=-0.1).decisions == 0


def test_command_tells_the_counts_of_the_running_stack(
    world: World, database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    keep_one_of_each(world)
    keep(world, decide(failed_mission()), params={})
    monkeypatch.setenv("REX_HOME", str(tmp_path))
    monkeypatch.delenv("SUPABASE_URL", raising=False)
    assert local_replay.main([]) == 1
    assert "make run" in capsys.readouterr().err
    with serve_supabase(database) as url:
        Home(root=tmp_path).stack_file.write_text(json.dumps({"supabase_url": url, "secret_key": SECRET_KEY}))
        assert local_replay.main(["7"]) == 0
    said = capsys.readouterr().out
    assert json.loads(said.splitlines()[-1]) == {"days": 7, "decisions": 8, "differences": 1}
    assert "error_escalation" in said
    assert "Differences" in said
