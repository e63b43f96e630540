"""The authorizer of the HTTP API: lets people in whose Supabase token is right, and says nothing about why not.

While the project's keys cannot be had it fails: a refusal would be kept for minutes, a failure is not.
"""

from typing import Any

from aws_lambda_powertools import Logger

from rex import wiring
from rex.domain.tokens import TokenRefused, read_bearer

logger = Logger(service="rex")


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    try:
        person = wiring.verifier().verify(read_bearer(event.get("headers", {})))
    except TokenRefused as refused:
        logger.info("refused", extra={"code": refused.code})
        return {"isAuthorized": False}
    return {"isAuthorized": True, "context": {"person": str(person)}}
