"""Cross-validation by song: what is heard of every EMOPIA clip by a model that met none of its song."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from safetensors.torch import save_file

from psychoscore_core.report import Report
from psychoscore_emotion.net import WEIGHTS, Net
from psychoscore_emotion.training.fitting import Recipe, fit
from psychoscore_emotion.training.judging import heard
from psychoscore_emotion.training.rendering import Clip


def crossed(clips: Sequence[Clip], recipe: Recipe, folds: int, report: Report) -> tuple[np.ndarray, list[Clip]]:
    """Return the outputs (clips, 64) and the clips of EMOPIA, each heard by the model of a fold without its song.

    VGMIDI's clips of the train split are learnt from in every fold.
    """
    own = [clip for clip in clips if clip.corpus == "emopia"]
    others = [clip for clip in clips if clip.corpus != "emopia" and clip.split == "train"]
    outputs = np.zeros((len(own), 64), np.float32)
    for number in range(folds):
        left_out = [index for index, clip in enumerate(own) if fold_of(clip.group, folds) == number]
        kept = [clip for clip in own if fold_of(clip.group, folds) != number]
        report.remark(f"fold {number + 1} of {folds}: {len(left_out)} clips left out")
        with TemporaryDirectory() as scratch:
            save_file(fit([*kept, *others], recipe, report).module.state_dict(), Path(scratch) / WEIGHTS)
            outputs[left_out] = heard(Net(Path(scratch)), [own[index] for index in left_out])
    return outputs, own


def fold_of(song: str, folds: int) -> int:
    """Return a song's fold, drawn from its name alone."""
    return int.from_bytes(hashlib.sha256(song.encode()).digest()[:6]) % folds
