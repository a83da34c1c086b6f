"""Does the loss `info-nce` help a model to tell which profile goes with which music? Mean reciprocal ranks.

    python benchmarks/retrieval/run.py [--emopia EMOPIA_2.2] [--weights 0 0.1] [--steps 600] [--out FOLDER]

Trains a small transformer on the clips of EMOPIA's train split and their profiles, once with each weight of the loss;
everything else is the same: seed, weights at the start, order of the examples, steps. The profile's vector is all that
a model is told (no prefix, no bar conditions). Then each held-out clip (of the validation split: other songs) is to be
found among all of them by its profile, and each profile by its clip, in three ways:

projections  by the cosine in the space that the loss trains; without the loss that space is left as chance made it;
probe        by a ridge regression from pooled hidden states, read without condition, to profiles, on the train split;
likelihood   by the log-likelihood of the clip under the profile, less that under none.

Intervals are 95%, bootstrapped over songs. A second run with the same --out measures again without training.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from attrs import evolve

from psychoscore_core.building import build
from psychoscore_core.records import Training
from psychoscore_core.report import Silent
from psychoscore_core.stages.prepare import prepare
from psychoscore_core.stages.preparer import Recipe
from psychoscore_core.stages.train import Term
from psychoscore_emopia.plugin import EmopiaConfig
from psychoscore_emopia.plugin import psyco_datasets as datasets
from psychoscore_evaluation.estimate import shown
from psychoscore_evaluation.retrieval import retrieval, retrieval_by
from psychoscore_losses.causal_lm import CausalLm
from psychoscore_losses.info_nce import InfoNce
from psychoscore_losses.plugin import CausalLmConfig, InfoNceConfig
from psychoscore_notes.plugin import NotesConfig
from psychoscore_notes.plugin import psyco_tokenizers as tokenizers
from psychoscore_psychometric.plugin import PsychometricConfig
from psychoscore_psychometric.plugin import psyco_profile_encoders as encoders
from psychoscore_training.batches import IGNORED, Batch, collate
from psychoscore_training.data import Prepared, open_prepared
from psychoscore_training.loop import fit
from psychoscore_training.windows import Window
from psychoscore_transformer.model import Model
from psychoscore_transformer.presets import PRESETS, Shape
from psychoscore_transformer.sizes import Sizes

_EMOPIA = Path(__file__).resolve().parents[3] / "shared" / "data" / "emopia" / "EMOPIA_2.2"
TOGETHER = 32  # sequences that are read at once
RIDGE = 30.0  # of the probe, on standardised numbers


class Printing(Silent):
    """A report that prints the losses now and then."""

    def step(self, step: int, metrics: Mapping[str, float]) -> None:
        if step % 50 == 0 or "validation_nats_per_token" in metrics:
            names = ("causal-lm", "info-nce", "validation_nats_per_token", "tokens_per_second")
            print(f"  {step}: " + ", ".join(f"{n} {metrics[n]:.3f}" for n in names if n in metrics), flush=True)


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="retrieval-") as temporary:
        out = options.out or Path(temporary)
        data = prepared(options.emopia, out)
        held_out = data.split("validation")
        songs = data.groups[held_out].tolist()
        print(
            f"{len(data.split('train'))} clips to train on, {len(held_out)} held out, of {len(set(songs))} songs; "
            f"a random order gives a mean reciprocal rank of {np.mean(1 / np.arange(1, len(held_out) + 1)):.3f}"
        )
        found = {}
        for weight in options.weights:
            model, loss = trained(data, weight, options, out / f"weight-{weight:g}")
            found[f"{weight:g}"] = measured(model, loss, data, songs, options.context)
            _say(weight, found[f"{weight:g}"])
        (out / "retrieval.json").write_text(json.dumps(found, indent=2))


def prepared(emopia: Path, out: Path) -> Prepared:
    """Return EMOPIA's clips as rows of `notes`, with nothing to condition on but the profile's vector."""
    folder, tokens = out / "prepared", out / "tokenizer"
    encoder, tokenizer, dataset = next(iter(encoders())), next(iter(tokenizers())), next(iter(datasets()))
    built = build(encoder, PsychometricConfig())
    if not (folder / "prepare.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        tokens.mkdir(exist_ok=True)
        made = build(tokenizer, NotesConfig(), prefix_tokens=built.prefix_tokens)
        made.save(tokens)
        config = EmopiaConfig(path=emopia)
        recipe = Recipe(
            encoder=(encoder, PsychometricConfig()),
            tokenizer=(tokenizer, NotesConfig()),
            tokenizer_folder=tokens,
            datasets={"emopia": (dataset, config)},
        )
        sizes = [family.size for family in made.vocabulary.families]
        facts = {"families": sizes, "vocabulary": made.vocabulary.digest, "space": built.space.digest}
        prepare(recipe, {"emopia": build(dataset, config).keys()}, facts, folder, Silent())
    return vector_only(open_prepared(folder, len(built.space.vector)))


def vector_only(data: Prepared) -> Prepared:
    """Return the data without prefix tokens (but [BOS] and [SEP]) and without bar conditions."""
    keep = np.ones(len(data.rows), bool)
    for offset, prefix in zip(data.offsets, data.prefixes, strict=True):
        keep[offset + 1 : offset + prefix - 1] = False
    lengths = data.lengths - data.prefixes + 2
    return evolve(
        data,
        rows=np.asarray(data.rows)[keep],
        bars=np.asarray(data.bars)[keep],
        lengths=lengths,
        offsets=np.cumsum([0, *lengths[:-1]]),
        prefixes=np.full(len(lengths), 2),
        bar_conditions=np.zeros((len(data.bar_conditions), 0), np.float32),
    )


def trained(data: Prepared, weight: float, options: argparse.Namespace, folder: Path) -> tuple[Model, InfoNce]:
    """Return the model and its loss after the last step; goes on with what the folder holds."""
    torch.manual_seed(options.seed)
    shape: Shape = PRESETS["tiny"]
    names = ("layers", "width", "heads", "kv_heads", "hidden", "style_tokens")
    sizes = {name: getattr(shape, name) for name in names}
    model = Model(Sizes(families=data.families, vector=data.vectors.shape[1], bar=0, dropout=0.1, **sizes))
    facts = {"hidden_size": shape.width, "vector_size": data.vectors.shape[1]}
    loss = InfoNce(InfoNceConfig(weight=weight), **facts)
    terms = {
        "causal-lm": Term(name="causal-lm", weight=1.0, loss=CausalLm(CausalLmConfig(), **facts)),
        "info-nce": Term(name="info-nce", weight=weight, loss=loss),
    }
    training = Training(
        steps=options.steps,
        batch_size=options.batch,
        context=options.context,
        learning_rate=2e-3,
        precision=options.precision,
        condition_dropout=0.3,  # so many sequences are compared by the loss
        evaluate_every=100,
        save_every=50,
        seed=options.seed,
        device="cpu",
    )
    start = time.perf_counter()
    fit(model, terms, data, training, folder, Printing(), lambda place, step, metrics: None)
    print(f"info-nce with weight {weight:g}: {options.steps} steps in {time.perf_counter() - start:.0f} s", flush=True)
    return model.eval(), loss


def measured(model: Model, loss: InfoNce, data: Prepared, songs: list[Any], context: int) -> dict[str, Any]:
    """Return the retrieval in each way and direction, and the nats a token of the held-out clips."""
    train, held_out = data.split("train"), data.split("validation")
    with torch.inference_mode():
        given, none = likelihoods(model, data, held_out, context)
        hidden = {split: pooled(model, data, examples, context) for split, examples in (("t", train), ("h", held_out))}
        spaces = {
            "projections": (loss.profile(torch.from_numpy(data.vectors[held_out])), loss.music(hidden["h"])),
            "probe": probe(hidden["t"], data.vectors[train], hidden["h"], data.vectors[held_out]),
        }
    found: dict[str, Any] = {"nats_per_token": _nats(given, data, held_out, context)}
    for name, (profiles, music) in spaces.items():
        pair = (np.asarray(profiles, float), np.asarray(music, float))
        found[name] = {
            "profile to music": retrieval(*pair, songs=songs).json(),
            "music to profile": retrieval(*pair[::-1], songs=songs).json(),
        }
    gain = given - none[None]  # (profiles, clips)
    found["likelihood"] = {
        "profile to music": retrieval_by(gain, songs=songs).json(),
        "music to profile": retrieval_by(gain.T, songs=songs).json(),
    }
    return found


def whole(data: Prepared, examples: np.ndarray, context: int, unseen: bool) -> Batch:
    """Return the first window of each example, with its profile or with none."""
    windows = [Window(int(i), 0, min(context - 1, int(data.music[i])), 0) for i in examples]
    return collate(data, windows, np.full((len(windows), 3), unseen))


def pooled(model: Model, data: Prepared, examples: np.ndarray, context: int) -> torch.Tensor:
    """Return the mean hidden states (examples, width) of clips that are read without condition, as the loss does."""
    parts = []
    for at in range(0, len(examples), TOGETHER):
        batch = whole(data, examples[at : at + TOGETHER], context, unseen=True)
        mask = batch.mask[..., None]
        parts.append((model(batch).hidden * mask).sum(1) / mask.sum(1))
    return torch.cat(parts)


def probe(
    hidden: torch.Tensor, vectors: np.ndarray, hidden_out: torch.Tensor, vectors_out: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return standardised held-out profiles, and what a ridge regression fitted on the train split makes of them."""
    x, mean, spread = _standardised(hidden.numpy().astype(float))
    y, middle, range_ = _standardised(vectors.astype(float))
    weights = np.linalg.solve(x.T @ x + RIDGE * np.eye(x.shape[1]), x.T @ y)
    told = (vectors_out - middle) / range_
    return told, ((hidden_out.numpy() - mean) / spread) @ weights


def _standardised(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    mean, spread = values.mean(0), values.std(0)
    spread = np.where(spread > 1e-6, spread, np.inf)  # what never varies tells nothing
    return (values - mean) / spread, mean, spread


def likelihoods(model: Model, data: Prepared, examples: np.ndarray, context: int) -> tuple[np.ndarray, np.ndarray]:
    """Return log-likelihoods in nats of every clip under every profile (profiles, clips), and under none (clips,)."""
    vectors = torch.from_numpy(data.vectors[examples])
    given, none = np.zeros((len(examples), len(examples))), np.zeros(len(examples))
    for column, example in enumerate(examples):
        alone = np.array([example])
        none[column] = _log_likelihood(model, whole(data, alone, context, unseen=True))[0]
        one = whole(data, alone, context, unseen=False)
        for at in range(0, len(examples), TOGETHER):
            some = vectors[at : at + TOGETHER]
            given[at : at + len(some), column] = _log_likelihood(model, _repeated(one, some))
    return given, none


def _repeated(batch: Batch, vectors: torch.Tensor) -> Batch:
    """Return the one sequence of a batch with each of several profiles."""
    names = ("rows", "targets", "mask", "bars", "bar_conditions", "vector_seen", "stated", "conditioned", "groups")
    several = {name: getattr(batch, name).expand(len(vectors), *getattr(batch, name).shape[1:]) for name in names}
    return Batch(vector=vectors, **several)


def _log_likelihood(model: Model, batch: Batch) -> np.ndarray:
    total = torch.zeros(len(batch.rows), dtype=torch.float64)
    for family, logits in enumerate(model(batch).logits):
        targets = batch.targets[..., family]
        nats = torch.nn.functional.cross_entropy(
            logits.float().transpose(1, 2), targets, ignore_index=IGNORED, reduction="none"
        )
        total -= nats.double().sum(1)
    return total.numpy()


def _nats(given: np.ndarray, data: Prepared, examples: np.ndarray, context: int) -> float:
    tokens = sum(whole(data, np.array([i]), context, unseen=False).tokens for i in examples)
    return float(-np.diag(given).sum() / tokens)


def _say(weight: float, found: dict[str, Any]) -> None:
    print(f"weight {weight:g}: {found['nats_per_token']:.3f} nats a token with the profile")
    for way in ("projections", "probe", "likelihood"):
        for direction, of in found[way].items():
            print(f"  {way:<12} {direction}: {shown(of['mean_reciprocal_rank'], 3)}, first {shown(of['first'], 3)}")
    sys.stdout.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Retrieval with and without the loss info-nce.")
    parser.add_argument("--emopia", type=Path, default=_EMOPIA, help="the folder EMOPIA_2.2")
    parser.add_argument("--weights", type=float, nargs="+", default=[0.0, 0.1], help="of the loss; 0 is without it")
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--context", type=int, default=256, help="rows of a sequence, in training and measuring")
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="keeps what was prepared and trained")
    return parser.parse_args()


if __name__ == "__main__":
    main()
