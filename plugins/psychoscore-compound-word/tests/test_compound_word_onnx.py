"""A compound word transformer as ONNX graphs."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from psychoscore_core.records import Checkpoint, Interface, Stream

exporter = pytest.importorskip("psychoscore_onnx.exporter", reason="psychoscore-onnx is not installed")
pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")


@pytest.fixture(scope="module")
def exported(small, tmp_path_factory):
    """Return the folder of the export, the prompt being that of quadrant 1."""
    from psychoscore_onnx.plugin import OnnxExportConfig

    vocabulary, space = small.tokenizer.vocabulary, small.encoder.space
    prompt = tuple(map(tuple, small.tokenizer.prompt(("EMOTION_Q1",)).tolist()))
    spoken = Interface(
        model={"use": "compound-word"},
        tokenizer={"use": "compound-word"},
        encoder={"use": "emotion"},
        vocabulary=vocabulary,
        space=space,
        prompt=prompt,
    )
    digests = {"vocabulary": vocabulary.digest, "space": space.digest}
    checkpoint = Checkpoint(folder=small.folder, backend="transformer", interface=spoken, **digests)
    config = OnnxExportConfig(max_context=256)
    artifacts = exporter.OnnxExporter(config).export_checkpoint(checkpoint, tmp_path_factory.mktemp("exports"))
    return artifacts[0].path.parent


def along(decoder, small, steps=60):
    """Return the logits of all families (steps, all sizes) along random words, told an emotion and three bars."""
    random = np.random.default_rng(7)
    music = np.stack([random.integers(0, size, steps) for size in small.sizes.families], axis=-1)
    bars = tuple(map(tuple, random.random((3, small.sizes.bar)).tolist()))
    stream = Stream(rows=small.tokenizer.prompt(("EMOTION_Q3",)), vector=(-0.5, -0.25, 0, 0, 1, 0), bars=bars)
    state, row, found = decoder.start([stream]), stream.rows[-1:], []
    for step in range(steps):
        given = decoder.step(state, row, np.array([step // 20 - 1]))
        row = music[step : step + 1]
        found.append(np.concatenate([np.array(t(row[:, :k]) if k else t)[0] for k, t in enumerate(given)]))
    return np.stack(found)


def test_the_graphs_give_torchs_logits(small, exported):
    from psychoscore_onnx.backend import OnnxBackend
    from psychoscore_onnx.plugin import OnnxConfig

    config = OnnxConfig(path=exported, max_context=256)
    wanted = along(small.backend(engine="torch"), small)
    found = along(OnnxBackend(config, small.tokenizer.vocabulary, small.encoder.space), small)
    assert np.abs(wanted - found).max() < 1e-5 * np.abs(wanted).max()


def test_every_file_is_verified(exported):
    findings = exporter.OnnxExporter(None).verify(exported)
    assert all(finding.ok for finding in findings) and "of their deviation off" in " ".join(f.text for f in findings)


def test_the_bare_script_says_words(small, exported):
    done = subprocess.run([sys.executable, exported / "generate.py", "5"], capture_output=True, text=True, check=True)
    lines = [line.split() for line in done.stdout.splitlines()]
    types = small.tokenizer.vocabulary.families[0].tokens
    assert len(lines) >= 5 and all(len(line) == 8 and line[0] in types for line in lines)
