"""Reads the html of a message as strictly as its checks need: what cannot be read for sure is broken.

Each character is looked at once, whoever wrote the template; the standard parser's time grows with the square of a bad one.
"""

import re
from collections.abc import Iterator
from html import unescape

from pydantic import BaseModel, ConfigDict

_TAG = re.compile(r"""<[^<>"']*+(?:"[^"]*+"[^<>"']*+|'[^']*+'[^<>"']*+)*+>""")
_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*+)")
_TARGETS = re.compile(r"""(?i)(?<![\w:.-])(?:href|src|srcset|background|poster)\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s"'>]++)""")
_SCRIPTED = re.compile(r"(?i)(?<![\w:.-])on[a-z]++\s*+=|url\(|@import|<!--\[")
_FORBIDDEN = frozenset({"applet", "base", "button", "embed", "form", "iframe", "input", "link", "meta", "object", "script", "svg", "video"})
_UNSEEN = frozenset({"style", "title"})
_INLINE = frozenset({"a", "b", "em", "font", "i", "small", "span", "strong", "u", ""})


class HtmlBroken(ValueError):
    """The html has a tag, a comment or a quote that is not closed, or a bare `<`."""


class Anchor(BaseModel):
    """Where a link or an image leads, and what stands on it."""

    model_config = ConfigDict(frozen=True)

    target: str
    text: str = ""


class HtmlParts(BaseModel):
    """What a reader sees of a message, and where it leads them."""

    model_config = ConfigDict(frozen=True)

    text: str
    anchors: tuple[Anchor, ...]
    unsafe: bool
    """It has something that runs, submits or loads, or is shown by some programs only."""


def read_html(html: str) -> HtmlParts:
    """The parts of a message; raises HtmlBroken."""
    pieces = list(_pieces(html))
    names = {_name(tag).lstrip("/") for tag, _ in pieces}
    return HtmlParts(
        text="".join(("" if _name(tag).lstrip("/") in _INLINE else "\n") + _seen(tag, text) for tag, text in pieces),
        anchors=tuple(_anchors(pieces)),
        unsafe=bool(names & _FORBIDDEN or _SCRIPTED.search(html)),
    )


def _pieces(html: str) -> Iterator[tuple[str, str]]:
    """Each tag with the text behind it; the text before the first tag comes with an empty one."""
    tag, position = "", 0
    while (start := html.find("<", position)) >= 0:
        yield tag, html[position:start]
        tag = _comment(html, start) if html.startswith("<!--", start) else _tag(html, start)
        position = start + len(tag)
    yield tag, html[position:]


def _tag(html: str, start: int) -> str:
    found = _TAG.match(html, start)
    if found is None:
        raise HtmlBroken
    return found[0]


def _comment(html: str, start: int) -> str:
    """Browsers end `<!-->` and `<!--->` at once, so what follows those would be seen by them alone."""
    end = html.find("-->", start + 4)
    if end < 0 or html.startswith((">", "->"), start + 4):
        raise HtmlBroken
    return html[start : end + 3]


def _name(tag: str) -> str:
    found = _NAME.match(tag)
    return f"{found[1]}{found[2].lower()}" if found else ""


def _seen(tag: str, text: str) -> str:
    return "" if _name(tag) in _UNSEEN else unescape(text)


def _anchors(pieces: list[tuple[str, str]]) -> Iterator[Anchor]:
    target, text = None, ""
    for tag, after in [*pieces, ("</a>", "")]:
        if _name(tag) in {"a", "/a"} and target is not None:
            yield Anchor(target=target, text=text)
            target = None
        targets = [unescape(found.strip("\"'")).strip() for found in _TARGETS.findall(tag)]
        if _name(tag) == "a" and targets:
            target, text = targets[0], ""
            targets = targets[1:]
        yield from (Anchor(target=each) for each in targets)
        text += _seen(tag, after)
