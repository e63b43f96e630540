"""A mutant whose text is gone would prove nothing; `make mutants` runs them."""

from pathlib import Path

import pytest

from tests.mutants.mutants import MUTANTS, Mutant
from tests.support.variants import copy_migrations

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_applies(mutant: Mutant, tmp_path: Path) -> None:
    copy_migrations(tmp_path, [mutant.edit])
    assert all((ROOT / "tests" / "integration" / f"{test}.py").exists() for test in mutant.tests)


def test_names_are_unique() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 20
