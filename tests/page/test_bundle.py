"""What the built page weighs before anybody can use it, and that it holds what it needs and nothing else."""

import json
import re
from typing import Any

from tests.support.browser import WEB

SITE = WEB.parent / "site"
MOST_BYTES = 150_000
LATER = {"cmdk", "motion", "uplot", "@supabase/realtime-js", "axe-core"}
IMPORTED = re.compile(r"""(?:from|import|@import|url\()\s*\(?\s*["']((?:@[\w-]+/)?[\w.-]+)""")


def first_load() -> dict[str, list[str]]:
    manifest: dict[str, Any] = json.loads((SITE / "manifest.json").read_text())
    loaded: dict[str, list[str]] = manifest["first_load"]
    return loaded


def test_first_load_is_small() -> None:
    sizes = {script: (SITE / f"{script}.br").stat().st_size for script in first_load()["scripts"]}

    assert 0 < sum(sizes.values()) <= MOST_BYTES, sizes


def test_first_load_holds_nothing_that_is_needed_later() -> None:
    packages = set(first_load()["packages"])

    assert "react-dom" in packages
    assert {name for name in packages if name in LATER or name.startswith("@radix-ui/") or name == "framer-motion"} == set()


def test_what_the_page_begins_with_is_compiled_beside_the_main_thread() -> None:
    shells = [script for script in first_load()["scripts"] if script.startswith("assets/shell-")]

    assert [(SITE / shell).read_text().startswith("//# allFunctionsCalledOnLoad\n") for shell in shells] == [True]


def test_every_dependency_is_used() -> None:
    sources = [file for file in (WEB / "src").rglob("*") if file.suffix in {".ts", ".tsx", ".css"} and ".test." not in file.name]
    imported = {name for file in sources for name in IMPORTED.findall(file.read_text())}
    dependencies = set(json.loads((WEB / "package.json").read_text())["dependencies"])

    assert dependencies - imported == set()
