"""Links to messages: they name one message, for 5 minutes, and cannot be made up."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs
from uuid import UUID

import pytest

from rex.domain.message_links import LASTS_SECONDS, is_signed, signed_query
from rex.domain.unsubscribe_links import make_token

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
MESSAGE, KEY = UUID(int=7), b"k"


def given(query: str) -> tuple[int, str]:
    fields = parse_qs(query)
    return int(fields["expires"][0]), fields["signature"][0]


@pytest.mark.parametrize(("seconds", "works"), [(0, True), (LASTS_SECONDS - 1, True), (LASTS_SECONDS, False), (86400, False)])
def test_link_works_for_five_minutes(seconds: int, works: bool) -> None:
    expires, signature = given(signed_query(MESSAGE, NOW, KEY))
    assert is_signed(MESSAGE, expires, signature, NOW + timedelta(seconds=seconds), KEY) is works


def test_link_cannot_be_prolonged() -> None:
    expires, signature = given(signed_query(MESSAGE, NOW, KEY))
    assert not is_signed(MESSAGE, expires + 1, signature, NOW, KEY)


@pytest.mark.parametrize(("message", "key"), [(UUID(int=8), KEY), (MESSAGE, b"other")])
def test_link_is_of_one_message_and_one_key(message: UUID, key: bytes) -> None:
    expires, signature = given(signed_query(MESSAGE, NOW, KEY))
    assert not is_signed(message, expires, signature, NOW, key)


@pytest.mark.parametrize("signature", ["", "é", make_token(MESSAGE, KEY)])
def test_what_rex_did_not_sign_for_this_is_no_link(signature: str) -> None:
    assert not is_signed(MESSAGE, int(NOW.timestamp()) + 60, signature, NOW, KEY)
