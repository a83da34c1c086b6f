"""RTNeural's layer dialect, read and run in NumPy alone: written from the layouts, without the exporter's code."""

import numpy as np


def run(model, rows):
    """Return the outputs for rows (time, inputs), one row after another, from a state of zeros."""
    width, steps = model["in_shape"][-1], []
    for layer in model["layers"]:
        steps += made(layer, width)
        width = layer["shape"][-1]
    found = []
    for row in rows:
        for step in steps:
            row = step(row)
        found.append(row)
    return np.array(found)


def made(layer, width):
    """Return the steps of a layer: its own, and the activation that stands with it."""
    weights = [np.array(w, np.float64) for w in layer["weights"]]
    own = MAKERS[layer["type"]]
    steps = [own(layer, width, *weights)] if own else []
    name = layer.get("activation", "")
    return steps + ([ACTIVATIONS[name]] if name else [])


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    e = np.exp(x - x.max())
    return e / e.sum()


ACTIVATIONS = {
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": sigmoid,
    "softmax": softmax,
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
}


def dense(layer, width, w, b):
    return lambda x: x @ w + b


def conv1d(layer, width, w, b):
    """w: (kernel, in/groups, out); the last tap hears the newest row."""
    kernel, dilation, groups = layer["kernel_size"][-1], layer["dilation"][-1], layer["groups"]
    past = [np.zeros(width) for _ in range((kernel - 1) * dilation)]

    def step(x):
        past.append(x)
        found = b.copy()
        for tap in range(kernel):
            heard = np.split(past[-1 - (kernel - 1 - tap) * dilation], groups)
            parts = np.split(w[tap], groups, axis=1)
            found = found + np.concatenate([one @ part for one, part in zip(heard, parts, strict=True)])
        return found

    return step


def lstm(layer, width, w, u, b):
    size, state = len(u), {"h": np.zeros(len(u)), "c": np.zeros(len(u))}

    def step(x):
        z = x @ w + state["h"] @ u + b
        i, f, g, o = (z[k * size : (k + 1) * size] for k in range(4))
        state["c"] = sigmoid(f) * state["c"] + sigmoid(i) * np.tanh(g)
        state["h"] = sigmoid(o) * np.tanh(state["c"])
        return state["h"]

    return step


def gru(layer, width, w, u, b):
    """Gates z, r, c; b[0] belongs to the input, b[1] to the state, which r weighs with its bias."""
    size, state = len(u), {"h": np.zeros(len(u))}

    def step(x):
        a, h = x @ w + b[0], state["h"] @ u + b[1]
        z = sigmoid(a[:size] + h[:size])
        r = sigmoid(a[size : 2 * size] + h[size : 2 * size])
        c = np.tanh(a[2 * size :] + r * h[2 * size :])
        state["h"] = (1 - z) * c + z * state["h"]
        return state["h"]

    return step


def prelu(layer, width, alphas):
    return lambda x: np.where(x > 0, x, alphas[0] * x)


def batchnorm(layer, width, gamma, beta, mean, variance):
    return lambda x: gamma * (x - mean) / np.sqrt(variance + layer["epsilon"]) + beta


MAKERS = {
    "dense": dense,
    "conv1d": conv1d,
    "lstm": lstm,
    "gru": gru,
    "prelu": prelu,
    "batchnorm": batchnorm,
    "activation": None,
}
