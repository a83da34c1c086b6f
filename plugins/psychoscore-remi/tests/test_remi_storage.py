import json
import subprocess
import sys

import numpy as np
import pytest

from psychoscore_core.errors import CheckpointError
from psychoscore_remi.plugin import RemiConfig
from psychoscore_remi.tokenizer import RemiTokenizer

MERGING = RemiConfig(bpe_vocabulary=1000)
PREFIX = ("KEY_D",)


@pytest.fixture(scope="module")
def score(make):
    rng = np.random.default_rng(0)
    return make(*((i * 240, 240, int(p)) for i, p in enumerate(rng.integers(60, 64, 512))))


@pytest.fixture(scope="module")
def trained(score):
    tokenizer = RemiTokenizer(MERGING, PREFIX)
    tokenizer.train([score])
    return tokenizer


@pytest.fixture
def folder(trained, tmp_path):
    trained.save(tmp_path)
    return tmp_path


def test_a_saved_tokenizer_comes_back(trained, folder, score):
    loaded = RemiTokenizer(MERGING, PREFIX)
    loaded.load(folder)
    assert loaded.vocabulary.digest == trained.vocabulary.digest and not loaded.needs_training()
    assert loaded.encode(score, PREFIX).rows.tolist() == trained.encode(score, PREFIX).rows.tolist()


def test_saving_leaves_two_files_and_is_the_same_twice(trained, folder):
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    trained.save(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first
    assert set(first) == {"remi.json", "tokenizer.json"}


def test_miditok_itself_opens_the_file(trained, folder):
    from miditok import REMI

    assert REMI(params=folder / "tokenizer.json").vocab == trained._full.vocab


@pytest.mark.parametrize(
    "other", [(MERGING, ("KEY_E",)), (RemiConfig(), PREFIX), (RemiConfig(positions=24, bpe_vocabulary=2000), PREFIX)]
)
def test_another_vocabulary_is_refused_with_both_digests(folder, other):
    with pytest.raises(
        CheckpointError, match=r"saved with tokenizer config and prefix [0-9a-f]{16}, but .* [0-9a-f]{16}"
    ):
        RemiTokenizer(*other).load(folder)


def test_a_folder_without_the_manifest_is_refused(tmp_path):
    with pytest.raises(CheckpointError, match="remi.json: no such file"):
        RemiTokenizer(RemiConfig()).load(tmp_path)


def change(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_changed_merges_are_refused_with_both_digests(folder):
    saved = json.loads((folder / "tokenizer.json").read_text())
    model = json.loads(saved["_model"])
    last = max(model["model"]["vocab"], key=model["model"]["vocab"].get)
    del model["model"]["vocab"][last]
    model["model"]["merges"] = model["model"]["merges"][:-1]
    change(folder / "tokenizer.json", _model=json.dumps(model))
    with pytest.raises(CheckpointError, match=r"the vocabulary should be [0-9a-f]{16}, but it is [0-9a-f]{16}"):
        RemiTokenizer(MERGING, PREFIX).load(folder)


@pytest.mark.parametrize(
    "damage", [{"_model": "{"}, {"_model": 7}, {"_model": '{"model": {"vocab": {"x": 0}, "merges": [["a", "b"]]}}'}]
)
def test_a_damaged_model_is_one_error(folder, damage):
    change(folder / "tokenizer.json", **damage)
    with pytest.raises(CheckpointError, match="damaged byte-pair model"):
        RemiTokenizer(MERGING, PREFIX).load(folder)


@pytest.mark.parametrize("content", ["", "[]", "[" * 100_000, "\0"])
def test_a_damaged_manifest_is_one_error(folder, content):
    (folder / "remi.json").write_text(content)
    with pytest.raises(CheckpointError, match="cannot be read|holds no JSON object"):
        RemiTokenizer(MERGING, PREFIX).load(folder)


WORKERS = """
import multiprocessing, sys
from pathlib import Path
from symusic import Note, Score, Track
from psychoscore_remi.plugin import RemiConfig
from psychoscore_remi.tokenizer import RemiTokenizer

def work(folder):
    tokenizer = RemiTokenizer(RemiConfig(bpe_vocabulary=1000), ("KEY_D",))
    tokenizer.load(Path(folder))
    score, track = Score(480), Track()
    for i in range(200):
        track.notes.append(Note(i * 240, 240, 60 + i % 4, 64))
    score.tracks.append(track)
    return tokenizer.vocabulary.digest, tokenizer.encode(score).rows.tobytes()

if __name__ == "__main__":
    here = work(sys.argv[1])
    for method, workers in (("fork", 2), ("spawn", 1)):
        with multiprocessing.get_context(method).Pool(workers) as pool:
            assert pool.map(work, [sys.argv[1]] * 4) == [here] * 4, method
    print(here[0])
"""


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="forking needs a POSIX system")
def test_worker_processes_give_the_same_rows(trained, folder, tmp_path_factory):
    script = tmp_path_factory.mktemp("workers") / "workers.py"
    script.write_text(WORKERS)
    done = subprocess.run([sys.executable, script, folder], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == (trained.vocabulary.digest, "")
