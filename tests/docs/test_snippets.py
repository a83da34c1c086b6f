"""Every shell and JSON snippet of the README and the docs does what it says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").glob("*/README.md")],
    key=lambda p: str(p),
)
# Installing and the test suite itself are not run inside a test; the rest of every snippet is.
STUBS = 'pip() { :; }\npython() { case "$*" in *pytest*|*venv*) :;; *) command python "$@";; esac; }\n'
ELSEWHERE = ("examples/emopia", "examples/third-party")  # run by tests of their own: a corpus, a fresh environment


def blocks(page, language):
    texts = re.findall(rf"```{language}\n(.*?)```", page.read_text(), re.S)
    return [text for text in texts if not any(place in text for place in ELSEWHERE)]


def pages(language):
    """Return each page with its blocks; later blocks of a page may build on earlier ones."""
    names = {page: str(page.relative_to(ROOT)) for page in PAGES}
    found = {name: blocks(page, language) for page, name in names.items() if not name.startswith(ELSEWHERE)}
    return [pytest.param(texts, id=name) for name, texts in found.items() if texts]


@pytest.fixture
def checkout(tmp_path):
    """A copy of the examples, so that no test writes into the checkout."""
    keep_out = shutil.ignore_patterns("runs", "*.egg-info", "__pycache__", "EMOPIA*")
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=keep_out)
    return tmp_path


@pytest.mark.parametrize("texts", pages("sh"))
def test_the_shell_snippets_of_a_page_run(texts, checkout):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euc", STUBS + "".join(texts)],
        cwd=checkout,
        env={**os.environ, "PATH": path, "PSYCO_USER_CONFIG": str(checkout), "PSYCO_SYSTEM_CONFIG": str(checkout)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("texts", pages("json"))
def test_the_json_snippets_of_a_page_are_json(texts):
    assert all(isinstance(json.loads(text), dict) for text in texts)


def test_links_lead_somewhere():
    for page in PAGES:
        for target in re.findall(r"\]\((?!http)([^)#]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)}: {target}"
