"""`psyco export`, in a process of its own."""

TAPE = """
@hookimpl
def psyco_exporters():
    yield Component(name="tape", factory="tape_code:Tape", config=Config, summary="A toy.")
"""
CODE = """
from psychoscore_core.stages.export import Finding

class Tape:
    def __init__(self, config):
        self.config = config

    def export_checkpoint(self, checkpoint, folder):
        return []

    def verify(self, folder):
        good = (folder / "tape").read_text() == "good"
        return [Finding(file="manifest.json", ok=True, text="read"), Finding(file="tape", ok=good, text="heard")]
"""


def folder(tmp_path, install, text):
    install("tape", TAPE)
    (tmp_path / "site" / "tape_code.py").write_text(CODE)
    (tmp_path / "here" / "manifest.json").write_text('{"format": "tape"}')
    (tmp_path / "here" / "tape").write_text(text)


def test_verifying_prints_one_line_a_file(psyco, install, tmp_path):
    folder(tmp_path, install, "good")
    done = psyco("export", "verify", ".")
    assert (done.returncode, done.stdout) == (0, "ok  manifest.json: read\nok  tape: heard\n")


def test_a_bad_file_ends_with_2(psyco, install, tmp_path):
    folder(tmp_path, install, "bad")
    done = psyco("export", "verify", ".")
    assert (done.returncode, done.stdout.splitlines()[1]) == (2, "BAD tape: heard")


def test_an_unknown_exporter_is_named(psyco):
    done = psyco("export", "midy")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "no plugin offers the exporter 'midy'" in done.stderr


def test_what_is_no_export_is_named(psyco):
    done = psyco("export", "verify", ".")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: manifest.json: no manifest that names its format")


def test_options_before_the_exporter_are_not_lost_silently(psyco):
    done = psyco("export", "-o", "out", "onnx")
    assert (done.returncode, done.stdout) == (2, "")
    assert "options stand behind the name: psyco export onnx ..." in done.stderr
