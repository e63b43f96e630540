"""Reads single cells of a lead file: what a person may have typed, or why it cannot be taken."""

import re
import unicodedata
from datetime import UTC, date, datetime
from functools import lru_cache

import pycountry

from rex.domain.addresses import normalise_email, normalise_phone
from rex.domain.states import Channel

_EMPTY = {"", "-", "--", "n/a", "na", "none", "null", "unknown", "?"}
_YES = {"yes", "y", "true", "1", "x", "ja", "oui", "opted out", "unsubscribed"}
_NO = _EMPTY | {"no", "n", "false", "0", "nein", "non"}
_COUNTRIES = {
    "usa": "US",
    "uk": "GB",
    "england": "GB",
    "scotland": "GB",
    "deutschland": "DE",
    "españa": "ES",
    "brasil": "BR",
    "holland": "NL",
}
_LONGEST = {"first_name": 100, "last_name": 100, "company": 200, "title": 200, "external_id": 200, "notes": 2000, "language": 35}
_FORMULA = tuple("=+-@")
_EARLIEST_YEAR = 1900


class CellWrong(ValueError):
    """A cell, and with it its row, cannot be taken; the reason says what to do."""

    def __init__(self, column: str | None, code: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.code, self.reason = column, code, reason


def clean(name: str, text: str) -> str | None:
    """The text without what only looks like one; raises CellWrong."""
    kept = "".join(c for c in unicodedata.normalize("NFC", text) if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})
    plain = kept.strip() if name == "notes" else " ".join(kept.split())
    if plain.lower() in _EMPTY:
        return None
    if plain.startswith(_FORMULA) and not re.fullmatch(r"[+-]?[0-9\s()./-]+", plain, re.ASCII):
        raise CellWrong(name, "formula", "The cell begins like a spreadsheet formula (= + - @); remove its first character.")
    if len(plain) > _LONGEST.get(name, 500):
        raise CellWrong(name, "too_long", f"The cell has more than {_LONGEST.get(name, 500)} characters; shorten it.")
    return plain


def read_flag(text: str | None) -> bool:
    """Yes or no in the ways people write it; raises CellWrong for anything else."""
    plain = (text or "").lower()
    if plain in _YES:
        return True
    if plain in _NO:
        return False
    raise CellWrong("opted_out", "opt_out_unclear", "Whether this person opted out is not clear; write yes or no.")


def read_day(column: str, text: str | None, now: datetime) -> date | None:
    """A day of the past; raises CellWrong where it could be another."""
    if text is None:
        return None
    day = _read_day(text)
    if day is None:
        raise CellWrong(column, "date_unclear", "The date cannot be read for sure; write it as 2026-03-31.")
    if day.year < _EARLIEST_YEAR:
        raise CellWrong(
            column, "date_too_old", "The date lies too far back, as what programs write for none; correct it or leave it empty."
        )
    if day > now.astimezone(UTC).date():
        raise CellWrong(column, "date_in_future", "The date lies in the future; correct it.")
    return day


def _read_day(text: str) -> date | None:
    """ISO (a time after it is left out), 31.03.2026, and with slashes only where no month could be the day."""
    for pattern in (r"(?P<y>\d{4})-(?P<m>\d\d?)-(?P<d>\d\d?)(?:[T ].*)?", r"(?P<d>\d\d?)\.(?P<m>\d\d?)\.(?P<y>\d{4})"):
        match = re.fullmatch(pattern, text)
        if match:
            return _date(int(match["y"]), int(match["m"]), int(match["d"]))
    match = re.fullmatch(r"(\d\d?)/(\d\d?)/(\d{4})", text)
    if not match:
        return None
    first, second, year = map(int, match.groups())
    if first > 12 or first == second:
        return _date(year, second, first)
    return _date(year, first, second) if second > 12 else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def read_country(text: str | None) -> str | None:
    """ISO 3166 alpha-2 of a code or name; an unknown one is no reason to leave a lead out."""
    if text is None:
        return None
    if text.lower() in _COUNTRIES:
        return _COUNTRIES[text.lower()]
    try:
        return str(pycountry.countries.lookup(text).alpha_2)
    except LookupError:
        return None


def read_address(channel: Channel, text: str, country: str | None) -> str:
    """An address in its normal form; raises AddressInvalid."""
    return normalise_email(text) if channel is Channel.EMAIL else normalise_phone(text, country)
