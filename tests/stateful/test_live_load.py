"""A hundred official clients whose connections are cut at random: each ends with every message of its account, in order, and no other."""

import hashlib
import random
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import conninfo

from local.postgres import Cluster
from tests.integration.test_live_updates import CHANNELS, TYPES
from tests.support.api import PUBLISHABLE_KEY, serve_supabase, token_of
from tests.support.database import Connection, connect, sign_up
from tests.support.live import puppet
from tests.support.live.cutting_proxy import cutting_proxy

CLIENTS, TO_AN_ACCOUNT = 100, 10
PER_SECOND, WRITERS = 500, 4
CUTS_PER_SECOND = 25


@dataclass
class Writer:
    """One of several that publish at once: some calls reach two accounts, some are rolled back."""

    url: str
    accounts: list[uuid.UUID]
    messages: int
    luck: random.Random

    def write(self) -> None:
        with connect(self.url) as db:
            began, written = time.monotonic(), 0
            while written < self.messages:
                early = began + written * WRITERS / PER_SECOND - time.monotonic()
                threading.Event().wait(max(0.0, early))
                written += self._publish(db)

    def _publish(self, db: Connection) -> int:
        said = [(account, self.luck.choice(TYPES)) for account in self.luck.choices(self.accounts, k=self.luck.choice([1, 1, 1, 2, 5]))]
        rows = ", ".join(["row(%s, %s, null, '{}')::rex.announcement"] * len(said))
        undone = self.luck.random() < 0.1
        with db.transaction(force_rollback=undone):
            db.execute(f"select rex.publish(array[{rows}], 'test')", [value for pair in said for value in pair])
        return 0 if undone else len(said)


@pytest.fixture
def supabase_port(database: str, cluster: Cluster) -> Iterator[int]:
    with serve_supabase(cluster.url(str(conninfo.conninfo_to_dict(database)["dbname"])), realtime=True) as url:
        yield urlsplit(url).port or 0


@pytest.mark.parametrize("messages", [2_500, pytest.param(10_000, marks=pytest.mark.nightly)])
def test_every_client_ends_with_every_message_of_its_account(db: Connection, database: str, supabase_port: int, messages: int) -> None:
    accounts = [sign_up(db) for _ in range(CLIENTS // TO_AN_ACCOUNT)]
    with ExitStack() as parts:
        proxy = parts.enter_context(cutting_proxy(supabase_port, CUTS_PER_SECOND))
        puppets = [parts.enter_context(puppet(kind)) for kind in ("python", "javascript")]
        for one in puppets:
            for account in accounts * (TO_AN_ACCOUNT // len(puppets)):
                client = one.open(f"http://127.0.0.1:{proxy.port}", PUBLISHABLE_KEY, token_of(account))
                client.do("follow", account=str(account), channels=list(CHANNELS))
        proxy.cutting.set()
        publish_all(database, accounts, messages)
        proxy.cutting.clear()
        targets, digests = expected(db, accounts)
        results = [result for one in puppets for result in one.do("finish", targets=targets, seconds=60)]

    assert proxy.cuts > messages / PER_SECOND * CUTS_PER_SECOND / 2, "too few connections were cut for this to prove anything"
    assert sum(sum(counts.values()) for counts in targets.values()) >= messages
    assert len(results) == CLIENTS
    wrong = [result["wrong"] for result in results if result["wrong"]]
    assert wrong == []
    short = [
        (result["account"], result["seen"], targets[result["account"]])
        for result in results
        if result["seen"] != targets[result["account"]]
    ]
    assert short == [], "a client has more or fewer messages than its account"
    assert [result["digests"] == digests[result["account"]] for result in results] == [True] * CLIENTS, "other messages, or another order"


def publish_all(database: str, accounts: list[uuid.UUID], messages: int) -> None:
    writers = [Writer(database, accounts, messages // WRITERS, random.Random(seed)) for seed in range(WRITERS)]
    threads = [threading.Thread(target=writer.write) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def expected(
    db: psycopg.Connection[tuple[object, ...]], accounts: list[uuid.UUID]
) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, str]]]:
    """The numbers given last, and the digest of all messages in their order, by account and channel."""
    targets = {str(account): dict.fromkeys(CHANNELS, 0) for account in accounts}
    digests = {str(account): {channel: hashlib.sha256() for channel in CHANNELS} for account in accounts}
    rows = db.execute(
        "select user_id::text, channel, seq, id::text from public.rex_messages where user_id = any (%s) order by 1, 2, 3", (accounts,)
    )
    for account, channel, seq, id_ in rows:
        targets[str(account)][str(channel)] += 1
        digests[str(account)][str(channel)].update(f"{account}:{seq}:{id_}\n".encode())
    return targets, {account: {channel: digest.hexdigest() for channel, digest in of.items()} for account, of in digests.items()}
