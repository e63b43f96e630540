"""boto3 clients that reach the local AWS and nothing else."""

from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config

REGION = "us-east-1"
ACCOUNT = "000000000000"


@dataclass(frozen=True, kw_only=True)
class LocalAws:
    """The local AWS on its loopback port."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, service: str) -> Any:
        session = boto3.Session(aws_access_key_id=ACCOUNT, aws_secret_access_key="local", region_name=REGION)  # noqa: S106
        config = Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}, read_timeout=30, connect_timeout=3)
        return session.client(service, endpoint_url=self.url, config=config)
