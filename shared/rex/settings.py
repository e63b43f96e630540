"""What a function is told by its environment; secrets come by ARN, never as values."""

import os
from collections.abc import Mapping
from functools import cache
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from rex.domain.queues import Queue


class Settings(BaseModel):
    """The environment of a function, checked when it is first read; what a function lacks it must not use."""

    model_config = ConfigDict(frozen=True, populate_by_name=False, extra="ignore")

    supabase_url: str = Field(alias="SUPABASE_URL", pattern="^https?://")
    publishable_key: str = Field(default="", alias="SUPABASE_PUBLISHABLE_KEY")
    auth_mode: Literal["jwks", "hs256"] = Field(default="jwks", alias="REX_AUTH_MODE")
    """hs256 serves the laptop's embedded Auth only."""
    secret_arn: str = Field(default="", alias="REX_SECRET_ARN")
    """A JSON secret of the machinery: `{"supabase_secret_key"}`, `openai_api_key` for the model, `report_smtp_password` for reports."""
    signing_secret_arn: str = Field(default="", alias="REX_SIGNING_SECRET_ARN")
    """A JSON secret of what signs and verifies: `{"signing_key"}`, and `jwt_secret` with hs256."""
    secret_prefix: str = Field(default="rex", alias="REX_SECRET_PREFIX")
    """What the names of the inboxes' secrets begin with."""
    public_url: str = Field(default="", alias="REX_PUBLIC_URL")
    """Where mailbox providers reach `/webhooks`, without a slash at its end."""
    openai_base_url: str = Field(default="https://api.openai.com/v1", alias="REX_OPENAI_BASE_URL", pattern="^https?://")
    """Any server that speaks the Responses API."""
    reasoner_model: str = Field(default="gpt-6.1-terra", alias="REX_REASONER_MODEL")
    reasoner_input_price: float = Field(default=2.5, ge=0, alias="REX_REASONER_INPUT_PRICE")
    """Dollars a million tokens, for the budget of each account; so is the next."""
    reasoner_output_price: float = Field(default=15.0, ge=0, alias="REX_REASONER_OUTPUT_PRICE")
    report_smtp_host: str = Field(default="", alias="REX_REPORT_SMTP_HOST")
    """The deployment's own mail server, for daily reports; empty: there are none."""
    report_smtp_port: int = Field(default=587, alias="REX_REPORT_SMTP_PORT")
    report_smtp_username: str = Field(default="", alias="REX_REPORT_SMTP_USERNAME")
    report_from: str = Field(default="", alias="REX_REPORT_FROM")
    """The address reports come from."""
    is_laptop: bool = Field(default=False, alias="REX_LAPTOP")
    """Only the laptop stack sets it, beside the template: mail servers on loopback are its own, and domains count as verified."""
    schedule_queue_url: str = Field(default="", alias="REX_SCHEDULE_QUEUE_URL")
    tasks_queue_url: str = Field(default="", alias="REX_TASKS_QUEUE_URL")
    send_queue_url: str = Field(default="", alias="REX_SEND_QUEUE_URL")
    inboxes_queue_url: str = Field(default="", alias="REX_INBOXES_QUEUE_URL")
    bus_queue_url: str = Field(default="", alias="REX_BUS_QUEUE_URL")
    metrics_queue_url: str = Field(default="", alias="REX_METRICS_QUEUE_URL")

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Self:
        """Raises pydantic's ValidationError naming the variables that are missing or wrong."""
        return cls.model_validate(dict(environ))

    def queue_url(self, queue: Queue) -> str:
        return {
            Queue.SCHEDULE: self.schedule_queue_url,
            Queue.TASKS: self.tasks_queue_url,
            Queue.SEND: self.send_queue_url,
            Queue.INBOXES: self.inboxes_queue_url,
            Queue.BUS: self.bus_queue_url,
            Queue.METRICS: self.metrics_queue_url,
        }[queue]

    def queue_names(self) -> dict[str, Queue]:
        """Which queue has which name at the provider."""
        return {self.queue_url(queue).rpartition("/")[2]: queue for queue in Queue}


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings.of(os.environ)
