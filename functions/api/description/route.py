"""What the API's description says of a route beyond its handler, whose docstring gives method, path and summary."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

AN_ID = UUID("0192f3a4-5b6c-7d8e-9f01-23456789abcd")
ANOTHER_ID = UUID("0192f3a4-5b6c-7d8e-9f01-3456789abcde")


type Role = Literal["owner", "operator", "viewer"]


class Answered(BaseModel):
    """What a route answers: exactly these fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Html(str):
    """An answer that is a page."""

    __slots__ = ()


@dataclass(frozen=True, kw_only=True)
class Route:
    """One route. Examples are instances of the models, so they give the schema too; only what is set in them is shown."""

    handler: str
    """The module in `functions/api`."""
    answers: Mapping[int, BaseModel | Html | None]
    """An example by status; None is an answer without content."""
    sends: BaseModel | None = None
    """The body."""
    asks: BaseModel | None = None
    """The query string."""
    refuses: tuple[int, ...] = ()
    """Statuses of problems beyond those that follow from the route's form: 404 of a thing that is not in the path, 409."""
    tagged: bool = False
    """Whether it answers with `http.tagged`, hence 304 too."""
    listed: bool = False
    """Whether it answers as CSV too though its answer is no page."""
    open: bool = False
    """Whether nobody has to be signed in."""
