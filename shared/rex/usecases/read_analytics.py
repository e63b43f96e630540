"""How an account is doing now, was in the last 24 hours, and has been in a window."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from rex.domain.benchmarks import BenchmarkFigures, judge_benchmarks
from rex.domain.commands import Call
from rex.domain.given_fields import Moment

PASSING = ("now",)
"""What changes although nothing happened."""


class Step(StrEnum):
    """How long each point of a trend is."""

    HOUR = "hour"
    DAY = "day"


class Subject(StrEnum):
    """What figures are about."""

    ACCOUNT = "account"
    CAMPAIGN = "campaign"
    DOMAIN = "domain"
    AGENT = "agent"
    CREW = "crew"
    PROVIDER = "provider"


class AnalyticsQuery(BaseModel):
    """The window of the trends, 90 days at most; without one the last 24 hours.

    `step` is an hour up to 7 days, else a day of the account's zone. Every subject but the account has a key: an id, or a name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    since: Moment | None = None
    until: Moment | None = None
    step: Step | None = None
    subject: Subject = Subject.ACCOUNT
    key: Annotated[str, Field(max_length=100)] = ""


def read_analytics(query: AnalyticsQuery, call: Call) -> dict[str, Any]:
    """Live metrics, newest snapshot, 24 hours of history, trends, benchmarks, anomalies; Rejected 422 for a window that cannot be told."""
    analytics: dict[str, Any] = call(
        "rex_read_analytics",
        p_since=query.since.isoformat() if query.since else None,
        p_until=query.until.isoformat() if query.until else None,
        p_step=query.step,
        p_subject=query.subject,
        p_key=query.key,
    )
    judged = judge_benchmarks(BenchmarkFigures.model_validate(analytics["benchmarks"]))
    return analytics | {"benchmarks": [benchmark.model_dump(mode="json") for benchmark in judged]}
