"""The C library: found beside this file, loaded once, its functions with their types."""

from __future__ import annotations

import ctypes
import functools
import os
from collections.abc import Callable
from ctypes import POINTER, c_char_p, c_double, c_float, c_int, c_int32, c_int64, c_void_p
from pathlib import Path
from typing import Any

ERROR_BYTES = 192
LIBRARY = Path(__file__).with_name("step.so")
MOST_THREADS = 4  # more do not make memory faster


class State(ctypes.Structure):
    """A batch of streams as the library sees it (c/native.h)."""

    _fields_ = (
        ("streams", c_int32),
        ("capacity", c_int32),
        *((name, c_void_p) for name in ("lengths", "caches", "styles", "tables", "counts", "turns", "states", "ids")),
        ("known", c_int32),
        ("busy", c_int32),
        ("error", ctypes.c_char * ERROR_BYTES),
    )


class Choice(ctypes.Structure):
    """What one stream may take of a family (c/native.h)."""

    _fields_ = (
        *((name, c_void_p) for name in ("allowed", "weights", "costs")),
        ("temperature", c_double),
        ("random", c_void_p),
    )


class Rule(ctypes.Structure):
    """What holds for a family in all streams (c/native.h)."""

    _fields_ = (
        *((name, c_double) for name in ("guidance", "plan_guidance", "min_p", "top_p")),
        ("top_k", c_int64),
        ("lost", c_void_p),
        ("lost_count", c_int32),
        ("ghosts", c_int32),
        ("divisor", c_float),
    )


class Draw(ctypes.Structure):
    """What is to be drawn (c/native.h)."""

    _fields_ = (
        *((name, c_void_p) for name in ("rows", "ids", "work")),
        ("choices", POINTER(Choice)),
        ("rule", Rule),
        *((name, c_int32) for name in ("family", "count", "threads")),
    )


IMPOSSIBLE = -3  # instead of an id: the logits leave none that is allowed

_FUNCTIONS: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "ps_open": (c_void_p, (c_void_p, c_int64, c_char_p, c_char_p)),
    "ps_close": (None, (c_void_p,)),
    "ps_kernels": (c_char_p, (c_void_p,)),
    "ps_cache": (c_int64, (c_void_p, c_int64)),
    "ps_work": (c_int64, (c_void_p, c_int64, c_int, c_int64)),
    "ps_heads_work": (c_int64, (c_void_p, c_int64, c_int)),
    "ps_read": (
        c_int,
        (c_void_p, POINTER(State), c_void_p, c_void_p, c_void_p, c_int64, c_void_p, c_int64, c_int, c_int),
    ),
    "ps_product_work": (c_int64, (c_int64, c_int64)),
    "ps_product": (
        c_int,
        (c_char_p, c_int, c_void_p, c_void_p, c_void_p, c_int64, c_int64, c_void_p, c_int64, c_void_p, c_void_p, c_int),
    ),
    "ps_logits": (c_int, (c_void_p, POINTER(State), c_int, c_void_p, c_void_p, c_void_p, c_int)),
    "ps_draw": (c_int, (c_void_p, POINTER(State), POINTER(Draw))),
}


@functools.cache
def library() -> Any:
    """Return the library; raises ImportError in one line where it was not built or does not load."""
    if not LIBRARY.exists():
        raise ImportError("psychoscore-native was installed without its library: there was no C compiler that built it")
    try:
        loaded = ctypes.CDLL(str(LIBRARY))
        for name, (result, arguments) in _FUNCTIONS.items():
            function: Callable[..., Any] = getattr(loaded, name)
            function.restype, function.argtypes = result, arguments  # type: ignore[attr-defined]  # ctypes' own
    except (OSError, AttributeError) as error:
        raise ImportError(f"psychoscore-native: its library does not load ({error})") from error
    return loaded


def threads() -> int:
    """Return how many threads a step has: OMP_NUM_THREADS or the processors of this process, at most four."""
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    if not wanted.isdecimal() or int(wanted) < 1:
        wanted = str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    return min(int(wanted), MOST_THREADS)


def described() -> str:
    """Return the instruction set and the threads of a step; raises ImportError where there is no library."""
    return f"{library().ps_kernels(None).decode()}, {threads()} threads"
