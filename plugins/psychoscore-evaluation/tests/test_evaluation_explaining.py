"""`psyco explain`: shares by the map, by leaving out, in words and in a picture."""

from __future__ import annotations

import json

import pytest

from psychoscore_core.cli.main import main
from psychoscore_core.planning.targets import targets_of
from psychoscore_core.profile import Profile
from psychoscore_core.profile_json import profile_from_json, read_profile
from psychoscore_evaluation.explaining import explain, leading, stated, without
from psychoscore_evaluation.report.explained import draw_explained, words

FAST = profile_from_json({"entropy": 0.85, "disc": {"S": 0.5}})


def psyco(*arguments: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(["explain", *arguments])
    return int(end.value.code or 0)


def test_only_what_is_stated_and_not_neutral_counts():
    assert stated(FAST) == {"entropy": "0.85"}
    assert stated(read_profile("hamlet"))["rsi"] == "real 0.45, symbolic 0.35, imaginary 0.2"
    assert stated(read_profile("hamlet"))["physics.spin"] == "down"


def test_registers_are_left_out_together():
    assert without(read_profile("hamlet"), "rsi").rsi == Profile().rsi


def test_shares_and_rest_are_the_way_from_neutral():
    found = explain(read_profile("wounded-chaos"))
    neutral = targets_of(Profile())
    for name, of in found.attributes.items():
        total = sum(share.mapped for share in of.shares.values()) + of.rest
        assert total == pytest.approx(of.target - neutral[name])


def test_steps_count_as_what_switching_them_off_changes():
    shares = explain(read_profile("wounded-chaos")).attributes["tempo"].shares
    assert shares["entropy"].mapped == pytest.approx(32)
    assert shares["ocean.extraversion"].mapped == 20


def test_what_lies_beyond_a_limit_is_told_apart():
    share = explain(read_profile("wounded-chaos")).attributes["strain"].shares["physics.stability"]
    assert (share.mapped, share.within) == (pytest.approx(0.27), 0)


def test_the_largest_share_leads():
    found = explain(read_profile("wounded-chaos")).attributes["register"]
    assert list(leading("register", found, 2)) == ["trauma", "physics.potential_energy"]


def test_it_is_said_in_words():
    said = words(explain(FAST), "fast", 3)
    assert "tempo 128 (quarter notes a minute; neutral 100, so +28):\n  entropy 0.85: raises it by 28 (map)" in said
    assert "As in the neutral profile: brightness" in said


def test_a_neutral_profile_has_nothing_to_explain():
    found = explain(Profile())
    assert "0 dimensions are not neutral" in words(found, "nobody", 3)
    assert draw_explained(found, "nobody", 3)


def test_the_music_is_measured_without_each_dimension(project, capsys):
    (project / "fast.json").write_text('{"entropy": 0.85, "disc": {"D": 0.2}}')
    assert psyco("fast.json", "--bars", "4", "--seeds", "2", "--out", "why") == 0
    found = json.loads((project / "why" / "explain.json").read_text())
    assert found["model"] == "rules"
    assert found["attributes"]["tempo"]["shares"]["entropy"]["measured"]["value"] == pytest.approx(28, rel=0.1)
    assert found["attributes"]["tempo"]["shares"]["disc.dominance"]["measured"]["value"] == 0
    assert found["attributes"]["dynamics"]["leading"][0] == "disc.dominance"
    assert (project / "why" / "explain.png").read_bytes()[:4] == b"\x89PNG"
    assert "entropy 0.85: raises it by 28 (map), measured +2" in capsys.readouterr().out


def test_quick_needs_no_project(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert psyco("hamlet", "--quick", "--set", "model=nothing") == 0
    assert "measured" not in capsys.readouterr().out
    assert json.loads((tmp_path / "explanation" / "explain.json").read_text())["seeds"] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nobody",), "no such file or bundled profile"),
        (("hamlet", "--bars", "2"), "--bars"),
        (("hamlet", "--top", "0"), "--top"),
        (("hamlet", "--set", "model=nothing"), "nothing"),
        (("psychoscore.json", "--quick"), "unknown field"),
    ],
)
def test_what_cannot_be_explained_is_one_line(project, capsys, arguments, said):
    assert psyco(*arguments) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert not (project / "explanation").exists()
