"""The description itself."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from functions.api.description.common import FRAME
from functions.api.description.route import Route


class Description(BaseModel):
    """An OpenAPI document."""

    model_config = ConfigDict(frozen=True, extra="allow")

    openapi: Literal["3.1.0"]
    info: dict[str, Any]
    paths: dict[str, Any]
    components: dict[str, Any]


ROUTES = (
    Route(
        handler="get_openapi",
        answers={200: Description(openapi="3.1.0", info=FRAME["info"], paths={}, components={})},
        tagged=True,
        open=True,
    ),
)
