"""A function may read no secret that it does not need."""

import re
from pathlib import Path

import pytest

from tests.support.template import read_functions

ROOT = Path(__file__).parents[2]
MAILS_WITH_LINKS = "functions.automation.send_outreach"
NEEDS = {
    "SecretArn": re.compile(r"wiring\.(machinery|reporter|reasoner)"),
    "SigningSecretArn": re.compile(r"wiring\.verifier|signing_key"),
}


@pytest.mark.parametrize("secret", sorted(NEEDS))
def test_only_functions_that_use_a_secret_may_read_it(secret: str) -> None:
    functions = read_functions()
    may = {module for module, function in functions.items() if re.search(rf"'{secret}'", str(function.get("Policies")))}
    sources = {module: (ROOT / f"{module.replace('.', '/')}.py").read_text() for module in functions}
    need = {module for module, source in sources.items() if NEEDS[secret].search(source)}
    assert may == need | ({MAILS_WITH_LINKS} if secret == "SigningSecretArn" else set())


def test_routes_know_no_key_of_the_machinery_but_the_one_a_frame_asks() -> None:
    read = [module for module, function in read_functions().items() if "'SecretArn'" in str(function.get("Policies"))]
    assert [module for module in read if module.startswith("functions.api.")] == ["functions.api.show_outreach"]
    assert read_functions()["functions.api.authorizer"]["Policies"][0][0] == "HasSharedSecret"
