"""The plugin on the README's one screen works as it stands there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from psychoscore_core.testing.installing import install_into

README = (Path(__file__).resolve().parents[2] / "README.md").read_text()


def test_the_plugin_of_the_readme_is_used_by_name(tmp_path):
    (toml,) = re.findall(r"```toml\n(.*?)```", README, re.S)
    modules = re.findall(r"```python\n# (\S+\.py)[^\n]*\n(.*?)```", README, re.S)
    project = tomllib.loads(toml)["project"]
    install_into(tmp_path, project["name"], dict(modules), project["entry-points"]["psychoscore"])
    config = {"temperature": {"use": "nightfall"}, "generation": {"bars": 4}, "exporters": {"midi": {}}}
    (tmp_path / "psychoscore.json").write_text(json.dumps(config))
    done = subprocess.run(
        [Path(sys.executable).parent / "psyco", "run", "--plugins", project["name"]],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (record,) = tmp_path.glob("runs/*/run.json")
    assert "my-scheduler" in json.loads(record.read_text())["versions"]["plugins"]
