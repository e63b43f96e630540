"""Which clocks a lead may live by; outreach is permitted only when it is permitted by all of them.

Countries and their zones: the table `zone.tab` of the IANA time zone database (package tzdata).
"""

from collections import defaultdict
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

# Where nearly everybody of a large country lives: its farthest islands and research stations would leave no common hour.
_MAINLANDS = {
    "AU": ("Australia/Perth", "Australia/Sydney"),
    "BR": ("America/Manaus", "America/Sao_Paulo"),
    "CA": ("America/Vancouver", "America/St_Johns"),
    "CL": ("America/Santiago",),
    "CN": ("Asia/Shanghai",),
    "EC": ("America/Guayaquil",),
    "ES": ("Europe/Madrid",),
    "FM": ("Pacific/Chuuk", "Pacific/Kosrae"),
    "FR": ("Europe/Paris",),
    "NZ": ("Pacific/Auckland",),
    "PT": ("Europe/Lisbon",),
    "RU": ("Europe/Moscow", "Asia/Vladivostok"),
    "US": ("America/Los_Angeles", "America/New_York"),
}


def zones_for(country: str | None, given: str | None, now: datetime) -> tuple[str, ...]:
    """The given zone; else the country's, its westernmost and its easternmost where they differ; none when nothing is known."""
    named = _by_name().get(given.strip().lower().replace(" ", "_")) if given else None
    if named:
        return (named,)
    return _extremes(_MAINLANDS.get(country) or _by_country().get(country, ()), now) if country else ()


def _extremes(zones: tuple[str, ...], now: datetime) -> tuple[str, ...]:
    if not zones:
        return ()
    ordered = sorted(zones, key=lambda zone: (_offset(zone, now), zone))
    first, last = ordered[0], ordered[-1]
    return (first,) if _offset(first, now) == _offset(last, now) else (first, last)


def _offset(zone: str, now: datetime) -> timedelta:
    """From UTC, in winter: the same all year, so that an import in summer reads as one in winter."""
    offset = now.replace(month=1, day=15).astimezone(ZoneInfo(zone)).utcoffset()
    return offset or timedelta()


@cache
def _by_name() -> dict[str, str]:
    """IANA names alone: an abbreviation such as CST stands for zones of three continents."""
    return {zone.lower(): zone for zone in available_timezones() if "/" in zone or zone == "UTC"}


@cache
def _by_country() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for line in (files("tzdata") / "zoneinfo" / "zone.tab").read_text().splitlines():
        if line and not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            found[country].append(zone)
    return {country: tuple(zones) for country, zones in found.items()}
