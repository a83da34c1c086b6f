"""Components small enough to see through, for tests of the runner."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
from attrs import evolve, frozen
from symusic import Note, Score, Track

from psychoscore_core.component import Component
from psychoscore_core.errors import DataError
from psychoscore_core.records import (
    Artifact,
    Attributes,
    Checkpoint,
    Condition,
    ConditionSpace,
    Encoded,
    Family,
    Piece,
    Vocabulary,
    digest_of,
)
from psychoscore_core.rule_table import complete

PITCHES = tuple(range(48, 84))
CALLS: list[str] = []  # what was really done in this process, in order


@frozen(kw_only=True)
class Options:
    """Options of every fake."""

    weight: float = 1.0
    checkpoint: Path | None = None
    start: Path | None = None
    pieces: int = 40
    path: Path | None = None
    kill: bool = False
    fail: bool = False


class Encoder:
    space = ConditionSpace(vector=("trauma", "entropy"), bar=("density",))
    prefix_tokens = ("LOW", "HIGH")

    def __init__(self, config):
        self.config = config

    def encode(self, profile, attributes=None):
        prefix = ("HIGH" if profile.trauma > 0.5 else "LOW",)
        vector = (profile.trauma, profile.entropy)
        return Condition(profile=profile, vector=vector, prefix=prefix, attributes=complete(profile, attributes))

    def encode_piece(self, profile, attributes):
        return self.encode(profile, attributes)

    def encode_plan(self, plan):
        return tuple((bar.density,) for bar in plan.bars)

    def measure(self, score):
        return ((0.5,),)


class Tokenizer:
    def __init__(self, config, prefix_tokens):
        names = ("PAD", "BOS", "SEP", "EOS", *prefix_tokens, *(str(p) for p in PITCHES))
        self.first = 4 + len(prefix_tokens)
        prefix = {name: 4 + i for i, name in enumerate(prefix_tokens)}
        self.vocabulary = Vocabulary(
            families=(Family(name="pitch", tokens=names),), prefix=prefix, pad=0, bos=1, sep=2, eos=3
        )

    def needs_training(self):
        return False

    def encode(self, score, prefix=()):
        prompt = self.prompt(prefix)[:, 0].tolist()
        notes = [self.first + n.pitch - PITCHES[0] for track in score.tracks for n in track.notes]
        rows = np.array([*prompt, *notes, 3], np.int32)[:, None]
        bars = np.array([-1] * len(prompt) + [i // 4 for i in range(len(notes) + 1)], np.int32)
        return Encoded(rows=rows, bars=bars, prefix_length=len(prompt), notes=len(notes))

    def prompt(self, prefix=()):
        return np.array([1, *(self.vocabulary.prefix[p] for p in prefix), 2], np.int32)[:, None]

    def decode(self, rows):
        return score_of([PITCHES[0] + int(r) - self.first for r in rows[:, 0] if int(r) >= self.first])

    def grammar(self, bars=None, plan=None):
        return bars

    def save(self, folder):
        (folder / "tokenizer.json").write_text(self.vocabulary.digest)

    def load(self, folder):
        assert (folder / "tokenizer.json").read_text() == self.vocabulary.digest


class Dataset:
    def __init__(self, config):
        self.config = config

    def check(self):
        if self.config.fail:
            raise DataError("no such folder; name another")

    def keys(self):
        return [f"p{i:03}" for i in range(self.config.pieces)]

    def digest(self):
        return digest_of(self.config.pieces)

    def load(self, key):
        number = int(key[1:])
        if number == 7:
            raise DataError("p007.mid: cut short")
        if number == 9 and self.config.kill:
            os._exit(11)  # what a crash in a parser written in C looks like
        score = score_of([]) if number == 8 else score_of([60 + number % 12] * 6)
        split = "validation" if number % 5 == 0 else "train"
        return [Piece(id=key, score=score, profile=_profile(number), group=key, split=split, attributes=Attributes())]


class Planner:
    def __init__(self, config):
        self.config = config

    def plan(self, profile, plan, seed):
        return evolve(plan, bars=tuple(evolve(bar, chord=bar.chord or "C") for bar in plan.bars))


class Composer:
    def __init__(self, config):
        self.config = config

    def compose(self, condition, plan, temperatures, seed):
        CALLS.append("compose")
        return score_of([60 + seed % 12] * len(plan.bars))


class Model:
    """Trains by counting rows, one file a step; draws the count."""

    context = 0

    def __init__(self, config, vocabulary, space):
        self.config, self.vocabulary, self.space = config, vocabulary, space

    def hidden_size(self):
        return 2

    def train(self, data, terms, training, folder, report):
        CALLS.append("train")
        done = len(list(folder.glob("step-*")))
        for step in range(done, training.steps):
            (folder / f"step-{step}").write_text("x")
            report.step(step, {"loss": 1 / (step + 1)})
            if step == 2 and (data.parent.parent.parent / "kill").exists():
                raise KeyboardInterrupt
        record = {"backend": "fake", "vocabulary": self.vocabulary.digest, "space": self.space.digest, "steps": done}
        (folder / "checkpoint.json").write_text(json.dumps(record))
        return Checkpoint(folder=folder, backend="fake", vocabulary="", space="")

    def evaluate(self, data, split):
        lines = (data / "examples.jsonl").read_text().splitlines()
        return {"examples": float(sum(json.loads(line)["split"] == split for line in lines))}

    def load(self, folder):
        self.steps = len(list(folder.glob("step-*")))


class Loss:
    def __init__(self, config, hidden_size, vector_size):
        self.config = config


class Sampler:
    def __init__(self, config):
        self.config = config

    def sample(self, decoder, requests):
        return [np.full((r.grammar, 1), 10 + decoder.steps, np.int32) for r in requests]


class Scheduler:
    def __init__(self, config):
        self.config = config

    def temperatures(self, profile, bars):
        return (1.0,) * bars


class Rater:
    def __init__(self, config):
        self.config = config

    def rate(self, take):
        return {"notes": take.score.note_num()}


class Exporter:
    def __init__(self, config):
        self.config = config

    def export_take(self, take, folder):
        take.score.dump_midi(folder / f"{take.name}.mid")
        return [Artifact(path=folder / f"{take.name}.mid", kind="midi")]


class TakesExporter:
    def __init__(self, config):
        self.config = config

    def export_takes(self, takes, folder):
        beside = ", ".join(sorted(path.name for path in folder.glob("*.mid")))
        (folder / "every").write_text("x")
        summary = f"{', '.join(take.name for take in takes)} beside {beside}"
        return [Artifact(path=folder / "every", kind="report", summary=summary)]


class CheckpointExporter:
    def __init__(self, config):
        self.config = config

    def export_checkpoint(self, checkpoint, folder):
        (folder / "weights").write_text(str(checkpoint.steps))
        return [Artifact(path=folder / "weights", kind="weights")]


class Catalogue:
    """Stands for the plugins: a config sees the fakes alone."""

    loaded = ()
    hook: object

    KINDS = {
        "encoder": {"psychometric": "Encoder"},
        "tokenizer": {"notes": "Tokenizer"},
        "planner": {"harmony": "Planner"},
        "dataset": {"fake": "Dataset"},
        "loss": {"causal-lm": "Loss"},
        "model": {"pianist": "Composer", "fake": "Model"},
        "temperature": {"dynamic": "Scheduler"},
        "sampler": {"constrained": "Sampler"},
        "arranger": {},
        "rater": {"statistics": "Rater"},
        "exporter": {"midi": "Exporter", "every": "TakesExporter", "weights": "CheckpointExporter"},
    }

    def __init__(self):
        self.heard = []
        self.hook = self

    def components(self, kind):
        return {
            name: Component(name=name, factory=f"fake_parts:{factory}", config=Options, summary="", origin="fakes 1")
            for name, factory in self.KINDS[kind].items()
        }

    def component(self, kind, name):
        return self.components(kind)[name]

    def presets(self):
        return {}

    def __getattr__(self, hook):
        return lambda **facts: self.heard.append((hook, facts))


def score_of(pitches):
    score = Score(480)
    track = Track("piano", program=0)
    track.notes.extend([Note(480 * i, 480, pitch, 80) for i, pitch in enumerate(pitches)])
    score.tracks.append(track)
    return score


def _profile(number):
    from psychoscore_core.profile import Profile

    return Profile(trauma=number % 10 / 10)
