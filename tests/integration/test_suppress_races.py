"""What a person stops or asks for while the machinery works on the same thing: an answer means that nothing can begin any more, and nothing doubles."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from rex.domain.addresses import address_hash
from rex.domain.states import Channel
from tests.support.database import Connection, as_person, as_service, call, connect, one, request_id
from tests.support.invariants import assert_invariants
from tests.support.rival import Rival
from tests.support.sending_world import Sending, make_sending


@pytest.fixture
def sending(db: Connection) -> Sending:
    made = make_sending(db)
    db.execute("update auth.users set email_confirmed_at = now() where id = %s", (made.world.account,))
    return made


@pytest.fixture
def other(database: str) -> Iterator[Connection]:
    """A second connection, which gives up at once where it would have to wait."""
    with connect(database) as connection:
        connection.execute("set lock_timeout = '50ms'")
        yield connection


@contextmanager
def waits() -> Iterator[None]:
    """The block has to wait for somebody."""
    with pytest.raises(psycopg.errors.LockNotAvailable):
        yield


def suppress(connection: Connection, sending: Sending) -> Any:
    as_person(connection, sending.world.account)
    return call(
        connection, "rex_add_suppressions", p_request_id=request_id(), p_channel="email",
        p_hashes=[address_hash(Channel.EMAIL, f"{sending.leads[0]}@lead.example")],
    )  # fmt: skip


def begin(connection: Connection, lease: Any) -> Any:
    as_service(connection)
    return call(connection, "rex_begin_outreach", p_request_id=request_id(), p_outreach_id=lease["outreach_id"], p_fence=lease["fence"])


def begin_test_mail(connection: Connection) -> Any:
    as_service(connection)
    return call(connection, "rex_begin_test_mail", p_request_id=request_id())


def ask_test_mail(connection: Connection, sending: Sending) -> Any:
    as_person(connection, sending.world.account)
    return call(
        connection,
        "rex_queue_test_mail",
        p_request_id=request_id(),
        p_campaign_id=sending.world.campaign,
        p_lead_id=sending.leads[0],
        p_step=1,
    )


def test_suppressing_waits_for_a_hand_over_that_begins_and_tells_of_it(sending: Sending, other: Connection) -> None:
    sending.write()
    (lease,) = sending.claim()
    with sending.db.transaction():
        assert begin(sending.db, lease)["begun"]
        with waits():
            suppress(other, sending)
    assert suppress(other, sending) == {"added": 1, "cancelled": 0, "in_flight": 1}


def test_hand_over_waits_for_a_suppression_and_does_not_begin(sending: Sending, other: Connection) -> None:
    sending.write()
    (lease,) = sending.claim()
    with sending.db.transaction():
        assert suppress(sending.db, sending)["cancelled"] == 1
        with waits():
            begin(other, lease)
    assert begin(other, lease) == {"begun": False, "code": "stale", "state": "cancelled"}


def test_two_senders_begin_a_test_mail_once(sending: Sending, other: Connection) -> None:
    ask_test_mail(sending.db, sending)
    with sending.db.transaction():
        assert begin_test_mail(sending.db)["begun"]
        with waits():
            begin_test_mail(other)
    assert begin_test_mail(other) == {"begun": False, "code": None}


def test_two_requests_at_once_find_the_last_place_once(sending: Sending, other: Connection) -> None:
    for _ in range(9):
        ask_test_mail(sending.db, sending)
    with sending.db.transaction():
        ask_test_mail(sending.db, sending)
        with waits():
            ask_test_mail(other, sending)
    with pytest.raises(psycopg.Error) as error:
        ask_test_mail(other, sending)
    assert error.value.diag.message_detail == "too_many_test_mails"


def test_test_mail_does_not_begin_to_an_address_that_is_being_suppressed(sending: Sending, other: Connection, db: Connection) -> None:
    queued = ask_test_mail(sending.db, sending)["test_mail_id"]
    as_person(sending.db, sending.world.account)
    with sending.db.transaction():
        own = one(other, "select lower(email) from auth.users where id = %s", sending.world.account)
        call(sending.db, "rex_add_suppressions", p_request_id=request_id(), p_channel="email", p_hashes=[address_hash(Channel.EMAIL, own)])
        with waits():
            begin_test_mail(other)
    assert begin_test_mail(other) == {"begun": False, "code": "suppressed"}
    db.execute("reset role")
    assert one(db, "select state from public.rex_test_mails where id = %s", uuid.UUID(queued)) == "failed"
    assert_invariants(db)


def test_sender_that_waited_for_another_begins_no_test_mail_again(sending: Sending, rival: Rival) -> None:
    ask_test_mail(sending.db, sending)
    with sending.db.transaction():
        assert begin_test_mail(sending.db)["begun"]
        late = rival.run("rex_begin_test_mail")
    assert late.result() == {"begun": False, "code": "stale"}
