"""Hook specs, their reference page and their tests name the same hooks."""

import inspect
import re
from pathlib import Path

from psychoscore_core import hookspecs

ROOT = Path(__file__).resolve().parents[2]
SPECS = {name: spec for name, spec in vars(hookspecs).items() if name.startswith("psyco_")}
PAGE = (ROOT / "docs" / "reference" / "hooks.md").read_text(encoding="utf-8")


def test_the_page_documents_every_hook_in_walking_order():
    assert re.findall(r"^### `(psyco_\w+)", PAGE, re.MULTILINE) == list(SPECS)


def test_the_page_gives_every_hook_its_arguments():
    for name, spec in SPECS.items():
        arguments = ", ".join(inspect.signature(spec).parameters)
        assert f"### `{name}({arguments})`" in PAGE


def test_the_page_says_what_the_spec_says():
    for name, spec in SPECS.items():
        section = PAGE.split(f"### `{name}(")[1].split("\n#")[0]
        assert " ".join(spec.__doc__.split()) in " ".join(section.split()), name


def test_every_hook_has_a_test_of_its_name():
    source = (Path(__file__).parent / "test_hooks.py").read_text(encoding="utf-8")
    assert set(re.findall(r"^def test_(psyco_\w+)", source, re.MULTILINE)) == set(SPECS)


def test_every_kind_is_a_hook():
    assert set(hookspecs.KINDS.values()) <= set(SPECS)
