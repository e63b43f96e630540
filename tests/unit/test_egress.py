"""Where REX makes no connection to, however it is spelled."""

import pytest

from rex.domain.egress import EgressRefusal, judge_mail_server

PRIVATE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1",
    "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::ffff:169.254.169.254", "2002:7f00:1::", "2002:a00:1::", "2001:0:53aa:64c:0:0:80ff:fffe", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_refused_although_the_override_is_set(address: str) -> None:
    assert judge_mail_server([address], 587, laptop=False, send_without_replies=True) is EgressRefusal.HOST_PRIVATE


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111"])
def test_public_server_needs_the_override(address: str) -> None:
    assert judge_mail_server([address], 587, laptop=False, send_without_replies=False) is EgressRefusal.NO_REPLIES
    assert judge_mail_server([address], 587, laptop=False, send_without_replies=True) is None


def test_one_private_address_among_public_ones_is_enough() -> None:
    assert judge_mail_server(["8.8.8.8", "10.0.0.1"], 587, laptop=False, send_without_replies=True) is EgressRefusal.HOST_PRIVATE
    assert judge_mail_server(["127.0.0.1", "8.8.8.8"], 587, laptop=True, send_without_replies=True) is EgressRefusal.HOST_PRIVATE


def test_only_ports_of_mail() -> None:
    assert judge_mail_server(["8.8.8.8"], 6379, laptop=False, send_without_replies=True) is EgressRefusal.PORT_REFUSED


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_loopback_serves_a_laptop(address: str) -> None:
    assert judge_mail_server([address], 40_000, laptop=True, send_without_replies=False) is None


def test_name_without_an_address_is_refused() -> None:
    assert judge_mail_server([], 587, laptop=True, send_without_replies=True) is EgressRefusal.HOST_UNKNOWN
