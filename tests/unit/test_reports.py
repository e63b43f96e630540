"""A day in words, figures and a chart: safe to open, and the same each time it is written."""

import struct
import uuid
import zlib
from typing import Any

from rex.domain.png_charts import HEIGHT, MARGIN, WIDTH, draw_bars
from rex.domain.reports import Report, write_report
from tests.unit.test_benchmarks import TARGETS

USER = uuid.UUID(int=7)


def report(**changes: Any) -> Report:
    usual: dict[str, Any] = {
        "user_id": USER, "day": "2026-11-23", "address": "ann@rex.example", "company": "Acme",
        "figures": {"sent": 120, "replies": 3, "completed": 2, "bounce_rate": 0.031, "cost": {"nanos": 1_500_000_000}},
        "usually": {"hours": 672, "sent": 2800, "replies": 56}, "missions": {"EXECUTING": 2, "COMPLETED": 9}, "anomalies": [],
        "hours": [{"starts_at": f"2026-11-23T{hour:02}:00:00Z", "sent": hour, "replies": 1} for hour in range(24)],
        "benchmarks": {"targets": TARGETS, "lately": None, "usually": None, "subjects": [], "crews": []},
    }  # fmt: skip
    return Report.model_validate(usual | changes)


def test_report_tells_the_day_beside_what_is_usual() -> None:
    mail = write_report(report(), "rex.example")
    assert mail.subject == "REX on Monday, 23 November 2026: 120 sent, 3 replies"
    assert "Messages sent                120   usually 100.0" in mail.text
    for told in ("3.1%", "$1.50", "2 executing", "Nothing is out of the ordinary"):
        assert told in mail.text
        assert told in mail.html
    assert 'src="cid:chart"' in mail.html
    assert "<svg" not in mail.html


def test_account_that_is_young_has_nothing_usual_yet() -> None:
    assert "Messages sent                120   usually -" in write_report(report(usually={}), "rex.example").text
    week = write_report(report(usually={"hours": 168, "sent": 700}), "rex.example").text
    assert "Messages sent                120   usually 100.0" in week


def test_report_says_what_is_unusual_and_what_limits_a_target() -> None:
    anomaly = {
        "signal": "bounces", "cause": "domain", "cause_name": "news.acme.example", "observed": 0.06, "expected": 0.02,
        "started_at": "2026-11-22T10:00:00Z",
    }  # fmt: skip
    campaign = {
        "subject": "campaign", "key": "spring", "completed": 8, "escalated": 2, "task_ms": 0, "sent": 0, "replied": 0, "reputations": 0,
        "reputation_sum": 0,
    }  # fmt: skip
    benchmarks = {"targets": TARGETS, "lately": {"success_rate": 0.8}, "usually": None, "subjects": [campaign], "crews": []}
    mail = write_report(report(anomalies=[anomaly], benchmarks=benchmarks), "rex.example")
    assert mail.subject.endswith("3 replies, 1 unusual")
    assert "Bounces: 6.00% instead of 2.00% since 22 Nov 10:00 UTC, most likely because of the domain news.acme.example." in mail.text
    assert "Target of success missed in the last 7 days: 80.0%, target 95.0%; what limits it most is the campaign spring." in mail.text


def test_what_people_wrote_is_text_in_the_html() -> None:
    mail = write_report(report(company="<script>alert(1)</script>"), "rex.example")
    assert "<script>" not in mail.html
    assert "&lt;script&gt;" in mail.html


def test_same_report_is_the_same_mail() -> None:
    assert write_report(report(), "rex.example") == write_report(report(), "rex.example")
    assert write_report(report(), "rex.example").message_id == f"<report.{USER}.2026-11-23@rex.example>"


def pixels(png: bytes) -> list[bytes]:
    """The rows of a picture, by reading its chunks as the format says, checksums included."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    place, content = 8, b""
    while place < len(png):
        size, kind = struct.unpack(">I4s", png[place : place + 8])
        data = png[place + 8 : place + 8 + size]
        assert struct.unpack(">I", png[place + 8 + size : place + 12 + size])[0] == zlib.crc32(kind + data)
        if kind == b"IHDR":
            assert struct.unpack(">IIBBBBB", data) == (WIDTH, HEIGHT, 8, 2, 0, 0, 0)
        content += data if kind == b"IDAT" else b""
        place += 12 + size
    raw = zlib.decompress(content)
    assert len(raw) == HEIGHT * (1 + 3 * WIDTH)
    return [raw[row * (1 + 3 * WIDTH) + 1 : (row + 1) * (1 + 3 * WIDTH)] for row in range(HEIGHT)]


def test_bars_are_as_high_as_their_values() -> None:
    red = (255, 0, 0)
    rows = pixels(draw_bars([([10, 5], red)]))
    bottom = HEIGHT - MARGIN - 1
    left, right = 3 * (MARGIN + 10), 3 * (WIDTH // 2 + 10)
    heights = [sum(rows[row][x : x + 3] == bytes(red) for row in range(HEIGHT)) for x in (left, right)]
    assert heights == [HEIGHT - 2 * MARGIN, (HEIGHT - 2 * MARGIN) // 2]
    assert rows[bottom][left : left + 3] == bytes(red)


def test_nothing_to_draw_is_an_empty_picture() -> None:
    assert len(pixels(draw_bars([([], (1, 2, 3)), ([0, 0], (4, 5, 6))]))) == HEIGHT
