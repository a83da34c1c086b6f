"""Draw music as token rows with NumPy and ONNX Runtime alone: python generate.py [rows] [seed] [temperature]."""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime

folder = Path(__file__).parent
facts, words = (json.loads((folder / f"{name}.json").read_text("utf-8")) for name in ("manifest", "vocabulary"))
sizes, names, styles, rows = facts["sizes"], facts["cached"], facts["styles"], facts["prompt"]
families = [f"family.{k}.onnx" for k in range(1, len(sizes["families"]))]
chained = sizes["row_heads"] == "chain"  # each family goes on from the one before; otherwise all from the first
prior, step, *families = map(onnxruntime.InferenceSession, [folder / f for f in ("prior.onnx", "step.onnx", *families)])
said = sys.argv[1:] + ["40", "0", "1"][len(sys.argv) - 1 :]
count, random, warmth = int(said[0]), np.random.default_rng(int(said[1])), float(said[2]) * facts["warmth"]

# Neither a profile nor a plan: with seen True the vector steers, and each bar of `bars` gets an entry of the table.
given = {"vector": np.zeros((1, sizes["vector"]), np.float32), "seen": np.array([False])}
given |= {"bars": np.zeros((1, 0, sizes["bar"]), np.float32)} if sizes["bar"] else {}
table, *keys = prior.run(None, given)
empty = np.zeros((1, facts["cache_shape"][0], 0, facts["cache_shape"][1]), facts["cache"])
feed = dict(zip(styles, keys, strict=True)) | {f"past.{name}": empty for name in names}
for place in range(len(rows) + count - 1):
    total, entry = np.array([place + 1], np.int32), table[:, [-1 if place < len(facts["prompt"]) else -2]]
    feed |= {"rows": np.array([[rows[place]]]), "added": entry, "lengths": total - 1, "total": total}
    logits, state, *cache = step.run(None, feed)
    feed |= {f"past.{name}": array for name, array in zip(names, cache, strict=True)}
    if place + 1 < len(rows):
        continue
    row, hidden = [], state
    for family in (*families, None):
        chances = np.exp((logits[0] - logits.max()) / warmth)
        row.append(int(random.choice(len(chances), p=chances / chances.sum())))
        if family:
            before, ids = (state, row[-1:]) if chained else (hidden, row[:1])
            state, logits = family.run(["after", "logits"], {"before": before, "ids": np.array(ids)})
    rows = [*rows, row]
    print(" ".join(tokens[token] for token, (_, tokens) in zip(row, words["families"], strict=True)))
