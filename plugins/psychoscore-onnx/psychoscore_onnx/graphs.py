"""The graphs of a model, in the order in which a row passes them.

prior:    what the profile and the bars of a plan become: once, where a generation starts.
step:     rows and the cache become logits of the first family, the state that the others go on from, and the cache.
family.k: the state and the id drawn for the family before become logits of family k and the next state; with
          "type-first" heads it is always the step's own state and the first family's id.

A family waits for the ids before it, and only the caller can draw them: so there is one small graph a family. They run
in 12 to 25 microseconds each; one graph that takes all ids at once would compute every family anew for each of them.
The self-attention is ONNX Runtime's own operator, which splits and rotates queries and keys and writes into the
cache where it lies: 1.2 to 1.5 times as fast as the standard's RotaryEmbedding and Attention, which copy the cache.
"""

from __future__ import annotations

from attrs import evolve

from psychoscore_onnx.graph import RUNTIME, Graph
from psychoscore_onnx.messages import BOOL, FLOAT, INT8, INT32, INT64
from psychoscore_onnx.sizes import BAR_HIDDEN, STYLE_HEADS, STYLE_KEY, STYLE_QUERY, STYLE_WIDTH, Kind, Sizes

EPSILON = 1e-6


def graphs_of(sizes: Sizes, kind: Kind) -> dict[str, Graph]:
    """Return all graphs of a model by the names of their files."""
    families = range(1, len(sizes.families))
    return {
        "prior.onnx": prior(sizes, evolve(kind, quantization="none")),
        "step.onnx": step(sizes, kind),
        **{f"family.{k}.onnx": family(sizes, kind, k) for k in families},
    }


def style_names(sizes: Sizes) -> list[str]:
    """Return the names of what the prior gives and the step takes beside the table, keys and values in turn."""
    return [
        f"style.{layer}.{part}" for layer in range(sizes.layers) for part in ("keys", "values") if sizes.style_tokens
    ]


def cache_names(sizes: Sizes) -> list[str]:
    """Return the names of the cache, keys and values in turn."""
    return [f"{layer}.{part}" for layer in range(sizes.layers) for part in ("keys", "values")]


def prior(sizes: Sizes, kind: Kind) -> Graph:
    """Return the graph of the conditions.

    vector (batch, numbers), seen (batch,): whether there is one; bars (batch, bars, numbers). Gives table (batch, bars
    + 2, layers * width): the last two for rows in bars beyond those, and in none.
    """
    g = Graph("prior", kind, EPSILON)
    g.given("vector", FLOAT, ("batch", sizes.vector))
    seen = g.node("And", [g.given("seen", BOOL, ("batch",)), g.weight("shown", (1,), BOOL)])
    seen = g.node("Unsqueeze", [seen, g.weight("axes", (2,), INT64)])  # (batch, 1, 1)
    # Either way the same: what is chosen by `seen` is there once for each stream of the batch.
    last = (g.weight(name, (1, 1, sizes.added)) for name in ("bar.none", "zero"))
    entries = [g.node("Where", [seen, entry, entry]) for entry in last]
    if sizes.bar:
        entries.insert(0, _bars(g, sizes))
    table = ["table"] if sizes.style_tokens else []
    joined = g.node("Concat", entries, table, axis=1)
    if sizes.style_tokens:
        _styles(g, sizes, seen)
    else:
        known = _affine(g, "vector", "vector.map", sizes.added, sizes.vector)
        known = g.node("Unsqueeze", [known, g.weight("axis", (1,), INT64)])
        known = g.node("Where", [seen, known, g.weight("vector.none", (1, 1, sizes.added))])
        g.node("Add", [joined, known], ["table"])
    g.gives("table", FLOAT, ("batch", "entries", sizes.added))
    for name in style_names(sizes):
        g.gives(name, FLOAT, ("batch", STYLE_HEADS, sizes.keys))
    return g


def step(sizes: Sizes, kind: Kind) -> Graph:
    """Return the graph that reads rows.

    rows (batch, time, families); added (batch, time, layers * width): entries of the table; lengths (batch,): rows that
    each stream holds before these, and time - 1; total (1,): the most that one holds with them; past.*: (batch,
    kv_heads, room, size). Gives logits (batch, size) after the last row, state (batch, width), present.*: the cache.
    """
    g = Graph("step", kind, EPSILON)
    _given_to_a_step(g, sizes)
    g.weight("turns.cos", (sizes.context, sizes.room // 2))
    g.weight("turns.sin", (sizes.context, sizes.room // 2))
    layers = [f"added.{layer}" for layer in range(sizes.layers)]
    g.node("Split", ["added"], layers, axis=2, num_outputs=sizes.layers)
    x, more = _embedded(g, sizes), ""
    for layer in range(sizes.layers):
        x, more = _block(g, sizes, layer, g.node("Add", [x, layers[layer]]), more)
    hidden, _ = g.added_and_normed(x, more, "norm.weight", sizes.width)
    state = g.node("Gather", [hidden, g.weight("last", (), INT64)], ["state"], axis=1)
    _logits(g, sizes, state, 0)
    g.gives("logits", FLOAT, ("batch", sizes.families[0]))
    g.gives("state", FLOAT, ("batch", sizes.width))
    for name in cache_names(sizes):
        g.gives(f"present.{name}", _cached(kind), ("batch", sizes.kv_heads, "held", sizes.room))
    return g


def family(sizes: Sizes, kind: Kind, k: int) -> Graph:
    """Return the graph of family k, from 1 on: before (batch, width) and ids (batch,) give after and logits."""
    g, part, source = Graph(f"family.{k}", kind, EPSILON), f"chain.parts.{k - 1}", sizes.before(k)
    g.given("before", FLOAT, ("batch", sizes.width))
    g.given("ids", INT64, ("batch",))
    table = g.weight(f"chain.tables.{source}.weight", (sizes.families[source], sizes.width))
    heard = g.node("Gather", [table, "ids"], axis=0)
    normed, total = g.added_and_normed("before", heard, f"{part}.norm1.weight", sizes.width)
    up = g.matrix(normed, f"{part}.up.weight", sizes.width, sizes.width)
    out = g.matrix(g.silu(up), f"{part}.out.weight", sizes.width, sizes.width)
    normed, _ = g.added_and_normed(total, out, f"{part}.norm2.weight", sizes.width, "after")
    _logits(g, sizes, normed, k)
    g.gives("logits", FLOAT, ("batch", sizes.families[k]))
    g.gives("after", FLOAT, ("batch", sizes.width))
    return g


def _given_to_a_step(g: Graph, sizes: Sizes) -> None:
    g.given("rows", INT64, ("batch", "time", len(sizes.families)))
    g.given("added", FLOAT, ("batch", "time", sizes.added))
    g.given("lengths", INT32, ("batch",))
    g.given("total", INT32, (1,))
    for name in style_names(sizes):
        g.given(name, FLOAT, ("batch", STYLE_HEADS, sizes.keys))
    for name in cache_names(sizes):
        g.given(f"past.{name}", _cached(g.kind), ("batch", sizes.kv_heads, "room", sizes.room))


def _cached(kind: Kind) -> int:
    return INT8 if kind.cache == "int8" else FLOAT


def _affine(g: Graph, x: str, name: str, outputs: int, inputs: int) -> str:
    return g.matrix(x, f"{name}.weight", outputs, inputs, g.weight(f"{name}.bias", (outputs,)))


def _bars(g: Graph, sizes: Sizes) -> str:
    x, inputs = g.given("bars", FLOAT, ("batch", "bars", sizes.bar)), sizes.bar
    if not sizes.style_tokens:
        x, inputs = g.silu(_affine(g, x, "bar.first", BAR_HIDDEN, sizes.bar)), BAR_HIDDEN
    return _affine(g, x, "bar.map", sizes.added, inputs)


def _styles(g: Graph, sizes: Sizes, seen: str) -> None:
    x = g.node("Gelu", [_affine(g, "vector", "style.profile", STYLE_QUERY, sizes.vector)])
    x = g.matrix(x, "style.query.weight", STYLE_HEADS * STYLE_KEY, STYLE_QUERY)
    x = g.node("Reshape", [x, g.weight("heads", (4,), INT64)])  # (batch, 8, 1, 32)
    x = g.node(
        "MatMul",
        [
            g.normed(x, "style.norm.weight", STYLE_KEY),
            g.weight("style.keys", (STYLE_HEADS, STYLE_KEY, sizes.style_tokens)),
        ],
    )
    x = g.node("Softmax", [x], axis=-1)
    x = g.node("Reshape", [x, g.weight("mixed", (3,), INT64)])  # (batch, 8, tokens)
    x = g.node("MatMul", [x, g.weight("style.bank", (sizes.style_tokens, STYLE_WIDTH))])
    x = g.node("Where", [seen, x, g.weight("style.none", (1, STYLE_HEADS, STYLE_WIDTH))])
    names = style_names(sizes)
    for layer in range(sizes.layers):
        kv = g.matrix(x, f"blocks.{layer}.cross.kv.weight", 2 * sizes.keys, STYLE_WIDTH)
        g.node("Split", [kv], names[2 * layer : 2 * layer + 2], axis=2, num_outputs=2)


def _embedded(g: Graph, sizes: Sizes) -> str:
    rows = g.node("Add", ["rows", g.weight("offsets", (len(sizes.families),), INT64)])
    table = g.weight("embeddings", (sum(sizes.families), sizes.width))
    each = g.node("Gather", [table, rows], axis=0)
    return g.node("ReduceSum", [each, g.weight("families", (1,), INT64)], keepdims=0)


def _block(g: Graph, sizes: Sizes, layer: int, x: str, more: str) -> tuple[str, str]:
    """Add a layer; x and more sum up to what it reads, and what is returned to what it gives."""
    name, width = f"blocks.{layer}", sizes.width
    if more:
        normed, x = g.added_and_normed(x, more, f"{name}.norm1.weight", width)
    else:
        normed = g.normed(x, f"{name}.norm1.weight", width)
    more = _attention(g, sizes, layer, normed)
    if sizes.style_tokens:
        normed, x = g.added_and_normed(x, more, f"{name}.norm2.weight", width)
        more = _cross(g, sizes, layer, normed)
    normed, x = g.added_and_normed(x, more, f"{name}.norm3.weight", width)
    up = g.matrix(normed, f"{name}.feed.up.weight", 2 * sizes.hidden, width)
    gate = g.node("Split", [up], [f"{name}.gate", f"{name}.value"], axis=2, num_outputs=2)
    fed = g.node("Mul", [g.silu(gate), f"{name}.value"])
    return x, g.matrix(fed, f"{name}.feed.out.weight", width, sizes.hidden)


def _attention(g: Graph, sizes: Sizes, layer: int, x: str) -> str:
    name = f"blocks.{layer}.attention"
    qkv = g.matrix(x, f"{name}.qkv.weight", (sizes.heads + 2 * sizes.kv_heads) * sizes.room, sizes.width)
    past = [f"past.{layer}.keys", f"past.{layer}.values"]
    given = [qkv, "", "", *past, "lengths", "total", "turns.cos", "turns.sin"]
    gives = [f"{name}.mixed", f"present.{layer}.keys", f"present.{layer}.values"]
    of = {"num_heads": sizes.heads, "kv_num_heads": sizes.kv_heads, "do_rotary": 1, "scale": sizes.head**-0.5}
    if g.kind.cache == "int8":
        scales = [g.weight(f"{name}.{part}.scale", (sizes.kv_heads * sizes.room,)) for part in ("keys", "values")]
        given += ["", "", "", *scales]
        of |= {"k_quant_type": "PER_CHANNEL", "v_quant_type": "PER_CHANNEL", "kv_cache_bit_width": 8}
    mixed = g.node("GroupQueryAttention", given, gives, RUNTIME, **of)
    return g.matrix(mixed, f"{name}.out.weight", sizes.width, sizes.heads * sizes.room)


def _cross(g: Graph, sizes: Sizes, layer: int, x: str) -> str:
    name = f"blocks.{layer}.cross"
    q = g.matrix(x, f"{name}.q.weight", sizes.width, sizes.width)
    of = {"q_num_heads": sizes.heads, "kv_num_heads": sizes.kv_heads}
    mixed = g.node("Attention", [q, f"style.{layer}.keys", f"style.{layer}.values"], **of)
    return g.matrix(mixed, f"{name}.out.weight", sizes.width, sizes.width)


def _logits(g: Graph, sizes: Sizes, x: str, k: int) -> None:
    size = sizes.families[k]
    g.matrix(x, f"head.{k}.weight", size, sizes.width, g.weight(f"head.{k}.unseen", (size,)), "logits")
