"""A profile goes in, music comes out, with no data and no training."""

from __future__ import annotations

import json
import subprocess
import sys

import mido
import pytest
from symusic import Score


def test_a_bare_project_gives_music(shell):
    shell.write(generation={"bars": 8})
    midi, picture, *_ = shell.run()
    assert Score(midi).note_num() > 16
    assert mido.MidiFile(midi).length > 10
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_two_processes_write_the_same_bytes(shell):
    for name in ("one.mid", "two.mid"):
        assert shell.psyco("generate", "hamlet", "-o", name, "--bars", 8, "--seed", 5).returncode == 0
    assert (shell.folder / "one.mid").read_bytes() == (shell.folder / "two.mid").read_bytes()


def test_run_and_generate_agree(shell):
    shell.write(generation={"bars": 8, "profile": "puck", "seed": 2})
    midi, *_ = shell.run()
    assert shell.psyco("generate", "puck", "-o", "puck.mid", "--bars", 8, "--seed", 2).returncode == 0
    assert _notes(midi) == _notes(shell.folder / "puck.mid")


def test_a_run_is_evaluated(shell):
    shell.write(generation={"bars": 8, "profile": "puck"})
    *_, numbers, page = shell.run()
    found = json.loads(numbers.read_text())["takes"]["piece"]
    assert abs(found["attributes"]["tempo"]["measured"]["value"] - found["attributes"]["tempo"]["asked"]) < 0.1
    assert found["figures"]["exact_length"]["value"] == 1
    assert 'src="piece.png"' in page.read_text()


def test_generate_leaves_the_music_alone(shell):
    (shell.folder / "mind.json").write_text('{"trauma": 0.2}')
    assert shell.psyco("generate", "mind.json", "-o", "mind.mid", "--bars", 4).returncode == 0
    assert sorted(path.name for path in shell.folder.iterdir()) == ["mind.json", "mind.mid", "mind.png"]
    assert (shell.folder / "mind.json").read_text() == '{"trauma": 0.2}'


def test_another_seed_is_another_piece(shell):
    shell.psyco("generate", "hamlet", "-o", "one.mid", "--bars", 8, "--seed", 1)
    shell.psyco("generate", "hamlet", "-o", "two.mid", "--bars", 8, "--seed", 2)
    assert _notes(shell.folder / "one.mid") != _notes(shell.folder / "two.mid")


def test_a_second_run_keeps_everything(shell):
    project = shell.write(generation={"bars": 4})
    shell.run()
    done = shell.psyco("run", "-C", project)
    assert "unchanged, kept: sample, rate, export" in done.stderr


def test_a_run_imports_neither_torch_nor_miditok(shell):
    project = shell.write(generation={"bars": 4})
    code = (
        "import sys\nfrom psychoscore_core.cli.main import psyco\n"
        "psyco.main(sys.argv[1:], standalone_mode=False)\n"
        "print(sorted({'torch', 'miditok', 'transformers', 'matplotlib'} & set(sys.modules)), file=sys.stderr)"
    )
    arguments = [sys.executable, "-c", code, "run", "-q", "-C", str(project)]
    done = subprocess.run(arguments, capture_output=True, text=True, env=shell.environment, check=True)
    assert done.stderr.splitlines()[-1] == "[]"


def test_the_metre_is_written_as_it_was_asked_for(shell):
    shell.write(generation={"bars": 4, "time_signature": "3/2"})
    signature = Score(shell.run()[0]).time_signatures[0]
    assert (signature.numerator, signature.denominator) == (3, 2)


def test_many_profiles_and_takes_have_files_of_their_own(shell):
    shell.write(generation={"profiles": {"mad": "ophelia", "merry": "puck"}, "takes": 2, "bars": 4})
    names = [path.name for path in shell.run() if path.suffix == ".mid"]
    assert names == ["mad-1.mid", "mad-2.mid", "merry-1.mid", "merry-2.mid"]


def test_a_dry_run_writes_nothing(shell):
    project = shell.write()
    done = shell.psyco("run", "-C", project, "--dry-run")
    assert [line.split()[0] for line in done.stdout.splitlines()][1:] == [
        "encode", "plan", "sample", "arrange", "rate", "export",
    ]  # fmt: skip
    assert [path.name for path in project.iterdir()] == ["psychoscore.json"]


BAD = {
    "no project": (("run", "-C", "nowhere"), "nowhere"),
    "no profile": (("generate", "nobody", "-o", "a.mid"), "nobody: no such file or bundled profile"),
    "not a MIDI name": (("generate", "hamlet", "-o", "a.wav"), "-o a.wav: the output must end in .mid"),
    "no such folder": (("generate", "hamlet", "-o", "no/a.mid"), "-o no/a.mid: the folder no does not exist"),
    "a folder": (("generate", "hamlet", "-o", "folder.mid"), "-o folder.mid: is a folder, not a file"),
    "no way to write": (("generate", "hamlet", "-o", "/proc/a.mid"), "/proc/.psyco-"),
    "no such option": (("run", "--colour"), "No such option '--colour'"),
    "no such command": (("ran",), "there is no command 'ran'"),
    "too many bars": (("generate", "hamlet", "-o", "a.mid", "--bars", "9999"), "generation.bars"),
    "an unknown stage": (("run", "-C", "project", "--from", "trian"), "no stage 'trian' (did you mean 'train'?)"),
    "bars without a token": (
        ("generate", "hamlet", "-o", "a.mid", "--set", "generation.time_signature=5/16"),
        "generation.time_signature: this tokenizer has no bars of 5/16, it wrote 4/4 instead",
    ),
    "an unknown model": (("run", "-C", "project", "--set", "model=rule"), "did you mean 'rules'?"),
    "untrained": (("run", "-C", "project", "--set", "model=transformer"), "transformer must be trained"),
    "no such data": (
        ("run", "-C", "project", "--set", "model=transformer", "--set", "datasets.emopia.path=void"),
        "datasets.emopia:",
    ),
}


@pytest.mark.parametrize("arguments, text", BAD.values(), ids=BAD)
def test_bad_input_is_one_line_and_exit_code_2(shell, arguments, text):
    shell.write()
    (shell.folder / "folder.mid").mkdir()
    done = shell.psyco(*arguments)
    assert done.returncode == 2
    assert text in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("error: ")
    assert not [path for path in shell.folder.rglob("*.mid") if path.is_file()]


def test_a_broken_profile_names_file_and_field(shell):
    (shell.folder / "bad.json").write_text(json.dumps({"trauma": 3}))
    done = shell.psyco("generate", "bad.json", "-o", "a.mid")
    assert (done.returncode, done.stderr) == (
        2,
        f"error: {shell.folder / 'bad.json'}: trauma must be a number in [0, 1], not 3\n",
    )


def _notes(path):
    return [(t.program, n.time, n.duration, n.pitch, n.velocity) for t in Score(path).tracks for n in t.notes]
