"""Whether a written message may be seen by a person: merge fields filled, no spam signals, fit in length, honest links.

Codes: `subject_empty`, `subject_too_long`, `body_too_short`, `body_too_long`, `html_too_long`, `html_broken`, `html_unsafe`,
`merge_field`, `merge_field_empty`, `fake_reply`, `spam_words`, `capitals`, `exclamation_marks`, `too_many_links`, `link_mismatch`, and
those of `links.why_bad_link`.
"""

import re
from collections.abc import Callable, Iterator

from pydantic import BaseModel, ConfigDict

from rex.domain.html_parts import HtmlBroken, HtmlParts, read_html
from rex.domain.links import find_links, host_of, why_bad_link
from rex.domain.states import Channel
from rex.domain.tasks import Draft

LONGEST_SUBJECT, LONGEST_BODY, LONGEST_HTML, SHORTEST_BODY, MOST_LINKS = 120, 5_000, 50_000, 10, 3

_GREETING = r"(?:hi|hey|hello|dear|hallo|liebe|lieber|bonjour|hola|ciao)"
_MERGE_FIELD = re.compile(
    rf"\{{\{{|\}}\}}|\{{%|%\}}|\[\[|\]\]|<<\w{{1,50}}>>|\*\||\|\*|\{{[\w. ]{{1,50}}\}}|%[A-Z_]{{3,50}}%"
    rf"|\bNone\b(?! of\b)|\bundefined\b|\bNaN\b|(?i:\b{_GREETING} (?:none|null|unknown|n/a)\b)",
)
_GAP = re.compile(rf" [,.](?=\s|$)|(?i:\b{_GREETING} [,!.])")
_HARD_WORDS = re.compile(
    r"(?i)\b(?:act now|100 ?% free|risk[ -]free|click here|buy now|order now|limited time|free money|make money|earn money|cash bonus|"
    r"double your|no obligation|you(?: have|'ve) won|lottery|casino|viagra|once in a lifetime|this is not spam)\b|[$€£]{2}",
)
_SOFT_WORDS = re.compile(
    r"(?i)\b(?:urgent|guaranteed?|congratulations|cheap|bargain|hurry|last chance|bonus|prizes?|winners?|miracle)\b|[$€£] ?\d"
)
_REPLY = re.compile(r"(?i)^\s*(?:re|aw|fwd?|wg)\s*:")
_LOOKS_LIKE_A_HOST = re.compile(r"(?i)^(?:https?://)?(?:[a-z0-9-]+\.)+[a-z]{2,}(?:[/?#:]\S*)?$")


class _Seen(BaseModel):
    model_config = ConfigDict(frozen=True)

    step: int
    subject: str | None
    text: str
    html: HtmlParts | None
    campaign_link: str | None

    def texts(self) -> list[str]:
        """All a reader sees."""
        return [each for each in (self.subject, self.text, self.html and self.html.text) if each]


def problem_of(draft: Draft, campaign_link: str | None) -> str | None:
    """The first code against a message; None when it is good."""
    too_long = _size_problem(draft)
    if too_long:
        return too_long
    try:
        html = read_html(draft.body_html) if draft.body_html else None
    except HtmlBroken:
        return "html_broken"
    subject = draft.subject or "" if draft.channel is Channel.EMAIL else None
    seen = _Seen(step=draft.step, subject=subject, text=draft.body_text or "", html=html, campaign_link=campaign_link)
    return next((code for check in _CHECKS if (code := check(seen))), None)


def _size_problem(draft: Draft) -> str | None:
    """Looked at first, so that no other check meets a long text."""
    sizes = (
        (draft.subject, LONGEST_SUBJECT, "subject_too_long"),
        (draft.body_text, LONGEST_BODY, "body_too_long"),
        (draft.body_html, LONGEST_HTML, "html_too_long"),
    )
    return next((code for text, longest, code in sizes if text and len(text) > longest), None)


def _emptiness(seen: _Seen) -> str | None:
    if seen.subject is not None and not seen.subject.strip():
        return "subject_empty"
    shown = [seen.text] if seen.html is None else [seen.text, seen.html.text]
    return "body_too_short" if min(len(each.strip()) for each in shown) < SHORTEST_BODY else None


def _merge_field(seen: _Seen) -> str | None:
    return "merge_field" if any(_MERGE_FIELD.search(each) for each in seen.texts()) else None


def _empty_merge_field(seen: _Seen) -> str | None:
    return "merge_field_empty" if any(_GAP.search(each) for each in seen.texts()) else None


def _fake_reply(seen: _Seen) -> str | None:
    """A first message that claims to be an answer deceives; a follow-up stands in its thread."""
    return "fake_reply" if seen.step == 1 and _REPLY.match(seen.subject or "") else None


def _spam_words(seen: _Seen) -> str | None:
    whole = "\n".join(each for each in (seen.subject, seen.html.text if seen.html else seen.text) if each)
    hard = any(_HARD_WORDS.search(each) for each in seen.texts())
    return "spam_words" if hard or len(_SOFT_WORDS.findall(whole)) >= 3 else None


def _capitals(seen: _Seen) -> str | None:
    body = any(_is_shouted(each, 0.4) for each in seen.texts() if each != seen.subject)
    return "capitals" if body or _is_shouted(seen.subject or "", 0.6) else None


def _is_shouted(text: str, share: float) -> bool:
    """Capitals among the letters that could be small; a short text may be a name."""
    letters = [each for each in text if each.isupper() or each.islower()]
    return len(letters) >= 8 and sum(each.isupper() for each in letters) > share * len(letters)


def _exclamation_marks(seen: _Seen) -> str | None:
    loud = any("!!" in each or each.count("!") > 3 for each in seen.texts())
    return "exclamation_marks" if loud or (seen.subject or "").count("!") > 1 else None


def _unsafe_html(seen: _Seen) -> str | None:
    return "html_unsafe" if seen.html and seen.html.unsafe else None


def _links(seen: _Seen) -> str | None:
    in_text = find_links(seen.text)
    in_html = [each.target for each in seen.html.anchors] if seen.html else []
    if max(len(in_text), len(in_html)) > MOST_LINKS:
        return "too_many_links"
    links = [*find_links(seen.subject or ""), *in_text, *in_html, *(find_links(seen.html.text) if seen.html else [])]
    return next((code for link in links if (code := why_bad_link(link, seen.campaign_link))), None)


def _mismatch(seen: _Seen) -> str | None:
    return "link_mismatch" if seen.html and any(_mismatches(seen.html)) else None


def _mismatches(html: HtmlParts) -> Iterator[bool]:
    """What stands on a link names another host than the one it leads to."""
    for anchor in html.anchors:
        if _LOOKS_LIKE_A_HOST.match(anchor.text.strip()):
            yield host_of(anchor.text.strip()) != host_of(anchor.target)


_CHECKS: tuple[Callable[[_Seen], str | None], ...] = (
    _emptiness, _merge_field, _empty_merge_field, _fake_reply, _spam_words, _capitals, _exclamation_marks, _unsafe_html, _links, _mismatch,
)  # fmt: skip
