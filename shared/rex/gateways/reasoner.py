"""The language model behind OpenAI's Responses API, or any server that speaks it.

One call, no retry of its own, a bounded wait; whatever goes wrong comes back as a code. The package is loaded when the model is asked.

API: https://platform.openai.com/docs/api-reference/responses
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Thread
from typing import TYPE_CHECKING, Any, Literal, Self

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rex.domain.reasoning import Price, Question, Reply
from rex.settings import Settings

if TYPE_CHECKING:
    from openai import OpenAI, OpenAIError

TIMEOUT_SECONDS = 12.0
MOST_BYTES = 1_000_000


class _Received(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Part(_Received):
    type: str
    text: str = ""


class _Item(_Received):
    type: str
    content: list[_Part] = []


class _Usage(_Received):
    input_tokens: int = Field(ge=0)
    output_tokens: int = Field(ge=0)


class _Response(_Received):
    """What REX reads of the service's answer."""

    status: Literal["completed", "failed", "in_progress", "cancelled", "queued", "incomplete"]
    output: list[_Item] = []
    usage: _Usage | None = None

    def reply(self) -> Reply:
        parts = [part for item in self.output if item.type == "message" for part in item.content]
        text = "".join(part.text for part in parts if part.type == "output_text")
        refused = any(part.type == "refusal" for part in parts)
        code = "llm_refused" if refused else _STATUS_CODES.get(self.status, "llm_failed")
        return Reply(
            text=text if code is None else None,
            code=code,
            input_tokens=self.usage.input_tokens if self.usage else None,
            output_tokens=self.usage.output_tokens if self.usage else None,
        )


_STATUS_CODES = {"completed": None, "incomplete": "llm_cut_off"}


@dataclass(frozen=True, kw_only=True)
class OpenAiReasoner:
    """Asks one model; `base_url` comes from the settings and from nowhere else."""

    api_key: Callable[[], str]
    base_url: str
    model: str
    price: Price
    timeout: float = TIMEOUT_SECONDS
    _clients: "dict[str, OpenAI]" = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings, api_key: Callable[[], str]) -> Self:
        price = Price(input=settings.reasoner_input_price, output=settings.reasoner_output_price)
        return cls(api_key=api_key, base_url=settings.openai_base_url, model=settings.reasoner_model, price=price)

    def has_key(self) -> bool:
        return bool(self.api_key())

    def ask(self, question: Question) -> Reply:
        """The model's text and what it used, or the code of why there is none."""
        client, answer = self._client(), Future[Reply]()
        create = client.responses.with_streaming_response.create  # loads the rest of the package, before the clock starts
        Thread(target=_settle, args=(answer, lambda: self._converse(create, question)), daemon=True).start()
        try:
            return answer.result(self.timeout)
        except TimeoutError:  # the client's own timeout is for each read alone, and an answer may drip
            self._clients.clear()
            client.close()
            return Reply(code="llm_timeout")

    def _converse(self, create: Callable[..., Any], question: Question) -> Reply:
        from openai import OpenAIError  # noqa: PLC0415 - 450 ms that only the reasoner's own path pays

        try:
            with create(**self._request(question)) as response:
                return _Response.model_validate_json(_first_bytes(response.iter_bytes())).reply()
        except ValidationError:
            return Reply(code="llm_malformed")
        except httpx.TimeoutException:
            return Reply(code="llm_timeout")
        except httpx.HTTPError:
            return Reply(code="llm_unreachable")
        except OpenAIError as error:
            return _failed(error)

    def _client(self) -> "OpenAI":
        from openai import OpenAI  # noqa: PLC0415 - as above

        key = self.api_key()
        if key not in self._clients:
            self._clients.clear()
            self._clients[key] = OpenAI(api_key=key, base_url=self.base_url, timeout=self.timeout, max_retries=0)
        return self._clients[key]

    def _request(self, question: Question) -> dict[str, Any]:
        return {
            "model": self.model,
            "instructions": question.instructions,
            "input": question.input,
            "max_output_tokens": question.most_output_tokens,
            "reasoning": {"effort": "low"},
            "text": {"format": {"type": "json_schema", "name": "decision", "schema": dict(question.schema), "strict": True}},
            "store": False,
        }


def _settle(answer: Future[Reply], converse: Callable[[], Reply]) -> None:
    try:
        answer.set_result(converse())
    except BaseException as error:  # whoever waits raises it
        answer.set_exception(error)


def _first_bytes(pieces: Iterator[bytes]) -> bytes:
    """No more than an answer may have; what is longer is cut, and so no answer."""
    taken = b""
    for piece in pieces:
        taken += piece
        if len(taken) > MOST_BYTES:
            break
    return taken[:MOST_BYTES]


def _failed(error: "OpenAIError") -> Reply:
    """A request that was answered with an error used nothing; of one that got no answer nobody knows."""
    from openai import APIConnectionError, APIStatusError, APITimeoutError  # noqa: PLC0415 - as above

    if isinstance(error, APITimeoutError):
        return Reply(code="llm_timeout")
    if isinstance(error, APIConnectionError):
        return Reply(code="llm_unreachable")
    if not isinstance(error, APIStatusError):
        return Reply(code="llm_malformed")
    by_status = {401: "llm_key_refused", 403: "llm_key_refused", 429: "llm_rate_limited"}
    code = by_status.get(error.status_code, "llm_unavailable" if error.status_code >= 500 else "llm_request_refused")
    return Reply(code=code, input_tokens=0, output_tokens=0)
