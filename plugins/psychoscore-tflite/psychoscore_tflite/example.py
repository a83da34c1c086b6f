"""Run the model of this folder on its self-test with LiteRT and NumPy alone: python example.py."""

import json
import time
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter

folder = Path(__file__).parent
facts = json.loads((folder / "manifest.json").read_text("utf-8"))
data = (folder / "self-test.safetensors").read_bytes()
end = 8 + int.from_bytes(data[:8], "little")
test = {}
for name, entry in json.loads(data[8:end]).items():
    start, stop = entry["data_offsets"]
    test[name] = np.frombuffer(data[end + start : end + stop], np.float32).reshape(entry["shape"])

step = Interpreter(str(folder / "model.tflite"), num_threads=1).get_signature_runner("step")
inputs = {name[3:]: array for name, array in test.items() if name.startswith("in.")}
state = {"state": np.zeros((facts["streams"], facts["state"]), np.float32)} if facts["state"] else {}
rows, errors, seconds = len(next(iter(inputs.values()))), dict.fromkeys(facts["tolerance"], 0.0), 0.0
for row in range(rows):
    begun = time.perf_counter()
    outputs = step(**{name: array[row] for name, array in inputs.items()}, **state)
    seconds += time.perf_counter() - begun
    for name, found in outputs.items():
        errors[name] = max(errors[name], float(np.abs(found - test[f"out.{name}"][row]).max()))
    if state:
        state = {"state": outputs["new_state"]}  # what this step remembers goes into the next one
for name, error in errors.items():
    print(f"{'ok ' if error <= facts['tolerance'][name] else 'BAD'} {name}: error {error:.1e} in {rows} steps")
print(f"{seconds / rows * 1e6:.0f} us a step")
raise SystemExit(any(error > facts["tolerance"][name] for name, error in errors.items()))
