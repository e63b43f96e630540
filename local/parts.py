"""The parts of a stack that are processes: how each is started, and when it answers."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import psycopg

from local.aws.routes import API_ID
from local.credentials import Credentials
from local.database import NODE
from local.home import ROOT, Home
from local.postgres import Cluster
from local.supervisor import Supervisor

type Ready = Callable[[], Awaitable[bool]]

_PROBE = aiohttp.ClientTimeout(total=5)
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "SSL_CERT_FILE", "TZ")


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Starts each part with an environment of its own: nothing of the person's reaches the functions by accident."""

    home: Home
    supervisor: Supervisor
    credentials: Credentials
    ports: Mapping[str, int]

    async def start_postgres(self) -> Cluster:
        cluster = Cluster(data=self.home.postgres, port=self.ports["postgres"], password=self.credentials.superuser_password)
        settings = {
            "REX_POSTGRES_DATA": str(cluster.data), "REX_POSTGRES_PORT": str(cluster.port), "REX_POSTGRES_PASSWORD": cluster.password,
        }  # fmt: skip
        await self._start("postgres", [sys.executable, "-m", "local.postgres_server"], settings, lambda: takes_queries(cluster))
        return cluster

    async def start_supabase(self, database_url: str, site_url: str) -> None:
        """PostgREST and Auth, and Realtime behind them."""
        port, realtime = self.ports["supabase"], self.ports["realtime"]
        settings = {
            "REX_DATABASE_URL": database_url, "REX_SUPABASE_PORT": str(port), "REX_SITE_URL": site_url, "REX_REALTIME_PORT": str(realtime),
            "REX_JWT_SECRET": self.credentials.jwt_secret, "REX_PUBLISHABLE_KEY": self.credentials.publishable_key,
            "REX_SECRET_KEY": self.credentials.secret_key,
        }  # fmt: skip
        await self._start("realtime", [sys.executable, "-m", "local.realtime"], settings, lambda: listens(realtime))
        url = f"http://127.0.0.1:{port}/auth/v1/.well-known/jwks.json"
        await self._start("supabase", [str(NODE), "local/supabase/serve.mjs"], settings, lambda: answers(url))

    async def start_sink(self) -> None:
        port, password = self.ports["sink"], self.credentials.inbox_password
        settings = {"REX_OUTBOX": str(self.home.outbox), "REX_SINK_PORT": str(port), "REX_INBOX_PASSWORD": password}
        await self._start("sink", [sys.executable, "-m", "local.sink"], settings, lambda: listens(port))

    async def start_aws(self, python: Path) -> None:
        port = self.ports["aws"]
        settings = {
            "GATEWAY_PORT": str(port), "REX_SECRETS_FILE": str(self.home.secrets_file), "S3_DATA_DIR": str(self.home.aws / "s3"),
            "STATE_DIR": str(self.home.aws / "state"), "LOG_LEVEL": "ERROR", "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0",
            "DOCKER_HOST": f"unix://{self.home.aws}/no-docker", "AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }  # fmt: skip
        url = f"http://127.0.0.1:{port}/_ministack/ready"
        await self._start("aws", [str(python), "-m", "local.aws.server"], settings, lambda: answers(url))

    async def start_front_door(self) -> None:
        port, aws = self.ports["front"], self.ports["aws"]
        settings = {
            "REX_PORT": str(port), "REX_UPSTREAM_URL": f"http://127.0.0.1:{aws}/",
            "REX_UPSTREAM_HOST": f"{API_ID}.execute-api.localhost:{aws}",
        }  # fmt: skip
        await self._start("front", [sys.executable, "-m", "local.front_door"], settings, lambda: answers(f"http://127.0.0.1:{port}/"))

    async def _start(self, name: str, command: list[str], settings: Mapping[str, str], ready: Ready) -> None:
        passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        own = {"HOME": str(self.home.aws), "TMPDIR": str(self.home.aws / "tmp"), "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        await self.supervisor.start(name, command, {**passed_on, **own, **settings}, ready)


async def answers(url: str) -> bool:
    """Whether a GET of this address succeeds."""
    try:
        async with aiohttp.ClientSession(timeout=_PROBE) as session, session.get(url) as answer:
            await answer.read()
            return answer.ok
    except (aiohttp.ClientError, TimeoutError):
        return False


async def listens(port: int) -> bool:
    """Whether something takes connections on this port of the loopback interface."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def takes_queries(cluster: Cluster) -> bool:
    """Whether Postgres lets us in; it is not asked while it says that it starts, because it logs each refusal as fatal."""
    if not cluster.says_ready():
        return False
    try:
        async with await psycopg.AsyncConnection.connect(cluster.url(), connect_timeout=5):
            return True
    except psycopg.OperationalError:
        return False
