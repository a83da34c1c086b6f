"""`psyco`: find the command, run it, and turn every failure into one line and an exit code."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from psychoscore_core import __version__
from psychoscore_core.errors import PsychoscoreError, did_you_mean

# The sentences stand here so that --help imports no command.
COMMANDS = {
    "run": ("psychoscore_core.cli.run:run", "Walk a project from its config to its artifacts."),
    "generate": ("psychoscore_core.cli.generate:generate", "Turn one profile into one MIDI file."),
    "export": ("psychoscore_core.cli.export:export", "Write a trained model in another format, and verify one."),
    "plugins": ("psychoscore_core.cli.plugins:plugins", "List, show, write and check plugins."),
    "config": ("psychoscore_core.cli.config:config", "Show the resolved config and where it comes from."),
    "doctor": ("psychoscore_core.cli.doctor:doctor", "Say what works here, what does not, and how to get it."),
}
SUMMARY_LENGTH = 70


class Psyco(click.Group):
    """The group of core commands and plugin commands; a core command never loads a plugin to be found."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS, *(str(command.name) for command in _plugins(ctx).commands())]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in COMMANDS:
            module, attribute = COMMANDS[cmd_name][0].split(":")
            command: click.Command = getattr(importlib.import_module(module), attribute)
            return command
        if cmd_name.startswith("-"):
            return None
        offered: click.Command | None = _plugins(ctx).command(cmd_name)
        return offered or self._unknown(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, summary) for name, (_, summary) in COMMANDS.items()]
        rows += [(str(c.name), c.get_short_help_str(SUMMARY_LENGTH)) for c in _plugins(ctx).commands()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def _unknown(self, ctx: click.Context, name: str) -> NoReturn:
        plugins = _plugins(ctx)
        text = f"there is no command {name!r}{did_you_mean(name, self.list_commands(ctx))}"
        for plugin in plugins.broken:
            text += f"; the plugin {plugin.name} ({plugin.origin}) is broken: {plugin.error}"
        ctx.fail(text)


def _plugins(ctx: click.Context) -> Any:
    """Return this command's plugins, discovered once."""
    if "plugins" not in ctx.meta:
        from psychoscore_core.plugins import discover

        ctx.meta["plugins"] = discover()
    return ctx.meta["plugins"]


@click.group(cls=Psyco, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="psyco")
@click.option("--traceback", is_flag=True, help="Show the traceback of an error (as does PSYCO_TRACEBACK=1).")
def psyco(traceback: bool) -> None:
    """Turn a psychometric profile into symbolic music that follows it."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the `psyco` command and exit: 0 done, 2 a problem the user can act on, 130 interrupted, 1 a fault of ours."""
    code = _run(list(sys.argv[1:] if arguments is None else arguments))
    if arguments is None:
        _leave(code)
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    try:
        result = psyco.main(args=arguments, prog_name="psyco", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.exceptions.Abort:  # click's name for an interrupted prompt or command
        return _say("interrupted", 130)
    except click.exceptions.NoArgsIsHelpError as error:  # a group alone: its help, not a complaint
        error.show()
        return error.exit_code
    except click.ClickException as error:
        return _say(f"error: {_usage(error)}", error.exit_code)
    except BrokenPipeError:  # `psyco ... | head`: the reader has had enough
        _close_stdout()
        return 1
    except KeyboardInterrupt:
        return _say("interrupted", 130)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    except BaseException as error:
        return _explain(error, _wants_traceback(arguments))


def _wants_traceback(arguments: list[str]) -> bool:
    # Only psyco's own options come before a command's name.
    return os.environ.get("PSYCO_TRACEBACK", "") not in ("", "0") or "--traceback" in arguments[:1]


def _explain(error: BaseException, traceback: bool) -> int:
    if traceback:
        import traceback as tracebacks

        tracebacks.print_exception(error)
    if isinstance(error, PsychoscoreError):
        for line in str(error).splitlines() or [type(error).__name__]:
            _say(f"error: {line}", 2)
        return 2
    if isinstance(error, OSError) and error.strerror:  # a full disk, a folder that may not be written, ...
        place = f"{error.filename}: " if error.filename else ""
        return _say(f"error: {place}{error.strerror}", 2)
    text = " ".join(str(error).split())
    hint = "" if traceback else " (PSYCO_TRACEBACK=1 shows where)"
    return _say(f"error: unexpected {type(error).__name__}{': ' if text else ''}{text}{hint}", 1)


def _usage(error: click.ClickException) -> str:
    """Return click's complaint as one line, with the command whose --help would tell more."""
    text = " ".join(error.format_message().split())
    context = getattr(error, "ctx", None)
    return f"{text} (see {context.command_path} --help)" if context else text


def _say(line: str, code: int) -> int:
    click.echo(line, err=True)
    return code


def _close_stdout() -> None:
    """Point stdout at nothing, so that the interpreter's last flush does not complain of the closed pipe."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _leave(code: int) -> None:
    """End the process at once where a plugin that was given up on still runs.

    The interpreter would end its thread wherever it is, and crash if that is inside C++ code.
    """
    loading = sys.modules.get("psychoscore_core.plugin_loading")
    if loading and loading.left_behind():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
