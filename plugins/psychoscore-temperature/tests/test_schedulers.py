"""The temperatures that the three schedulers give."""

import subprocess
import sys

import pytest

from psychoscore_core.profile import Profile, Rsi
from psychoscore_temperature.plugin import CurveConfig, DynamicConfig, FixedConfig, psyco_temperature_schedulers
from psychoscore_temperature.schedulers import Curve, Dynamic, Fixed

IMAGINARY = Rsi(real=0.2, symbolic=0.2, imaginary=0.6)


def dynamic(profile: Profile, **options: float) -> float:
    (temperature,) = set(Dynamic(DynamicConfig(**options)).temperatures(profile, 3))
    return temperature


def test_fixed_gives_every_bar_the_same():
    assert Fixed(FixedConfig(temperature=0.9)).temperatures(Profile(), 4) == (0.9, 0.9, 0.9, 0.9)


@pytest.mark.parametrize(
    ("entropy", "trauma", "expected"), [(0, 0, 0.7), (1, 0, 1.2), (0, 1, 0.4), (1, 1, 0.9), (0.5, 0.5, 0.8)]
)
def test_dynamic_follows_the_formula(entropy, trauma, expected):
    assert dynamic(Profile(entropy=entropy, trauma=trauma)) == pytest.approx(expected)


def test_dynamic_adds_the_bonus_only_above_the_threshold():
    half = Rsi(real=0.25, symbolic=0.25, imaginary=0.5)
    calm = dynamic(Profile(rsi=half))
    assert dynamic(Profile(rsi=IMAGINARY)) == pytest.approx(calm + 0.1)
    assert calm == pytest.approx(0.95)


def test_dynamic_stays_within_its_bounds():
    assert dynamic(Profile(entropy=1), base_temperature=1.4) == 1.5
    assert dynamic(Profile(entropy=0, trauma=1), base_temperature=0.5) == 0.4


def test_dynamic_takes_every_constant_from_the_config():
    options = {"entropy_weight": 1.0, "trauma_weight": 0.2, "imaginary_bonus": 0.3, "imaginary_threshold": 0.55}
    mind = Profile(entropy=0.5, trauma=0.5, rsi=IMAGINARY)
    assert dynamic(mind, base_temperature=0.1, minimum=0.1, maximum=3.0, **options) == pytest.approx(1.0)


def test_curve_with_a_point_per_bar_is_exact():
    points = (0.1 + 0.2, 0.7, 1 / 3)
    assert Curve(CurveConfig(points=points)).temperatures(Profile(), 3) == points


def test_curve_runs_straight_between_its_points():
    assert Curve(CurveConfig(points=(1.0, 0.5))).temperatures(Profile(), 5) == (1.0, 0.875, 0.75, 0.625, 0.5)


def test_curve_of_one_point_and_of_one_bar():
    assert Curve(CurveConfig(points=(0.6,))).temperatures(Profile(), 3) == (0.6, 0.6, 0.6)
    assert Curve(CurveConfig(points=(0.6, 0.9))).temperatures(Profile(), 1) == (0.6,)


@pytest.mark.parametrize("bars", [0, 1, 2, 7, 32, 200])
@pytest.mark.parametrize("scheduler", [Fixed(FixedConfig()), Dynamic(DynamicConfig()), Curve(CurveConfig())])
def test_there_is_one_positive_temperature_per_bar(scheduler, bars):
    temperatures = scheduler.temperatures(Profile(), bars)
    assert len(temperatures) == bars
    assert all(temperature > 0 for temperature in temperatures)


@pytest.mark.parametrize(
    ("config", "options", "message"),
    [
        (FixedConfig, {"temperature": 0.0}, "a temperature must be a finite number above 0, not 0.0"),
        (FixedConfig, {"temperature": float("nan")}, "a finite number above 0, not nan"),
        (DynamicConfig, {"entropy_weight": float("inf")}, "entropy_weight must be a finite number, not inf"),
        (DynamicConfig, {"imaginary_threshold": 1.2}, "'imaginary_threshold' must be <= 1.0: 1.2"),
        (DynamicConfig, {"minimum": 2.0}, r"maximum \(1.5\) must not be below minimum \(2\)"),
        (CurveConfig, {"points": ()}, "Length of 'points' must be >= 1: 0"),
        (CurveConfig, {"points": (1.0, -1.0)}, "a finite number above 0, not -1.0"),
    ],
)
def test_a_value_out_of_range_is_refused(config, options, message):
    with pytest.raises(ValueError, match=message):
        config(**options)


def test_the_plugin_offers_three_schedulers_and_imports_nothing_heavy():
    assert [component.name for component in psyco_temperature_schedulers()] == ["fixed", "dynamic", "curve"]
    code = "import sys, psychoscore_temperature.plugin as p; print({'numpy', 'torch', 'symusic'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"
