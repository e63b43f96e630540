"""The sample letters read well, whatever is known of a lead."""

import re
import uuid
from itertools import product
from typing import Any

import pytest

from local.sample_content import ACCOUNT, CAMPAIGN
from rex.domain.quality import problem_of
from rex.domain.states import Channel, OutreachState
from rex.domain.tasks import Account, Angle, Campaign, Draft
from rex.domain.template_variables import variables_for
from rex.domain.templates import Rendered, check_template, render
from tests.support.contexts import make_lead

SAMPLE = Campaign.model_validate({"campaign_id": uuid.uuid4(), **CAMPAIGN})
OWNER = Account(user_id=uuid.uuid4(), **ACCOUNT)
TEMPLATES = SAMPLE.steps[0].templates
KNOWN = [
    dict(zip(("first_name", "company", "title"), each, strict=True))
    for each in product(("Ann", None), ("Blue Harbour Logistics", None), ("CEO", None))
]


def letter(angle: str, known: dict[str, Any]) -> Rendered:
    return render(TEMPLATES[angle], variables_for(make_lead(**known), SAMPLE, OWNER))


def test_every_angle_has_a_letter() -> None:
    assert set(TEMPLATES) == {angle.value for angle in Angle}


@pytest.mark.parametrize("angle", TEMPLATES)
@pytest.mark.parametrize("known", KNOWN, ids=lambda known: "-".join(name for name, value in known.items() if value) or "nothing")
def test_sample_letter_reads_well(angle: str, known: dict[str, Any]) -> None:
    check_template(TEMPLATES[angle])
    written = letter(angle, known)
    assert not re.search(r"(?:[.?!]\s+|\n\n)[a-z]", written.text), f"a sentence begins in small letters: {written.text}"
    assert not re.search(r"  | [,.?!]|None|\{", written.subject + written.text), written.text
    draft = Draft(
        lead_id=uuid.uuid4(), step=1, state=OutreachState.PASSED, channel=Channel.EMAIL,
        subject=written.subject, body_text=written.text, body_html=written.html, template_version=1,
    )  # fmt: skip
    assert problem_of(draft, SAMPLE.link) is None
