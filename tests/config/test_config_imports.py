"""The config commands import nothing heavy."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = ("torch", "transformers", "peft", "miditok", "symusic", "numpy")


@pytest.mark.parametrize("command", ["show", "schema"])
def test_the_command_imports_nothing_heavy(write, folders, command):
    write({})
    code = (
        "import sys\n"
        "from psychoscore_core.cli.main import psyco\n"
        "try: psyco.main(sys.argv[1:], standalone_mode=False)\n"
        "except Exception: pass\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    arguments = ["config", command, *(["-C", str(folders / "project")] if command == "show" else [])]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert json.loads(done.stderr.splitlines()[-1].replace("'", '"')) == []
