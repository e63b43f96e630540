"""What may not reach a mailbox, each for its own reason."""

from time import monotonic
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rex.domain.quality import problem_of
from rex.domain.states import Channel
from tests.support.contexts import LINK, make_draft, make_lead

TEXT = f"Hello Ann,\n\nwould a shorter week help?\n\n{LINK}"


def problem(**fields: Any) -> str | None:
    return problem_of(make_draft(make_lead(), **({"body_text": TEXT} | fields)), LINK)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"body_text": "Hello again", "subject": "Hello"},
        {"body_text": "None of this takes long, and 100 % of it is undone with one click."},
        {"body_text": "Hi Ann, IBM and SAP do it! See https://sub.rex.example/a, please..."},
        {"subject": "Re: planning", "step": 2},
        {"body_html": f"<style>p {{ color: red }}</style><p>Hello Ann,<br>see <b>this</b>: <a href='{LINK}'>rex.example</a></p>"},
        {"body_html": f'<p title="a > b">Hello &lt;Ann&gt;, <a href="{LINK}?a=1&amp;b=2">look</a><!-- hidden --></p>'},
        {"subject": None, "channel": Channel.SMS},
    ],
)
def test_good_message_has_no_problem(fields: dict[str, Any]) -> None:
    assert problem(**fields) is None


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"subject": None}, "subject_empty"),
        ({"subject": " "}, "subject_empty"),
        ({"subject": "x" * 121}, "subject_too_long"),
        ({"body_text": "Hi"}, "body_too_short"),
        ({"body_text": None}, "body_too_short"),
        ({"body_html": "<p> </p>"}, "body_too_short"),
        ({"body_text": "word " * 1_001}, "body_too_long"),
        ({"body_html": "<p>word</p>" * 5_000}, "html_too_long"),
        *(({"body_html": f"<p>Hello Ann, {broken}"}, "html_broken") for broken in ("a < b", "<a href='x>y</a>", "<!-- ", "<!--><b>-->")),
        *(
            ({"body_html": f"<p>Hello Ann, look</p>{unsafe}"}, "html_unsafe")
            for unsafe in ("<script>x</script>", "<FORM>", "<p onclick='x'>", "<style>p{background:url(x)}</style>", "<!--[if mso]>x<![endif]-->")
        ),
        *(
            ({"body_text": f"{field} would a shorter week help?"}, "merge_field")
            for field in ("{{ name }}", "{first_name}", "[[name]]", "%FIRST%", "%%NAME%%", "*|FNAME|*", "<<name>>", "Hi None,", "Dear null,", "undefined")
        ),
        ({"subject": "For {{ lead.company }}"}, "merge_field"),
        *(({"body_text": f"{gap} would a shorter week help?"}, "merge_field_empty") for gap in ("Hi ,", "hello !", "At , planning:")),
        ({"body_html": "<p>Hello <b></b>, a shorter week?</p>"}, "merge_field_empty"),
        ({"subject": "RE: planning"}, "fake_reply"),
        ({"subject": "Fwd: planning"}, "fake_reply"),
        ({"subject": "Act now"}, "spam_words"),
        ({"body_text": "Earn money from home, every day."}, "spam_words"),
        ({"body_text": "Urgent: a cheap bonus, for $ 5 only"}, "spam_words"),
        ({"body_text": "THIS IS WHAT everybody READS TODAY"}, "capitals"),
        ({"subject": "READ THIS TODAY"}, "capitals"),
        ({"body_text": "A shorter week!! For you"}, "exclamation_marks"),
        ({"subject": "Hello! Hello!"}, "exclamation_marks"),
        ({"body_text": f"Look here: {' '.join([LINK] * 4)}"}, "too_many_links"),
        ({"body_text": "Look: http://rex.example/offer"}, "link_not_https"),
        ({"body_text": "Look: www.rex.example"}, "link_not_https"),
        *(({"body_html": f'<p>Hello Ann, <a href="{to}">look</a></p>'}, "link_not_https") for to in ("javascript:x()", "data:x", "/offer", "#")),
        ({"body_text": "Look: https://bit.ly/abc"}, "link_shortened"),
        *(
            ({"body_text": f"Look: {link}"}, "link_host")
            for link in ("https://evil.example", "https://rex.example.evil.example", "https://notrex.example")
        ),
        *(({"body_text": f"Look: {link}"}, "link_broken") for link in ("https://rex.example@evil.example", "https://[::1", "https:///x")),
        ({"body_html": f'<p>Hello Ann <img src="https://evil.example/p.gif"></p><a href="{LINK}">x</a>'}, "link_host"),
        ({"body_html": '<p>Hello Ann, <a href="https://a.rex.example">rex.example</a></p>'}, "link_mismatch"),
        ({"body_html": f'<p>Hello Ann, <a href="{LINK}">my<b>bank.example</b>/login</a></p>'}, "link_mismatch"),
    ],
)  # fmt: skip
def test_bad_message_has_a_code(fields: dict[str, Any], code: str) -> None:
    assert problem(**fields) == code


def test_without_a_link_of_its_own_a_campaign_links_nowhere() -> None:
    assert problem_of(make_draft(make_lead(), body_text=TEXT), None) == "link_host"


_BITS = ["<a ", "<", '"', "'", "a=", "<!--", "--", "www.", "http://", "{", "%A", "[", " ,", "€", "Hi ", "!", "a.", "href=", "&", "\n"]


@pytest.mark.parametrize("bit", _BITS)
def test_no_message_takes_long_to_judge(bit: str) -> None:
    before = monotonic()
    problem(subject=(bit * 120)[:120], body_text=(bit * 5_000)[:5_000])
    problem(body_html=(bit * 50_000)[:50_000])
    assert monotonic() - before < 3


@given(st.lists(st.sampled_from(_BITS) | st.text(max_size=5), max_size=30).map("".join))
def test_any_message_can_be_judged(text: str) -> None:
    code = problem(subject=text[:120], body_text=text, body_html=text or None)
    assert code is None or code.replace("_", "").isalpha()
