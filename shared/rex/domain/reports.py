"""The daily report: a day of an account in words, figures and a chart, for its owner."""

from collections.abc import Iterable
from datetime import date, datetime
from html import escape
from typing import Protocol
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from rex.domain.benchmarks import Benchmark, BenchmarkFigures, BenchmarkName, judge_benchmarks
from rex.domain.messages import HandOver
from rex.domain.png_charts import draw_bars

SENT, REPLIES = (37, 99, 235), (234, 88, 12)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class DayFigures(_Frozen):
    """The figures of a span that the report tells; `hours` of it were measured."""

    hours: float = 0.0
    created: int = 0
    completed: int = 0
    escalated: int = 0
    sent: int = 0
    bounced: int = 0
    complained: int = 0
    unsubscribed: int = 0
    replies: int = 0
    success_rate: float | None = None
    bounce_rate: float | None = None
    reply_rate: float | None = None
    reputation: float | None = None
    cost: dict[str, float | None] = {}


class Hour(_Frozen):
    """One bar of each color."""

    starts_at: datetime
    sent: int
    replies: int


class OpenOne(_Frozen):
    """An anomaly that goes on; `cause_name` is empty where it is the account's own."""

    signal: str
    cause: str
    cause_name: str
    observed: float
    expected: float
    started_at: datetime


class Report(_Frozen):
    """What `rex_claim_report` hands out."""

    user_id: UUID
    day: date
    address: str
    company: str | None
    figures: DayFigures
    usually: DayFigures
    hours: tuple[Hour, ...]
    missions: dict[str, int] | None
    benchmarks: BenchmarkFigures
    anomalies: tuple[OpenOne, ...]


class ReportMail(_Frozen):
    """A report as it is mailed; the HTML shows the chart by its content id."""

    address: str
    subject: str
    text: str
    html: str
    chart: bytes
    message_id: str


class Reporter(Protocol):
    """Hands reports to the mail server of the deployment."""

    def hand_over(self, report: ReportMail) -> HandOver:
        """Try once; whatever goes wrong is in the answer."""

    @property
    def domain(self) -> str:
        """Of its sender's address."""


CHART = "chart"
_NAMES = {
    BenchmarkName.SUCCESS: "success", BenchmarkName.ACTIVE_MS: "time in active stages", BenchmarkName.REPUTATION: "reputation",
    BenchmarkName.UTILISATION: "utilisation", BenchmarkName.REPLIES: "replies", BenchmarkName.MEETINGS: "meetings",
}  # fmt: skip


def write_report(report: Report, domain: str) -> ReportMail:
    """The same report gives the same mail, with the same Message-ID."""
    title = f"REX on {report.day:%A}, {report.day.day} {report.day:%B %Y}"
    rows, notes = list(_rows(report)), list(_notes(report))
    return ReportMail(
        address=report.address,
        subject=f"{title}: {report.figures.sent} sent, {report.figures.replies} replies" + _many(len(report.anomalies), ", {} unusual"),
        text=_text(title, report, rows, notes),
        html=_html(title, report, rows, notes),
        chart=draw_bars((([hour.sent for hour in report.hours], SENT), ([hour.replies for hour in report.hours], REPLIES))),
        message_id=f"<report.{report.user_id}.{report.day}@{domain}>",
    )


def _rows(report: Report) -> Iterable[tuple[str, str, str]]:
    """A figure, its value on the day, and what it was on average of a day measured in the four weeks before."""
    day, usual = report.figures, report.usually
    days = usual.hours / 24
    for name, field in (
        ("Missions started", "created"), ("Missions completed", "completed"), ("Missions escalated", "escalated"),
        ("Messages sent", "sent"), ("Replies", "replies"), ("Bounces", "bounced"),
        ("Unsubscribes", "unsubscribed"), ("Complaints", "complained"),
    ):  # fmt: skip
        yield name, str(getattr(day, field)), f"{getattr(usual, field) / days:.1f}" if days else "-"
    for name, field in (("Success", "success_rate"), ("Bounce rate", "bounce_rate"), ("Reply rate", "reply_rate")):
        yield name, _percent(getattr(day, field)), _percent(getattr(usual, field))
    yield "Reputation", _number(day.reputation), _number(usual.reputation)
    yield "Cost", _dollars(day.cost.get("nanos")), _dollars((usual.cost.get("nanos") or 0) / days) if days else "-"


def _notes(report: Report) -> Iterable[str]:
    """What is not as it should be, most telling first."""
    for one in report.anomalies:
        where = f", most likely because of the {one.cause} {one.cause_name}" if one.cause_name else ""
        signal = one.signal.replace("_", " ").capitalize()
        yield f"{signal}: {_figure(one.observed)} instead of {_figure(one.expected)} since {one.started_at:%d %b %H:%M} UTC{where}."
    for benchmark in judge_benchmarks(report.benchmarks):
        if benchmark.reached is False:
            yield _below(benchmark)


def _below(benchmark: Benchmark) -> str:
    kind = benchmark.limited_by and f"; what limits it most is the {benchmark.limited_by.kind.replace('_', ' ')}"
    limit = f"{kind} {benchmark.limited_by.key}" if benchmark.limited_by else ""
    told = _seconds if benchmark.name is BenchmarkName.ACTIVE_MS else _percent
    if benchmark.name is BenchmarkName.REPUTATION:
        told = _number
    name = _NAMES[benchmark.name]
    return f"Target of {name} missed in the last 7 days: {told(benchmark.value)}, target {told(benchmark.target)}{limit}."


def _text(title: str, report: Report, rows: Iterable[tuple[str, str, str]], notes: Iterable[str]) -> str:
    table = "\n".join(f"{name:<20}{value:>12}   usually {usual}" for name, value, usual in rows)
    unusual = "\n".join(f"- {note}" for note in notes) or "Nothing is out of the ordinary."
    return f"{title}{_of(report)}\n\n{table}\n\n{_waiting(report)}\n\n{unusual}\n\n{_FOOTER}\n"


def _html(title: str, report: Report, rows: Iterable[tuple[str, str, str]], notes: Iterable[str]) -> str:
    cells = "".join(
        f'<tr><td style="padding:4px 16px 4px 0">{escape(name)}</td><td align="right"><b>{escape(value)}</b></td>'
        f'<td align="right" style="padding-left:16px;color:#64748b">{escape(usual)}</td></tr>'
        for name, value, usual in rows
    )
    listed = "".join(f"<li>{escape(note)}</li>" for note in notes)
    unusual = f"<ul>{listed}</ul>" if listed else "<p>Nothing is out of the ordinary.</p>"
    alt = f"Messages sent and replies by the hour: {report.figures.sent} and {report.figures.replies} in all."
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><body style="font:15px/1.5 sans-serif;color:#0f172a;max-width:680px">'
        f"<h1 style='font-size:20px'>{escape(title + _of(report))}</h1>"
        f'<img src="cid:{CHART}" width="640" height="160" alt="{escape(alt)}" style="max-width:100%">'
        '<p style="color:#64748b;margin:0 0 16px">By the hour: <b style="color:#2563eb">sent</b>, <b style="color:#ea580c">replies</b></p>'
        f'<table style="border-collapse:collapse"><tr><th></th><th align="right">That day</th>'
        f'<th align="right" style="padding-left:16px;color:#64748b">Usually</th></tr>{cells}</table>'
        f"<p>{escape(_waiting(report))}</p>{unusual}<p style='font-size:12px;color:#64748b'>{_FOOTER}</p></body></html>"
    )


_FOOTER = "REX mails this once a day to the owner of the account. To stop it, turn daily_report off in the account's settings."


def _of(report: Report) -> str:
    return f" for {report.company}" if report.company else ""


def _waiting(report: Report) -> str:
    states = {state: count for state, count in sorted((report.missions or {}).items()) if state != "COMPLETED"}
    return (
        "Missions at the end of the day: " + (", ".join(f"{count} {state.lower()}" for state, count in states.items()) or "none open") + "."
    )


def _many(count: int, text: str) -> str:
    return text.format(count) if count else ""


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value / 1000:.0f} s"


def _figure(value: float) -> str:
    return f"{value:.2%}" if 0 <= value <= 1 else f"{value:,.0f}"


def _dollars(nanos: float | None) -> str:
    return f"${(nanos or 0) / 1e9:,.2f}"
