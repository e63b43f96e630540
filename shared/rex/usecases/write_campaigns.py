"""Make and change campaigns; which fields there are, the database says."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from rex.domain.commands import Call
from rex.domain.tasks import Template
from rex.domain.templates import TemplateBroken, check_template
from rex.errors import Rejected

type Fields = dict[str, Any]


def create_campaign(fields: Fields, call: Call) -> Fields:
    """Make a campaign; raises Rejected for a template that could not be written from."""
    _check_templates(fields)
    answer: Fields = call("rex_create_campaign", p_fields=fields)
    return answer


def update_campaign(campaign_id: UUID, changes: Fields, call: Call) -> Fields:
    """Change a campaign; changed steps are a new version of its templates. Raises Rejected as `create_campaign` does."""
    _check_templates(changes)
    answer: Fields = call(
        "rex_update_campaign",
        p_campaign_id=str(campaign_id),
        p_changes=changes,
    )
    return answer


def _check_templates(fields: Fields) -> None:
    """What only Python can say of them; their form the database checks."""
    for place, template in _templates(fields.get("steps")):
        try:
            check_template(Template.model_validate(template))
        except ValidationError:
            continue
        except TemplateBroken as error:
            message = f"steps: {place}: {error}"
            raise Rejected(422, error.code, message, "Mend the template and send the request again; nothing was saved.") from error


def _templates(steps: Any) -> Iterator[tuple[str, Any]]:
    for number, step in enumerate(steps if isinstance(steps, list) else (), start=1):
        templates = step.get("templates") if isinstance(step, dict) else None
        for angle, template in templates.items() if isinstance(templates, dict) else ():
            yield f'step {number}, template "{str(angle)[:50]}"', template
