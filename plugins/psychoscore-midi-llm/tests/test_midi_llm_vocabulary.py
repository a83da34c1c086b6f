"""The ids are the public checkpoints' own, and a checkpoint's tokenizer file must agree."""

from __future__ import annotations

import hashlib
import json

import pytest

from psychoscore_core.errors import CheckpointError, ConfigError
from psychoscore_midi_llm.plugin import MidiLlmConfig
from psychoscore_midi_llm.tokenizer import MidiLlmTokenizer

# of the words in the order of their ids, joined by line feeds, as the public tokenizer files have them
DIGESTS = {
    "piano": "af7a5679626cf58cb4df63f027913c160c4a0875c1bc8165be2eea78080624c9",
    "band": "e46c4ba8e0839c62fca4c6e0f26411e8cf833679c8443b1a4e1f752623ec58ef",
}


def file_of(tokenizer, path, change=lambda words: words, kind="WordLevel"):
    words = change(list(tokenizer.vocabulary.families[0].tokens[: tokenizer.base_size]))
    added = [{"id": index, "content": word, "special": True} for index, word in enumerate(words[:3])]
    model = {"type": kind, "vocab": {word: index for index, word in enumerate(words)}, "unk_token": "<pad>"}
    path.write_text(json.dumps({"version": "1.0", "added_tokens": added, "model": model}))
    return path


def refusal(path, instruments="piano"):
    with pytest.raises(ConfigError) as error:
        MidiLlmTokenizer(MidiLlmConfig(instruments=instruments, tokenizer_json=path))
    (line,) = error.value.problems
    assert line.startswith(f"tokenizer.tokenizer_json: {path}: ") and "\n" not in line
    return line


@pytest.mark.parametrize(("instruments", "size"), [("piano", 2176), ("band", 20_096)])
def test_the_public_ids_come_first_and_the_prefix_after_them(instruments, size):
    tokenizer = MidiLlmTokenizer(MidiLlmConfig(instruments=instruments), ("KEY_C", "KEY_D"))
    tokens = tokenizer.vocabulary.families[0].tokens
    assert tokenizer.base_size == size and tokens[size:] == ("KEY_C", "KEY_D")
    assert tokenizer.vocabulary.prefix == {"KEY_C": size, "KEY_D": size + 1}
    assert hashlib.sha256("\n".join(tokens[:size]).encode()).hexdigest() == DIGESTS[instruments]


@pytest.mark.parametrize(
    ("token", "word"),
    [(0, "<pad>"), (2, "<end>"), (3, "t1"), (127, "t125"), (128, "p:0:0"), (12_416, "pi:0:0"), (20_095, "pa:7f:b")],
)
def test_ids_of_the_band(band, token, word):
    assert band.vocabulary.families[0].tokens[token] == word


def test_streams_open_and_end_with_the_separator(piano):
    vocabulary = piano.vocabulary
    assert (vocabulary.pad, vocabulary.bos, vocabulary.sep, vocabulary.eos) == (0, 0, 0, 0)


def test_other_bins_make_another_vocabulary():
    tokenizer = MidiLlmTokenizer(MidiLlmConfig(velocity_bins=32, velocity_exponent=1.0))
    assert tokenizer.base_size == 128 + 128 * 32 and tokenizer.vocabulary.families[0].tokens[-1] == "p:7f:1f"


def test_a_prefix_name_that_is_a_word_is_refused():
    with pytest.raises(ConfigError, match="prefix token 't7' stands twice, or is a token of the music"):
        MidiLlmTokenizer(MidiLlmConfig(), ("KEY_C", "t7"))


def test_a_file_with_the_same_ids_is_content(piano, tmp_path):
    path = file_of(piano, tmp_path / "tokenizer.json")
    assert MidiLlmTokenizer(MidiLlmConfig(tokenizer_json=path)).base_size == 2176


def test_a_file_of_another_size_names_both(piano, tmp_path):
    path = file_of(piano, tmp_path / "tokenizer.json")
    assert refusal(path, "band").endswith("has 2,176 ids, but this tokenizer 20,096")


def test_the_first_id_that_differs_is_named(piano, tmp_path):
    def swapped(words):
        words[200], words[201], words[900], words[901] = words[201], words[200], words[901], words[900]
        return words

    path = file_of(piano, tmp_path / "tokenizer.json", swapped)
    assert refusal(path).endswith("id 200 is 'p:4:9', but this tokenizer's is 'p:4:8'")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "cannot be read"),
        ("[" * 100_000, "cannot be read"),
        ("[]", "a tokenizer of no known kind, not WordLevel"),
        ('{"model": {"type": "BPE", "vocab": {"a": 0}}}', "a tokenizer of the kind 'BPE' with 1 ids, not WordLevel"),
        ('{"model": {"type": "WordLevel", "vocab": []}}', "its vocabulary is no table of words and ids"),
        ('{"model": {"type": "WordLevel", "vocab": {"a": true}}}', "'a' has the id True, which is no whole number"),
        ('{"model": {"type": "WordLevel", "vocab": {"a": 1, "b": 1}}}', "id 1 is both 'a' and 'b'"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path, text, message):
    path = tmp_path / "tokenizer.json"
    path.write_text(text)
    assert message in refusal(path)


def test_a_missing_file_is_named(tmp_path):
    assert refusal(tmp_path / "none.json").endswith("no such file")


def test_a_huge_file_is_not_read(tmp_path):
    path = tmp_path / "tokenizer.json"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    assert refusal(path).endswith("larger than 8 MB")


def test_a_folder_of_another_vocabulary_is_refused(piano, band, tmp_path):
    band.save(tmp_path)
    with pytest.raises(CheckpointError, match="saved with the vocabulary"):
        piano.load(tmp_path)
