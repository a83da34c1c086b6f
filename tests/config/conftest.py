"""A small catalogue of components and a project folder whose user and system folders are empty."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import pytest
from attrs import define, field, frozen
from attrs.validators import ge, in_, le

from psychoscore_core.component import Component, Preset
from psychoscore_core.config.layers import load_project
from psychoscore_core.errors import ConfigError, PluginError, did_you_mean


@frozen(kw_only=True)
class Empty:
    """No options."""


@frozen(kw_only=True)
class Dynamic:
    """A temperature that follows the mind.

    base_temperature: before entropy and trauma; above 0.
    imaginary_threshold: 0 to 1.
    maximum: the highest temperature; at least minimum.
    """

    base_temperature: float = field(default=0.7, validator=ge(0.01))
    entropy_weight: float = 0.5
    trauma_weight: float = -0.3
    imaginary_bonus: float = 0.1
    imaginary_threshold: float = field(default=0.5, validator=[ge(0.0), le(1.0)])
    minimum: float = 0.4
    maximum: float = field(default=1.5)

    @maximum.validator
    def _above_minimum(self, attribute: object, value: float) -> None:
        if value < self.minimum:
            raise ValueError(f"maximum ({value:g}) must not be below minimum ({self.minimum:g})")


@frozen(kw_only=True)
class Fixed:
    """temperature: for every bar."""

    temperature: float = 1.0


@frozen(kw_only=True)
class Curve:
    points: tuple[float, ...] = (0.8, 1.1)
    span: tuple[int, str] = (0, "bars")


@frozen(kw_only=True)
class Constrained:
    top_k: int = 0
    top_p: float = 0.95
    guidance: float = 1.0
    repetition_penalty: float = 0.0


@frozen(kw_only=True)
class Transformer:
    size: Literal["tiny", "small", "medium"] = "tiny"
    layers: int | None = None
    checkpoint: Path | None = None
    tied: bool = True
    pooling: str = field(default="mean", validator=in_(("mean", "last")))
    scales: dict[str, float] = field(factory=dict)


@frozen(kw_only=True)
class Weighted:
    weight: float = field(default=1.0, validator=ge(0))


@frozen(kw_only=True)
class Emopia:
    """path: the unpacked archive. version: which copy."""

    path: Path
    version: Literal["performance", "aligned"] = "performance"


@frozen(kw_only=True)
class Synthetic:
    num_pairs: int = field(default=50000, validator=ge(1))


@frozen(kw_only=True)
class Onnx:
    quantization: Literal["none", "int8"] = "none"


OPTIONS: Mapping[str, Mapping[str, type]] = {
    "encoder": {"psychometric": Empty},
    "tokenizer": {"notes": Empty},
    "planner": {"harmony": Empty},
    "dataset": {"emopia": Emopia, "synthetic": Synthetic},
    "loss": {"causal-lm": Weighted, "info-nce": Weighted},
    "model": {"pianist": Empty, "rules": Empty, "transformer": Transformer},
    "temperature": {"dynamic": Dynamic, "fixed": Fixed, "curve": Curve},
    "sampler": {"constrained": Constrained},
    "arranger": {"strings": Empty, "echo": Empty},
    "rater": {"statistics": Empty},
    "exporter": {"midi": Empty, "onnx": Onnx},
}


@define
class Fake:
    """The shape of psychoscore_core.plugins.Plugins that the config uses."""

    kinds: dict[str, dict[str, Component]]
    offered: dict[str, Preset]

    def components(self, kind: str) -> Mapping[str, Component]:
        return self.kinds[kind]

    def presets(self) -> Mapping[str, Preset]:
        return self.offered

    def component(self, kind: str, name: str) -> Component:
        if name not in self.kinds[kind]:
            raise PluginError(f"no plugin offers the {kind} {name!r}{did_you_mean(name, self.kinds[kind])}")
        return self.kinds[kind][name]

    def add(self, kind: str, name: str, config: type) -> None:
        self.kinds[kind][name] = Component(name=name, factory="nowhere:Nothing", config=config, summary=f"The {name}.")

    def offer(self, name: str, config: Any) -> None:
        self.offered[name] = Preset(name=name, summary=f"The {name}.", config=config, origin="psychoscore-gothic 1.0")


@pytest.fixture
def catalogue() -> Fake:
    fake = Fake({kind: {} for kind in OPTIONS}, {})
    for kind, classes in OPTIONS.items():
        for name, config in classes.items():
            fake.add(kind, name, config)
    return fake


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with the folders project, user and system, the last two being the config's."""
    for name in ("project", "user", "system"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("PSYCO_USER_CONFIG", str(tmp_path / "user"))
    monkeypatch.setenv("PSYCO_SYSTEM_CONFIG", str(tmp_path / "system"))
    return tmp_path


@pytest.fixture
def write(folders: Path) -> Callable[..., Path]:
    """Write psychoscore.json (a text, bytes, or JSON) into the project's, user's or system's folder."""

    def written(content: object, where: str = "project") -> Path:
        file = folders / where / "psychoscore.json"
        if isinstance(content, bytes):
            file.write_bytes(content)
        else:
            file.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        return file

    return written


@pytest.fixture
def load(folders: Path, write: Callable[..., Path], catalogue: Fake) -> Callable[..., Any]:
    """Write the project's file, if content is given, and load the project."""

    def loaded(content: object = None, **options: Any) -> Any:
        if content is not None:
            write(content)
        return load_project(folders / "project", catalogue, **options)

    return loaded


@pytest.fixture
def problems(load: Callable[..., Any], folders: Path) -> Callable[..., list[str]]:
    """Load a project that must fail, and return the problems, paths relative to the test's folder."""

    def found(content: object = None, **options: Any) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            load(content, **options)
        return [line.replace(f"{folders}/", "") for line in caught.value.problems]

    return found
