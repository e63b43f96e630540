"""Clients of AWS, made by botocore: boto3 would add its resources and file transfers to each cold start, and REX uses neither."""

from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config


@cache
def _session() -> botocore.session.Session:
    """What it has read of AWS's endpoints serves the next client too."""
    return botocore.session.get_session()


def client(service: str, config: Config) -> Any:
    """A client of this service, in the region of the environment."""
    return _session().create_client(service, config=config)
