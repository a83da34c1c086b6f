"""What decodes a loaded checkpoint: the native step where it is installed and loads, NumPy, or torch."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from threadpoolctl import threadpool_limits

from psychoscore_core.errors import CheckpointError
from psychoscore_transformer.checkpoint import Loaded
from psychoscore_transformer.layout import weights
from psychoscore_transformer.plugin import TransformerConfig

if TYPE_CHECKING:
    from psychoscore_transformer.model import Model

LARGE = 50_000_000  # parameters from which on torch is faster than NumPy


def engine_of(config: TransformerConfig, loaded: Loaded, model: Callable[[], Model]) -> Any:
    """Return the engine that the config asks for; model: gives the checkpoint as a torch module.

    Raises CheckpointError where the engine "native" is asked for and cannot be had.
    """
    if config.engine in ("auto", "native") and config.device != "cuda":
        try:
            return _native(config, loaded)
        except ImportError as error:
            if config.engine == "native":
                raise CheckpointError(f"model transformer: engine 'native': {error}") from error
            _remark(error)
    if config.engine == "numpy" or (config.engine == "auto" and _suits_numpy(config, loaded)):
        from psychoscore_transformer.numpy_engine import NumpyEngine

        _calm_blas()
        return NumpyEngine(loaded.sizes, loaded.weights)
    from psychoscore_transformer.torch_engine import TorchEngine

    return TorchEngine(model())


def _native(config: TransformerConfig, loaded: Loaded) -> Any:
    from psychoscore_native.engine import NativeEngine

    _calm_blas()
    try:
        return NativeEngine(loaded.sizes, loaded.weights, config.precision)
    except ValueError as error:
        raise CheckpointError(f"{loaded.record.folder}: {error}") from error


def _remark(error: ImportError) -> None:
    absent = isinstance(error, ModuleNotFoundError)
    level = logging.INFO if absent else logging.WARNING
    why = "psychoscore-native is not installed" if absent else error
    logging.getLogger("psychoscore").log(level, "transformer: decoding without the native step: %s", why)


def _suits_numpy(config: TransformerConfig, loaded: Loaded) -> bool:
    return config.device != "cuda" and sum(map(math.prod, weights(loaded.sizes).values())) < LARGE


def _calm_blas() -> None:
    # The products of one row are too small for two threads, which would wait for each other; beside other work they
    # wait a hundred times as long as they compute.
    threadpool_limits(1, user_api="blas")
