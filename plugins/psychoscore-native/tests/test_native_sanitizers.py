"""The other tests again, on a library built with the compiler's sanitizers: what they find ends the process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import psychoscore_native

SOURCES = Path(psychoscore_native.__file__).parent / "c"
HERE = Path(__file__).parent
FLAGS = ("-O1", "-g", "-std=gnu11", "-fPIC", "-shared", "-fno-omit-frame-pointer", "-pthread")
RUN = """
import pathlib, sys, pytest, psychoscore_native.library as native
native.LIBRARY = pathlib.Path(sys.argv[1])
sys.exit(pytest.main(["-q", "-x", "-p", "no:cacheprovider", *sys.argv[2:]]))
"""


def built(sanitizer, folder):
    """Return a library with this sanitizer in it, and its runtime; skips where the compiler has none."""
    compiler, target = os.environ.get("CC", "cc"), folder / "step.so"
    sources = sorted(map(str, SOURCES.glob("*.c")))
    command = [compiler, *FLAGS, f"-fsanitize={sanitizer}", "-fno-sanitize-recover=all", *sources, "-lm"]
    runtime = "libtsan.so" if sanitizer == "thread" else "libasan.so"
    try:
        subprocess.run([*command, "-o", str(target)], check=True, capture_output=True)
        found = subprocess.run([compiler, f"-print-file-name={runtime}"], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no compiler with -fsanitize={sanitizer} ({type(error).__name__})")
    return target, found.stdout.strip()


@pytest.mark.long
@pytest.mark.parametrize(
    ("sanitizer", "chosen"),
    [
        ("address,undefined", "not torch and not sanitizer and not memory_that"),
        ("thread", "threads or batch_of_16 or in_pieces"),
    ],
)
def test_the_sanitizers_find_nothing(tmp_path, sanitizer, chosen):
    library, runtime = built(sanitizer, tmp_path)
    options = {"ASAN_OPTIONS": "detect_leaks=0", "TSAN_OPTIONS": "halt_on_error=1:exitcode=66"}
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(library), str(HERE), "-k", chosen],
        env={**os.environ, **options, "LD_PRELOAD": runtime, "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    assert "passed" in done.stdout
