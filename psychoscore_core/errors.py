"""Every kind of problem a user can meet; each prints as one line and ends a command with exit code 2."""

from __future__ import annotations

from collections.abc import Iterable


class PsychoscoreError(Exception):
    """A problem that the user can act on: the text says where it is and what is wrong."""


class ProfileError(PsychoscoreError):
    """A psychometric profile that cannot be read: names the field and its range."""


class ConfigError(PsychoscoreError):
    """A config that cannot be used; `problems` holds every problem found, one line each."""

    def __init__(self, problems: str | Iterable[str]) -> None:
        self.problems = (problems,) if isinstance(problems, str) else tuple(problems)
        super().__init__("\n".join(self.problems))


class PluginError(PsychoscoreError):
    """A plugin that is missing, broken, or in conflict with another one."""


class DataError(PsychoscoreError):
    """A dataset that is missing, damaged, or not what its loader expects."""


class MidiError(DataError):
    """A MIDI file that cannot be read as music: names the file and the reason."""


class CheckpointError(PsychoscoreError):
    """A checkpoint that is damaged or does not fit the tokenizer, encoder or backend it is used with."""


class RunError(PsychoscoreError):
    """A run that cannot go on: names the stage and what it lacks."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return " (did you mean 'x'?)" for the closest known word, or "" where none is close."""
    import difflib  # 13 ms: only paid on the way to an error

    close = difflib.get_close_matches(word, list(known), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
