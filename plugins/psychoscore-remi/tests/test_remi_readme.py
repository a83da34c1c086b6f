import json
import re
from pathlib import Path

from attrs import fields

from psychoscore_remi.plugin import RemiConfig
from psychoscore_remi.tokenizer import RemiTokenizer

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def test_the_example_makes_a_tokenizer():
    options = json.loads(re.search(r"```json\n(.*?)```", README, re.DOTALL)[1])["tokenizer"]
    assert options.pop("use") == "remi"
    assert RemiTokenizer(RemiConfig(**options)).needs_training()


def test_every_config_key_stands_in_the_table():
    table = "\n".join(line for line in README.splitlines() if line.startswith("| `"))
    assert [f.name for f in fields(RemiConfig) if f"`{f.name}`" not in table] == []
