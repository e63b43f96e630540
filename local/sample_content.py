"""What the sample account is and writes: an invented company whose letters the sample mission fills in."""

from typing import Any

EMAIL = "sample@rex.example"
DOMAINS = ("granitworks.example", "try-granitworks.example", "granitworks-team.example")
MAILBOXES = ("nora", "theo")

ACCOUNT = {"company": "Granitworks GmbH", "postal_address": "Granitworks GmbH, Speicherstrasse 4, 20457 Hamburg, Germany"}

_CLOSE = """

{{ call_to_action }}: {{ link }}

{{ sender_name }}
{{ company }}"""
_GREETING = "Hello {{ lead.first_name or 'there' }},\n\n"

_LETTERS = {
    "default": (
        "{{ lead.first_name or 'Hello' }}, is this still on your list?",
        "We spoke some time ago{% if lead.company %} about planning at {{ lead.company }}{% endif %}, and then it went quiet. Much has "
        "changed here since: {{ offer }}",
    ),
    "recent": (
        "Picking up where we left off",
        "When we last spoke{% if lead.company %}, {{ lead.company }} had other priorities{% else %}, other things came first{% endif %}. "
        "If the time is better now, this may be worth a look: {{ offer }}",
    ),
    "decision_maker": (
        "Less planning by hand{% if lead.company %} at {{ lead.company }}{% endif %}",
        "{% if lead.title %}As {{ lead.title }} you know{% else %}You know{% endif %} how long a plan stays right. This is new "
        "here: {{ offer }}",
    ),
    "returning_customer": (
        "New since we worked together{% if lead.first_name %}, {{ lead.first_name }}{% endif %}",
        "You worked with us before{% if lead.company %} at {{ lead.company }}{% endif %}, so you know where we began. New since then: "
        "{{ offer }}",
    ),
    "long_dormant": (
        "It has been a while{% if lead.first_name %}, {{ lead.first_name }}{% endif %}",
        "It has been long enough that you may have solved this another way. In case you have not: {{ offer }}",
    ),
}  # fmt: skip

CAMPAIGN: dict[str, Any] = {
    "offer": "teams now plan a week of production in ten minutes, and see at once what a late delivery changes.",
    "sender_name": "Nora Lindqvist",
    "reply_to": f"nora@{DOMAINS[0]}",
    "call_to_action": "See it in three minutes, with no sign-up",
    "link": "https://granitworks.example/tour",
    "steps": [
        {
            "delay_hours": 0,
            "templates": {
                angle: {"subject": subject, "text": _GREETING + text + _CLOSE, "html": None} for angle, (subject, text) in _LETTERS.items()
            },
        }
    ],
}
