"""Real music has plausible values."""

from __future__ import annotations

import numpy as np
import pytest
from symusic import Score

from psychoscore_core.attributes import ATTRIBUTES
from psychoscore_hearing.attributes import attributes_of
from psychoscore_hearing.bars import bar_table

FOLDERS = ("pop909/POP909_CL", "emopia/beat_midi", "jsb_chorales/midi", "vgmidi/labelled_midi", "multitrack", "groove")
EACH = 12
RANGES = {
    "tempo": (10, 400), "brightness": (-4, 4), "density": (0, 64), "irregularity": (0, 4.1), "articulation": (0.05, 1),
    "dynamics": (5, 127), "contrast": (0, 50), "register": (20, 100), "span": (0, 36), "polyphony": (0, 40),
    "dissonance": (0, 4.3), "movement": (0, 3), "strain": (0, 3), "chromaticism": (0, 1), "repetition": (0, 1.001),
}  # fmt: skip


@pytest.mark.corpus
@pytest.mark.parametrize("folder", FOLDERS)
def test_values_of_real_music_are_plausible(corpora, folder):
    paths = sorted((corpora / folder).rglob("*.mid"))
    for path in paths[:: max(1, len(paths) // EACH)][:EACH]:
        score = Score(path)
        found = attributes_of(score)
        for name in ATTRIBUTES:
            low, high = RANGES[name]
            assert low <= found[name] <= high, (path.name, name, found[name])
        table = bar_table(score)
        for name in ("tempo", "brightness", "tension", "density", "register"):
            assert np.isfinite(getattr(table, name)).all(), (path.name, name)


@pytest.mark.corpus
def test_the_tension_of_pop_songs_uses_its_range(corpora):
    paths = sorted((corpora / "pop909" / "POP909_CL").glob("*.mid"))[::40]
    tension = np.concatenate([bar_table(Score(path)).tension for path in paths])
    low, high = np.percentile(tension, [5, 95])
    assert 0.02 < low < 0.25 and 0.75 < high < 1
