"""A link names one message, and nobody but REX can make one."""

import uuid
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rex.domain.unsubscribe_links import make_token, read_token, unsubscribe_url

KEY = b"k" * 32


@given(st.uuids())
def test_token_names_its_message(outreach_id: uuid.UUID) -> None:
    token = make_token(outreach_id, KEY)
    assert read_token(token, KEY) == outreach_id
    assert read_token(token, b"other") is None
    assert unsubscribe_url("https://rex.example", outreach_id, KEY).endswith(token)


@given(st.text(max_size=60))
def test_no_text_is_a_token(text: str) -> None:
    assert read_token(text, KEY) is None


@pytest.mark.parametrize("position", range(43))
def test_each_character_counts(position: int) -> None:
    token = make_token(uuid.UUID(int=7), KEY)
    other = "A" if token[position] != "A" else "B"
    assert read_token(token[:position] + other + token[position + 1 :], KEY) is None


def test_longer_and_unsigned_ones_are_refused() -> None:
    token = make_token(uuid.UUID(int=7), KEY)
    for wrong in (token + "A", token[:-1], "", "=" * 43, "é" * 43, urlsafe_b64encode(uuid.UUID(int=7).bytes).decode()):
        assert read_token(wrong, KEY) is None
