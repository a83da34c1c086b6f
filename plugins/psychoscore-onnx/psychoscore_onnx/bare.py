"""Draw music as token rows with NumPy and ONNX Runtime alone: python generate.py [rows] [seed] [temperature]."""

import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime

folder = Path(__file__).parent
facts = json.loads((folder / "manifest.json").read_text("utf-8"))
words = json.loads((folder / "vocabulary.json").read_text("utf-8"))
sizes, names, styles = facts["sizes"], facts["cache"], facts["styles"]
prior, step, *families = [
    onnxruntime.InferenceSession(folder / name, providers=["CPUExecutionProvider"])
    for name in ("prior.onnx", "step.onnx", *(f"family.{k}.onnx" for k in range(1, len(sizes["families"]))))
]
count, seed, warmth = [kind(text) for kind, text in zip((int, int, float), (*sys.argv[1:], "40", "0", "1")[:3])]
random, known = np.random.default_rng(seed), np.zeros((1, sizes["vector"]), np.float32)

# No profile and no plan: with seen True, the vector steers; bars (1, bars, numbers) add the table's entry of each bar.
given = {"vector": known, "seen": np.array([False])}
given |= {"bars": np.zeros((1, 0, sizes["bar"]), np.float32)} if sizes["bar"] else {}
table, *keys = prior.run(None, given)
heads, width = facts["cache_shape"]
feed = dict(zip(styles, keys)) | {f"past.{name}": np.zeros((1, heads, 0, width), np.float32) for name in names}
rows, drawn = facts["prompt"], []
for place in range(len(rows) + count):
    read = np.array([[(rows + drawn)[place]]])
    total = np.array([place + 1], np.int32)
    feed |= {"rows": read, "added": table[:, -2][:, None], "lengths": total - 1, "total": total}
    logits, state, *cache = step.run(None, feed)
    feed |= {f"past.{name}": array for name, array in zip(names, cache)}
    row = []
    for family in (None, *families) if place + 1 >= len(rows) else ():
        if family:
            logits, state = family.run(None, {"before": state, "ids": np.array(row[-1:])})
        scaled = (logits[0] - logits.max()) / (warmth * facts["warmth"])
        row.append(int(random.choice(len(scaled), p=np.exp(scaled) / np.exp(scaled).sum())))
    if row:
        drawn.append(row)
        print(" ".join(tokens[token] for token, (_, tokens) in zip(row, words["families"])))
