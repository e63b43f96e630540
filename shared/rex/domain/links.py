"""Links in what is written: where they are, and whether they lead where the campaign says."""

import re
from urllib.parse import SplitResult, urlsplit

# No quantifier here may scan the same text twice: what is searched comes from people.
URL = re.compile(r"(?i)(?<![a-z0-9+.-])(?:[a-z][a-z0-9+.-]{0,20}+://|www\.)[^\s<>\"']++")
_TRAILING = ".,;:!?)]}"
_SHORTENERS = frozenset(
    {
        "bit.ly", "buff.ly", "cutt.ly", "goo.gl", "is.gd", "lnkd.in", "ow.ly", "rb.gy", "rebrand.ly", "shorturl.at", "t.co", "t.ly",
        "tiny.cc", "tinyurl.com",
    }
)  # fmt: skip


def find_links(text: str) -> list[str]:
    """Every URL in a text, without the punctuation that ends its sentence."""
    return [found.rstrip(_TRAILING) for found in URL.findall(text)]


def host_of(link: str) -> str | None:
    """The host a browser would ask, in small letters; None for what is no link to a host, or hides which."""
    parts = _split(link if "://" in link else f"https://{link}")
    if parts is None or "\\" in link or "@" in parts.netloc or not parts.hostname:
        return None
    return parts.hostname.lower()


def why_bad_link(link: str, campaign_link: str | None) -> str | None:
    """`link_not_https`, `link_broken`, `link_shortened` or `link_host`; None for a good one."""
    if not link.lower().startswith("https://"):
        return "link_not_https"
    host, own = host_of(link), host_of(campaign_link) if campaign_link else None
    if host is None:
        return "link_broken"
    if host in _SHORTENERS:
        return "link_shortened"
    return None if own and (host == own or host.endswith(f".{own}")) else "link_host"


def _split(link: str) -> SplitResult | None:
    try:
        return urlsplit(link)
    except ValueError:
        return None
