"""Small changes to the wording of a message: tidy it, calm it down, show it as html."""

import re
from collections.abc import Callable
from html import escape

from rex.domain.links import URL, find_links

_GREETING_GAP = re.compile(r"(?m)^(\w+)[ \t]+(?=[,!])")
_SHOUTED = re.compile(r"\b[^\W\d_]{4,}\b")
_MARKS = re.compile(r"([!?])[!?]+")


def one_line(text: str) -> str:
    """A header's or a name's form: no line breaks, no control characters, single spaces."""
    return " ".join(printable(text).split())


def printable(text: str) -> str:
    """Without control characters and halves of characters, which no message and no database takes."""
    return "".join(
        each for each in text if each in "\n\t" or not (ord(each) < 32 or 127 <= ord(each) < 160 or 0xD800 <= ord(each) < 0xE000)
    )


def tidy(text: str) -> str:
    """`Hi ,` of a lead without a first name becomes `Hi,`, in any language; more than that only the author can know."""
    return _GREETING_GAP.sub(r"\1", text.strip())


def calm(text: str) -> str:
    """Nothing shouted: words in capitals and rows of marks, links left as they are."""
    return _by_parts(text, _calm, str)


def as_html(text: str) -> str:
    """Paragraphs and line breaks as they are, everything escaped, links made clickable."""
    paragraphs = (part for part in re.split(r"\n[ \t]*\n", text) if part.strip())
    return "\n".join(f"<p>{_by_parts(part.strip(), escape, _anchor).replace('\n', '<br>\n')}</p>" for part in paragraphs)


def _by_parts(text: str, change: Callable[[str], str], change_link: Callable[[str], str]) -> str:
    pieces, position = [], 0
    for found in URL.finditer(text):
        link = find_links(found[0])[0]
        pieces += [change(text[position : found.start()]), change_link(link)]
        position = found.start() + len(link)
    return "".join([*pieces, change(text[position:])])


def _anchor(link: str) -> str:
    return f'<a href="{escape(link)}">{escape(link)}</a>'


def _calm(text: str) -> str:
    quieter = _MARKS.sub(r"\1", text)
    return _SHOUTED.sub(lambda word: word[0].capitalize() if word[0].isupper() else word[0], quieter)
