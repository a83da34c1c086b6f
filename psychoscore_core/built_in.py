"""The distributions that ship with PSYCHOSCORE and what each offers, so that a missing one can be named."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# An allow-list (--plugins) never leaves these out; a new built-in adds its line here and its own folder.
BUILT_IN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "psychoscore-psychometric": ("encoder:psychometric",),
        "psychoscore-remi": ("tokenizer:remi",),
        "psychoscore-notes": ("tokenizer:notes",),
        "psychoscore-midi-llm": ("tokenizer:midi-llm",),
        "psychoscore-emopia": ("dataset:emopia",),
        "psychoscore-pop909": ("dataset:pop909",),
        "psychoscore-chorales": ("dataset:jsb-chorales",),
        "psychoscore-vgmidi": ("dataset:vgmidi",),
        "psychoscore-groove": ("dataset:groove",),
        "psychoscore-midi-folder": ("dataset:lakh", "dataset:maestro", "dataset:midi-folder"),
        "psychoscore-synthetic": ("dataset:synthetic",),
        "psychoscore-rules": ("model:rules", "planner:harmony"),
        "psychoscore-transformer": ("model:transformer",),
        "psychoscore-pianist": ("model:pianist", "shipped-model:pianist"),
        "psychoscore-compound-word": ("encoder:emotion", "model:compound-word", "tokenizer:compound-word"),
        "psychoscore-qlora": ("model:qlora", "model:rwkv", "model:rwkv-qlora"),
        "psychoscore-onnx": ("exporter:onnx", "model:onnx"),
        "psychoscore-losses": ("loss:causal-lm", "loss:info-nce"),
        "psychoscore-temperature": ("temperature:curve", "temperature:dynamic", "temperature:fixed"),
        "psychoscore-sampler": ("sampler:constrained",),
        "psychoscore-midi": ("exporter:midi",),
        "psychoscore-audio": ("exporter:audio",),
        "psychoscore-hearing": ("rater:attributes",),
        "psychoscore-judge": ("rater:judge",),
        "psychoscore-evaluation": ("exporter:report",),
        "psychoscore-rtneural": ("exporter:rtneural",),
        "psychoscore-tflite": ("exporter:tflite",),
        "psychoscore-timbre": ("shipped-model:timbre",),
        "psychoscore-emotion": ("shipped-model:emotion",),
        "psychoscore-arranging": ("arranger:instruments", "arranger:performance", "rater:statistics"),
    }
)


def provider_of(kind: str, name: str) -> str:
    """Return the built-in distribution that offers this component, or ""."""
    return next((dist for dist, offers in BUILT_IN.items() if f"{kind}:{name}" in offers), "")
