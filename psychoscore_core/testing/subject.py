"""What is under test: one component with the config and the run-time facts to build it from."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from psychoscore_core.building import build, factory_of
from psychoscore_core.component import Component
from psychoscore_core.testing import toy
from psychoscore_core.testing.outcome import NotApplicable


@frozen(kw_only=True)
class Subject:
    """A component under test.

    module: where its plugin.py can be imported from. config: an instance to build it from; None = the defaults.
    """

    kind: str
    component: Component
    module: str
    config: Any = None

    @property
    def name(self) -> str:
        return f"{self.kind}:{self.component.name}"

    @property
    def factory(self) -> Any:
        return factory_of(self.component)

    def has(self, method: str) -> bool:
        return callable(getattr(self.factory, method, None))

    def build(self) -> Any:
        """Build a new instance as a run does, with toy values for the facts that its kind takes."""
        config = self.component.config() if self.config is None else self.config
        return build(self.component, config, **self._facts())

    def build_with(self, method: str) -> Any:
        """Build a new instance, or raise NotApplicable where its class lacks an optional method."""
        if not self.has(method):
            raise NotApplicable(f"has no {method}()")
        return self.build()

    def _facts(self) -> dict[str, object]:
        if self.kind == "tokenizer":
            return {"prefix_tokens": toy.PREFIX_TOKENS}
        if self.kind == "loss":
            return {"hidden_size": toy.HIDDEN_SIZE, "vector_size": len(toy.SPACE.vector)}
        if self.kind == "model" and not self.has("compose"):
            return {"vocabulary": toy.VOCABULARY, "space": toy.SPACE}
        return {}
