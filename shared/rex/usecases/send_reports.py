"""Mail each account's owner the report of the day before, through the deployment's own mail server."""

from collections import Counter

from rex.domain.commands import Machinery, SecondsLeft
from rex.domain.messages import HandOverResult
from rex.domain.reports import Report, Reporter, write_report

SECONDS_FOR_A_MAIL = 70.0
"""Longer than a mail server may take, and shorter than the claim of a report."""
MOST_CLAIMS = 1000
_ENDS = {HandOverResult.SENT: "sent", HandOverResult.UNKNOWN: "unknown"}


def send_reports(*, machinery: Machinery, reporter: Reporter, seconds_left: SecondsLeft) -> dict[str, int]:
    """Until none is due, or the time is up; how many ended how. One of whose end nobody knows is never mailed again."""
    counts: Counter[str] = Counter()
    for _ in range(MOST_CLAIMS):
        if seconds_left() <= SECONDS_FOR_A_MAIL:
            break
        claim = machinery.command("rex_claim_report")
        if claim["claimed"]:
            counts[_send(Report.model_validate(claim["report"]), machinery, reporter)] += 1
        elif not claim["more"]:
            break
    return dict(counts)


def _send(report: Report, machinery: Machinery, reporter: Reporter) -> str:
    told = reporter.hand_over(write_report(report, reporter.domain))
    result = _ENDS.get(told.result, "failed")
    machinery.command("rex_finish_report", p_user_id=str(report.user_id), p_day=report.day.isoformat(), p_result=result, p_code=told.code)
    return result
