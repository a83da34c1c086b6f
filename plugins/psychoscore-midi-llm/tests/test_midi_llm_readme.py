from __future__ import annotations

import json
import re
from pathlib import Path

from attrs import fields

from psychoscore_midi_llm.plugin import MidiLlmConfig
from psychoscore_midi_llm.tokenizer import MidiLlmTokenizer

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def test_the_example_makes_a_tokenizer():
    options = json.loads(re.search(r"```json\n(.*?)```", README, re.DOTALL)[1])["tokenizer"]
    assert options.pop("use") == "midi-llm"
    assert MidiLlmTokenizer(MidiLlmConfig(**options)).base_size == 20_096


def test_every_config_key_stands_in_the_table():
    table = "\n".join(line for line in README.splitlines() if line.startswith("| `"))
    assert [f.name for f in fields(MidiLlmConfig) if f"`{f.name}`" not in table] == []


def test_the_stream_at_the_top_passes_the_grammar(band, ids):
    text = re.search(r"<pad> \[prefix tokens\] <pad> (.*)", README)[1]
    grammar = band.grammar(1)
    for token in ids(band, text):
        grammar.push([token])
    assert grammar.finished
