"""`psyco` itself: commands, exit codes, and what a failure looks like."""

import os
import subprocess
import sys

import click
import pytest

from psychoscore_core import __version__
from psychoscore_core.cli import main as entry
from psychoscore_core.errors import ConfigError, PluginError
from psychoscore_core.plugin_offers import CORE_COMMANDS

HUM = """
import click

@click.command(short_help="Hum a tune.")
def hum():
    {0}

@hookimpl
def psyco_commands():
    yield hum
"""


def run(monkeypatch, capsys, error, *arguments):
    """Run `psyco hum` in this process where hum raises an error; return (exit code, stdout, stderr)."""

    def hum():
        raise error

    monkeypatch.setattr(entry.Psyco, "get_command", lambda *_: click.Command("hum", callback=hum))
    with pytest.raises(SystemExit) as end:
        entry.main([*arguments, "hum"])
    return end.value.code, *capsys.readouterr()


def test_help_lists_the_core_commands(psyco):
    done = psyco("--help")
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.split("Commands:\n")[1].splitlines()[:6]] == list(CORE_COMMANDS)


def test_the_core_commands_are_the_reserved_names():
    assert tuple(entry.COMMANDS) == CORE_COMMANDS


@pytest.mark.parametrize("name", CORE_COMMANDS)
def test_every_core_command_has_help(psyco, name):
    assert psyco(name, "--help").stdout.startswith(f"Usage: psyco {name}")


def test_version(psyco):
    assert psyco("--version").stdout == f"psyco, version {__version__}\n"


def test_an_unknown_command_suggests_a_close_one(psyco):
    done = psyco("plugin")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no command 'plugin' (did you mean 'plugins'?)" in done.stderr


def test_a_plugin_command_is_listed_and_runs(psyco, install):
    install("psycho-hum", HUM.format("click.echo('mmm')"))
    assert ["hum", "Hum", "a", "tune."] in [line.split() for line in psyco("--help").stdout.splitlines()]
    assert psyco("hum").stdout == "mmm\n"


def test_a_broken_plugin_takes_no_command_down(psyco, install):
    install("psycho-bad", "raise SystemExit(3)")
    assert psyco("--help").returncode == 0
    assert psyco("plugins").returncode == 0


def test_an_unknown_command_quotes_a_broken_plugin(psyco, install):
    install("psycho-bad", "raise ValueError('no moon')")
    assert "the plugin psycho-bad (psycho-bad 1.0) is broken: ValueError: no moon" in psyco("hum").stderr


def test_a_hanging_plugin_is_named_and_left_behind(psyco, install):
    install("psycho-slow", "import time\ntime.sleep(600)")
    done = psyco("plugins", PSYCO_PLUGIN_TIMEOUT="1")
    assert done.returncode == 0
    assert "BROKEN: takes over 1 s to load" in done.stdout


def test_a_plugin_that_prints_leaves_stdout_clean(psyco, install):
    install("psycho-noisy", "print('noise')\n" + HUM.format("click.echo('mmm')"))
    done = psyco("hum")
    assert (done.stdout, done.stderr) == ("mmm\n", "noise\n")


def test_our_errors_are_one_line_and_exit_2(monkeypatch, capsys):
    assert run(monkeypatch, capsys, PluginError("no such plugin")) == (2, "", "error: no such plugin\n")


def test_every_problem_of_a_config_has_its_line(monkeypatch, capsys):
    code, _, stderr = run(monkeypatch, capsys, ConfigError(["a.b: is wrong", "c: is missing"]))
    assert (code, stderr) == (2, "error: a.b: is wrong\nerror: c: is missing\n")


def test_an_unexpected_error_is_one_line_and_exits_1(monkeypatch, capsys):
    code, _, stderr = run(monkeypatch, capsys, ZeroDivisionError("division by zero"))
    assert code == 1
    assert stderr == "error: unexpected ZeroDivisionError: division by zero (PSYCO_TRACEBACK=1 shows where)\n"


def test_the_traceback_option_shows_where(monkeypatch, capsys):
    _, _, stderr = run(monkeypatch, capsys, ZeroDivisionError("division by zero"), "--traceback")
    assert "Traceback (most recent call last)" in stderr
    assert stderr.endswith("error: unexpected ZeroDivisionError: division by zero\n")


def test_the_traceback_variable_shows_where(monkeypatch, capsys):
    monkeypatch.setenv("PSYCO_TRACEBACK", "1")
    assert "Traceback (most recent call last)" in run(monkeypatch, capsys, PluginError("x"))[2]


def test_an_interrupt_is_one_line_and_exits_130(monkeypatch, capsys):
    code, _, stderr = run(monkeypatch, capsys, KeyboardInterrupt())
    assert (code, stderr.strip()) == (130, "interrupted")


def test_an_interrupt_signal_exits_130(tmp_path):
    source = "import os, signal; os.kill(os.getpid(), signal.SIGINT)"
    code = (
        "import click, signal; from psychoscore_core.cli import main as entry\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a job in the background inherits it ignored
        f"entry.Psyco.get_command = lambda *_: click.Command('hum', callback=lambda: exec({source!r}))\n"
        "entry.main(['hum'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr.strip()) == (130, "interrupted")


def test_a_usage_error_exits_2(psyco):
    done = psyco("plugins", "--nonsense")
    assert done.returncode == 2
    assert "No such option" in done.stderr


def test_a_reader_that_leaves_is_no_error(tmp_path, install):
    install("psycho-hum", HUM.format("[click.echo('m' * 1000) for _ in range(10000)]"))
    path = os.pathsep.join([str(tmp_path / "site"), *(p for p in sys.path if p)])
    command = [sys.executable, "-c", "from psychoscore_core.cli.main import main; main(['hum'])"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": path}
    ) as hum:
        hum.stdout.read(10)
        hum.stdout.close()
        assert (hum.stderr.read(), hum.wait(60)) == (b"", 1)
