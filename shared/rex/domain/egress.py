"""Which mail servers REX may talk to: their names come from users, so what they resolve to is judged before a connection is made."""

from collections.abc import Sequence
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address

MAIL_PORTS = frozenset({25, 465, 587, 2525})

type Address = IPv4Address | IPv6Address


class EgressRefusal(StrEnum):
    """Why no connection is made."""

    HOST_UNKNOWN = "host_unknown"
    HOST_PRIVATE = "host_private"
    """It leads into a private network, to this machine, or to no single one."""
    PORT_REFUSED = "port_refused"
    NO_REPLIES = "no_replies"
    """The account cannot receive bounces and replies yet, and its owner has not set the override."""


def judge_mail_server(addresses: Sequence[str], port: int, *, laptop: bool, send_without_replies: bool) -> EgressRefusal | None:
    """None when every address the name resolves to may be connected to; loopback is for a laptop alone."""
    resolved = [_plain(ip_address(address.partition("%")[0])) for address in addresses]
    if not resolved:
        return EgressRefusal.HOST_UNKNOWN
    if laptop and all(address.is_loopback for address in resolved):
        return None
    if not all(_is_public(address) for address in resolved):
        return EgressRefusal.HOST_PRIVATE
    if port not in MAIL_PORTS:
        return EgressRefusal.PORT_REFUSED
    return None if send_without_replies else EgressRefusal.NO_REPLIES


def _plain(address: Address) -> Address:
    """The IPv4 address that an IPv6 form of it (mapped, 6to4, Teredo, NAT64) leads to."""
    if isinstance(address, IPv4Address):
        return address
    inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
    if inner is None and address.packed[:12] == bytes.fromhex("0064ff9b0000000000000000"):
        inner = IPv4Address(address.packed[12:])
    return inner or address


def _is_public(address: Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved
