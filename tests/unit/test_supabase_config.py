"""What the Supabase CLI is told keeps the bodies of commands and anonymous people out."""

import tomllib
from pathlib import Path

CONFIG = tomllib.loads((Path(__file__).parents[2] / "supabase" / "config.toml").read_text())


def test_only_the_public_schema_is_exposed() -> None:
    assert CONFIG["api"]["schemas"] == ["public"]


def test_nobody_signs_in_without_a_name() -> None:
    assert CONFIG["auth"]["enable_anonymous_sign_ins"] is False
