"""Does a model follow the emotion that it is told, by itself: no plan, no bar conditions, no steering?

    python benchmarks/moods/run.py PROJECT [--takes 6] [--bars 8] [--guidance 2]

PROJECT is a folder whose psychoscore.json has the encoder `emotion` and a model that `psyco run --until train` has
trained. Every mood of a grid of valence and arousal is drawn several times, and told by vector and prefix. Printed is
Spearman's rank correlation of what was asked with what is measured, and with arousal shuffled among the takes.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np

from psychoscore_compound_word.emotion import mood_json
from psychoscore_core.config.layers import load_project
from psychoscore_core.plugins import discover
from psychoscore_core.profile_json import profile_from_json
from psychoscore_core.records import Attributes, Stream
from psychoscore_core.run.parts import Parts
from psychoscore_core.stages.sample import Request
from psychoscore_evaluation.estimate import Estimate, shown
from psychoscore_evaluation.statistics import correlation, estimated, weighted_ranks
from psychoscore_hearing.music import hear
from psychoscore_sampler.constrained import ConstrainedSampler
from psychoscore_sampler.plugin import ConstrainedConfig

GRID = (-0.5, -0.25, 0.25, 0.5)
MEASURES = ("notes a bar", "tempo", "velocity", "pitch", "major third")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("project", type=Path)
    parser.add_argument("--takes", type=int, default=6, help="of each of the 16 moods")
    parser.add_argument("--bars", type=int, default=8)
    parser.add_argument("--guidance", type=float, default=2.0)
    return parser.parse_args()


def loaded(project: Path) -> Parts:
    parts = Parts(load_project(project, discover(None, ()), preset=None, sets=()).project, project)
    trained = list(project.glob("runs/*/train"))
    if not trained:
        raise SystemExit(f"{project}: nothing is trained yet: psyco run -C {project} --until train")
    folder = max(trained, key=lambda path: path.stat().st_mtime)
    parts.tokenizer.load(folder / "tokenizer")
    parts.model.load(folder)
    return parts


def measured(parts: Parts, valence: float, arousal: float, seed: int, given: argparse.Namespace) -> list[float]:
    """Return MEASURES of one take."""
    profile = profile_from_json(mood_json(valence, arousal), "mood")
    condition = parts.encoder.encode_piece(profile, Attributes())
    request = Request(
        stream=Stream(rows=parts.tokenizer.prompt(condition.prefix), vector=condition.vector, bars=None),
        grammar=parts.tokenizer.grammar(given.bars),
        temperatures=(1.0,),
        seed=seed,
    )
    sampler = ConstrainedSampler(ConstrainedConfig(guidance=given.guidance, max_rows_per_bar=120))
    score = parts.tokenizer.decode(sampler.sample(parts.model, [request])[0])
    music = hear(score).pitched
    return [len(music.onset) / given.bars, float(music.tempo[0]), *means(music)]


def means(music) -> tuple[float, float, float]:
    """Return mean velocity and pitch, and how much more the estimated key has its major third than its minor one."""
    if not len(music.onset):
        return (np.nan,) * 3
    sounding = np.bincount(music.pitch % 12, weights=music.duration, minlength=12)
    tonic = music.key[0][0]
    major, minor = sounding[(tonic + 4) % 12], sounding[(tonic + 3) % 12]
    return float(music.velocity.mean()), float(music.pitch.mean()), float((major - minor) / max(major + minor, 1e-9))


def estimate(asked: np.ndarray, found: np.ndarray) -> Estimate:
    """Return Spearman's correlation of what was asked with what is measured, takes resampled."""
    good = np.isfinite(found)
    x, y = asked[good], found[good]

    def statistic(weights: np.ndarray) -> np.ndarray:
        return correlation(weighted_ranks(x, weights), weighted_ranks(y, weights), weights)

    return estimated(statistic, len(x), np.random.default_rng(0))


def main() -> None:
    os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    given = options()
    parts = loaded(given.project)
    moods = [(v, a, seed) for v in GRID for a in GRID for seed in range(given.takes)]
    found = np.array([measured(parts, *mood, given) for mood in moods])
    valence, arousal = np.array(moods)[:, 0], np.array(moods)[:, 1]
    shuffled = np.random.default_rng(1).permutation(arousal)
    print("| | by valence | by arousal | by arousal, shuffled |\n|---|---|---|---|")
    for name, column in zip(MEASURES, found.T, strict=True):
        cells = (shown(estimate(asked, column)) for asked in (valence, arousal, shuffled))
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
