"""A figure beside its target and what was usual, and what holds it back most."""

from typing import Any

import pytest

from rex.domain.benchmarks import Benchmark, BenchmarkFigures, BenchmarkName, judge_benchmarks

TARGETS = {"success": 95, "active_seconds": 300, "reputation": 85, "utilisation": 70, "replies": 30, "meetings": 10}
NONE = {"completed": 0, "escalated": 0, "task_ms": 0, "sent": 0, "replied": 0, "reputations": 0, "reputation_sum": 0}


def figures(
    lately: dict[str, Any] | None, *subjects: dict[str, Any], crews: tuple[Any, ...] = (), usually: Any = None
) -> dict[str, Benchmark]:
    given = {"targets": TARGETS, "lately": lately, "usually": usually, "subjects": [NONE | each for each in subjects], "crews": list(crews)}
    return {each.name: each for each in judge_benchmarks(BenchmarkFigures.model_validate(given))}


def test_every_benchmark_is_there_also_when_nothing_was_measured() -> None:
    found = figures(None)
    assert set(found) == set(BenchmarkName)
    assert {(each.value, each.reached, each.limited_by) for each in found.values()} == {(None, None, None)}
    assert [each.target for each in found.values()] == [0.95, 300_000, 0.85, 0.7, 0.3, 0.1]


@pytest.mark.parametrize(
    ("lately", "name", "reached"),
    [
        ({"success_rate": 0.95}, "success", True),
        ({"success_rate": 0.949}, "success", False),
        ({"active_ms": {"mean": 300_000}}, "active_ms", True),
        ({"active_ms": {"mean": 300_001}}, "active_ms", False),
        ({"reputation": 0.84}, "reputation", False),
        ({"utilisation": 0.7}, "utilisation", True),
        ({"reply_rate": 0.02}, "replies", False),
    ],
)
def test_target_is_reached_or_not(lately: dict[str, Any], name: str, reached: bool) -> None:
    assert figures(lately)[name].reached is reached


def test_usual_is_that_of_28_days() -> None:
    found = figures({"success_rate": 0.9}, usually={"success_rate": 0.97})["success"]
    assert (found.value, found.usual) == (0.9, 0.97)


LATELY = {"success_rate": 0.9, "active_ms": {"mean": 1000}, "reputation": 0.8, "utilisation": 0.5, "reply_rate": 0.02}


def limit(name: str, *subjects: dict[str, Any], crews: tuple[Any, ...] = ()) -> tuple[str, str, float] | None:
    found = figures(LATELY, *subjects, crews=crews)[name].limited_by
    return (found.kind.value, found.key, found.value) if found else None


def test_limits() -> None:
    campaigns = (
        {"subject": "campaign", "key": "a", "completed": 8, "escalated": 2, "sent": 100, "replied": 9},
        {"subject": "campaign", "key": "b", "completed": 9, "escalated": 1, "sent": 100, "replied": 1},
        {"subject": "campaign", "key": "c", "sent": 3},
    )
    assert limit("success", *campaigns) == ("campaign", "a", 0.8)
    assert limit("replies", *campaigns) == ("campaign", "b", 0.01)
    agents = ({"subject": "agent", "key": "writer", "task_ms": 900}, {"subject": "agent", "key": "researcher", "task_ms": 100})
    assert limit("active_ms", *agents) == ("agent", "writer", 900)
    domains = (
        {"subject": "domain", "key": "x", "reputations": 2, "reputation_sum": 1.4},
        {"subject": "domain", "key": "y", "reputations": 1, "reputation_sum": 0.9},
    )
    assert limit("reputation", *domains) == ("domain", "x", 0.7)
    assert limit("meetings", *campaigns, *agents, *domains) is None


def test_utilisation_is_limited_by_the_crew_missions_wait_for_else_by_the_idlest() -> None:
    full = {"crew": "dead_lead_crew", "slots": 3, "held": 3, "waiting": 7}
    idle = {"crew": "campaign_crew", "slots": 3, "held": 0, "waiting": 0}
    assert limit("utilisation", crews=(idle, full)) == ("full_crew", "dead_lead_crew", 7)
    assert limit("utilisation", crews=(idle, full | {"waiting": 0})) == ("idle_crew", "campaign_crew", 3)


def test_without_anything_to_blame_nothing_is_blamed() -> None:
    assert {name: limit(name) for name in ("success", "active_ms", "reputation", "replies", "utilisation")} == dict.fromkeys(
        ("success", "active_ms", "reputation", "replies", "utilisation")
    )
