"""SQS: a message tells a worker to look now; a lost one costs a minute and nothing else."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from aws_lambda_powertools import Logger
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from rex.domain.queues import LONGEST_DELAY_SECONDS, Queue
from rex.gateways import aws
from rex.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

logger = Logger(service="rex", child=True)


@dataclass(frozen=True, kw_only=True)
class Nudges:
    """Sends nudges; one that cannot be sent is logged, because every worker looks by itself each minute."""

    client: "SQSClient"
    settings: Settings

    @classmethod
    def of(cls, settings: Settings) -> Self:
        client = aws.client("sqs", Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1}))
        return cls(client=client, settings=settings)

    def send(self, queue: Queue, delay_seconds: int = 0) -> None:
        """Nudge the worker of this queue, at once or after at most 15 minutes."""
        delay = max(0, min(delay_seconds, LONGEST_DELAY_SECONDS))
        try:
            self.client.send_message(QueueUrl=self.settings.queue_url(queue), MessageBody="{}", DelaySeconds=delay)
        except (ClientError, BotoCoreError) as error:
            logger.warning("nudge_lost", extra={"queue": queue.value, "cause": type(error).__name__})
