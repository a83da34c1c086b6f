"""A broken plugin is named with what is wrong with it, and nobody else notices."""

import sys
import time

import pytest

from psychoscore_core.errors import PluginError
from psychoscore_core.plugins import discover

GOOD = """
@hookimpl
def psyco_raters():
    yield component("good")
"""
BROKEN = {
    "import-error": ("import nowhere_to_be_found", "ModuleNotFoundError: No module named 'nowhere_to_be_found'"),
    "exit": ("raise SystemExit(3)", "SystemExit: 3"),
    "syntax": ("def broken(:", "SyntaxError: "),
    "bare": ("raise AssertionError", "AssertionError ("),
    "signature": (
        "@hookimpl\ndef psyco_stage_entered(run, stage, mood): pass",
        "psyco_stage_entered takes mood, but the hook gives run, stage",
    ),
    "collecting-signature": (
        "@hookimpl\ndef psyco_raters(config): return []",
        "psyco_raters takes config, but the hook gives no arguments",
    ),
    "misspelt": (
        "@hookimpl\ndef psyco_rater(): return []",
        "has a hook psyco_rater that does not exist (did you mean 'psyco_raters'?)",
    ),
    "misspelt-unmarked": (
        "def psyco_dataset(): return []",
        "psyco_dataset is no hook (did you mean 'psyco_datasets'?)",
    ),
    "unmarked": ("def psyco_raters(): return []", "psyco_raters lacks @hookimpl"),
    "no-hooks": ("", "has no hook: mark its functions with @hookimpl"),
    "raising-hook": ("@hookimpl\ndef psyco_raters(): raise OSError('disk')", "OSError: disk"),
    "raising-generator": (
        "@hookimpl\ndef psyco_raters():\n    yield component('a')\n    raise TypeError('half way')",
        "TypeError: half way",
    ),
    "none": ("@hookimpl\ndef psyco_raters(): return None", "psyco_raters gives None, not an iterable of Component"),
    "junk": ("@hookimpl\ndef psyco_raters(): return ['x']", "psyco_raters gives 'x', which is no Component"),
    "preset-junk": ("@hookimpl\ndef psyco_presets(): return [1]", "psyco_presets gives 1, which is no Preset"),
    "command-junk": ("@hookimpl\ndef psyco_commands(): return [print]", "which is no Command"),
    "bad-name": (
        "@hookimpl\ndef psyco_raters(): return [component('Bad Name')]",
        "ValueError: Component name must look like 'my-component', not 'Bad Name'",
    ),
    "twice": (
        "@hookimpl\ndef psyco_raters(): return [component('a'), component('a')]",
        "offers the rater 'a' twice",
    ),
    "endless": (
        "@hookimpl\ndef psyco_raters():\n    while True:\n        yield component('a')",
        "psyco_raters gives over 1000 offers",
    ),
    "wrapper": (
        "@hookimpl(wrapper=True)\ndef psyco_raters():\n    return (yield)",
        "psyco_raters is a wrapper",
    ),
    "core-command": (
        "import click\n@hookimpl\ndef psyco_commands(): return [click.Command('run')]",
        "offers a command 'run', which psyco itself has",
    ),
    "nameless-command": (
        "import click\n@hookimpl\ndef psyco_commands(): return [click.Command(None)]",
        "psyco_commands gives a command without a name",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_plugin_is_named_with_its_fault(install, case):
    source, fault = BROKEN[case]
    install("psycho-bad", source, version="0.3")
    broken = next(p for p in discover().broken if p.name == "psycho-bad")
    assert (broken.distribution, broken.version) == ("psycho-bad", "0.3")
    assert fault in broken.error
    assert "\n" not in broken.error


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_plugin_leaves_the_others_alone(install, case):
    install("psycho-bad", BROKEN[case][0])
    install("psycho-good", GOOD)
    found = discover()
    assert found.component("rater", "good").origin == "psycho-good 1.0"
    assert "a" not in found.components("rater")


def test_a_fault_says_where_it_happened(install, site):
    install("psycho-bad", "\n\nraise ValueError('no moon')", head="")
    assert f"no moon ({site}/psycho_bad.py, line 3)" in discover().broken[-1].error


def test_a_missing_module_is_a_fault(install, site):
    install("psycho-bad", GOOD)
    (site / "psycho_bad.py").unlink()
    assert "No module named 'psycho_bad'" in next(p for p in discover().broken if p.name == "psycho-bad").error


def test_a_slow_plugin_is_given_up(install, monkeypatch):
    monkeypatch.setenv("PSYCO_PLUGIN_TIMEOUT", "0.5")
    install("psycho-slow", "import time\ntime.sleep(30)\n" + GOOD)
    begin = time.monotonic()
    broken = next(p for p in discover(allow=["psycho-slow"]).broken if p.name == "psycho-slow")
    assert "takes over 0.5 s to load (PSYCO_PLUGIN_TIMEOUT sets how long it may)" in broken.error
    assert time.monotonic() - begin < 25  # it did not wait for the plugin; the rest is the machine's affair


def test_a_slow_hook_is_given_up(install, monkeypatch):
    monkeypatch.setenv("PSYCO_PLUGIN_TIMEOUT", "0.5")
    install("psycho-slow", "import time\n@hookimpl\ndef psyco_raters():\n    time.sleep(30)\n")
    found = discover(allow=["psycho-slow"])
    assert "takes over 0.5 s" in next(p for p in found.broken if p.name == "psycho-slow").error


@pytest.mark.parametrize("text", ["soon", "0", "-1", "nan", ""])
def test_the_time_limit_must_be_a_positive_number(monkeypatch, text):
    monkeypatch.setenv("PSYCO_PLUGIN_TIMEOUT", text)
    with pytest.raises(PluginError, match=f"PSYCO_PLUGIN_TIMEOUT must be a positive number of seconds, not '{text}'"):
        discover()


def test_what_a_plugin_prints_goes_to_stderr(install, capsys):
    install("psycho-noisy", "print('noise at import')\n" + GOOD + "    print('noise in a hook')\n")
    discover()
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "noise at import\nnoise in a hook\n" in captured.err


def test_the_same_module_under_two_names_counts_once(install, site):
    install("psycho-good", GOOD)
    info = site / "psycho_good-1.0.dist-info" / "entry_points.txt"
    info.write_text("[psychoscore]\nfirst = psycho_good\nsecond = psycho_good\n")
    found = discover(allow=["psycho-good"])
    assert (
        "names the same module as the plugin first (psycho-good 1.0)"
        in next(p for p in found.broken if p.name == "second").error
    )
    assert found.component("rater", "good")


def test_an_interrupt_is_not_swallowed(install):
    install("psycho-stop", "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        discover(allow=["psycho-stop"])


def test_stdout_is_restored(install):
    install("psycho-bad", "raise ValueError('x')")
    before = sys.stdout
    discover()
    assert sys.stdout is before
