"""The psychometric profile: 57 named dimensions, their ranges and neutral values, vector and JSON forms."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import field, fields, frozen

from psychoscore_core.errors import ProfileError

BIASES = (
    "authority",
    "scarcity",
    "social_proof",
    "confirmation",
    "anchoring",
    "availability",
    "loss_aversion",
    "hindsight",
    "dunning_kruger",
    "bandwagon",
    "recency",
    "halo",
    "framing",
    "sunk_cost",
    "optimism",
    "pessimism",
    "groupthink",
    "blind_spot",
    "self_serving",
    "fundamental_attribution",
    "negativity",
    "positivity",
    "status_quo",
    "attribution",
    "projection",
    "actor_observer",
    "false_consensus",
    "illusion_control",
    "just_world",
    "spotlight",
)
RSI_TOLERANCE = 1e-6
_BRIEF = reprlib.Repr()
_BRIEF.maxstring = _BRIEF.maxother = 60


def shown(value: object) -> str:
    """Return a value for an error message: its repr, cut short; any depth, any size."""
    try:
        return str(_BRIEF.repr(value))
    except ValueError:  # an integer of more digits than Python writes
        return f"{type(value).__name__} of a huge size"


def _number(neutral: float, low: float = 0.0, high: float = 1.0, alias: str = "") -> Any:
    """Declare one dimension: its neutral value, range and one-letter name; `check_range` validates it."""
    return field(default=neutral, metadata={"low": low, "high": high, "alias": alias}, validator=_check_range)


def _check_range(instance: object, attribute: Any, value: Any) -> None:
    low, high = attribute.metadata["low"], attribute.metadata["high"]
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not low <= value <= high:  # NaN is in no range
        place = _group(instance)
        name = attribute.name if place == "profile" else f"{place}.{attribute.name}"
        raise ProfileError(f"{name} must be a number in [{low:g}, {high:g}], not {shown(value)}")


def _group(instance: object) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in type(instance).__name__).lstrip("_")


@frozen(kw_only=True)
class Disc:
    """DISC behaviour styles (Marston 1928), each in [0, 1]; neutral 0.5."""

    dominance: float = _number(0.5, alias="D")
    influence: float = _number(0.5, alias="I")
    steadiness: float = _number(0.5, alias="S")
    compliance: float = _number(0.5, alias="C")


@frozen(kw_only=True)
class Ocean:
    """The Big Five traits (Costa and McCrae 1992), each in [0, 1]; neutral 0.5."""

    openness: float = _number(0.5, alias="O")
    conscientiousness: float = _number(0.5, alias="C")
    extraversion: float = _number(0.5, alias="E")
    agreeableness: float = _number(0.5, alias="A")
    neuroticism: float = _number(0.5, alias="N")


@frozen(kw_only=True)
class Rsi:
    """Lacan's registers as shares that sum to 1; neutral a third each."""

    real: float = _number(1 / 3, alias="R")
    symbolic: float = _number(1 / 3, alias="S")
    imaginary: float = _number(1 / 3, alias="I")

    def __attrs_post_init__(self) -> None:
        total = self.real + self.symbolic + self.imaginary
        if abs(total - 1) > RSI_TOLERANCE:
            raise ProfileError(f"rsi: real, symbolic and imaginary must sum to 1, not {total:.9g}")

    @property
    def dominant(self) -> str:
        """Return the register with the largest share; the first of real, symbolic, imaginary in a tie."""
        return max(("real", "symbolic", "imaginary"), key=lambda name: getattr(self, name))


@frozen(kw_only=True)
class DarkTriad:
    """The dark triad (Paulhus and Williams 2002), each in [0, 1]; neutral 0."""

    machiavellianism: float = _number(0.0)
    narcissism: float = _number(0.0)
    psychopathy: float = _number(0.0)


@frozen(kw_only=True)
class Physics:
    """The physics-framework state.

    Hamiltonian energies in [0, 1] (neutral 0.5), Ising spin +1 or -1 (neutral +1), magnetization in [-1, 1]
    (neutral 0), coupling in [0, 1] (0.5), Granovetter threshold and adoption in [0, 1] (0.5), Lyapunov exponent
    in [-0.5, 0.5] (0) and stability in [0, 1] (0.5).
    """

    total_energy: float = _number(0.5)
    kinetic_energy: float = _number(0.5)
    potential_energy: float = _number(0.5)
    spin: int = field(default=1)
    magnetization: float = _number(0.0, low=-1.0)
    coupling: float = _number(0.5)
    threshold: float = _number(0.5)
    adoption: float = _number(0.5)
    exponent: float = _number(0.0, low=-0.5, high=0.5)
    stability: float = _number(0.5)

    @spin.validator
    def _check_spin(self, attribute: object, value: object) -> None:
        if isinstance(value, bool) or value not in (1, -1):
            raise ProfileError(f"physics.spin must be + or -, not {shown(value)}")


@frozen(kw_only=True)
class Dimension:
    """One of the 57 numbers: its name, range and neutral value."""

    name: str
    low: float
    high: float
    neutral: float


def _is(group: type) -> Any:
    def check(instance: object, attribute: Any, value: object) -> None:
        if not isinstance(value, group):
            raise ProfileError(f"{attribute.name} must be a {group.__name__}, not {shown(value)}")

    return check


def _in_order(names: object) -> tuple[str, ...]:
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise ProfileError(f"cognitive_biases must be a list of names, not {shown(names)}")
    names = tuple(names)
    return tuple(bias for bias in BIASES if bias in names) + _unknown(names)


@frozen(kw_only=True)
class Profile:
    """A mind in 57 numbers; whatever is left out has its documented neutral value.

    trauma and entropy lie in [0, 1] (neutral 0 and 0.5); `cognitive_biases` names active biases, kept in the
    order of BIASES. `given` names the dimensions that a JSON form stated; two profiles with equal numbers are equal.
    """

    disc: Disc = field(default=Disc(), validator=_is(Disc))
    ocean: Ocean = field(default=Ocean(), validator=_is(Ocean))
    rsi: Rsi = field(default=Rsi(), validator=_is(Rsi))
    trauma: float = _number(0.0)
    entropy: float = _number(0.5)
    dark_triad: DarkTriad = field(default=DarkTriad(), validator=_is(DarkTriad))
    cognitive_biases: tuple[str, ...] = field(default=(), converter=_in_order)
    physics: Physics = field(default=Physics(), validator=_is(Physics))
    given: frozenset[str] = field(default=frozenset(), eq=False)

    @cognitive_biases.validator
    def _check_biases(self, attribute: object, value: tuple[str, ...]) -> None:
        for name in _unknown(value):
            raise ProfileError(f"cognitive_biases: unknown bias {shown(name)}; known: {', '.join(BIASES)}")

    def to_vector(self) -> tuple[float, ...]:
        """Return the 57 numbers in the order of DIMENSIONS; spin is +1 or -1, a bias 0 or 1."""
        active = set(self.cognitive_biases)
        return (
            *_values(self.disc),
            *_values(self.ocean),
            *_values(self.rsi),
            float(self.trauma),
            float(self.entropy),
            *_values(self.dark_triad),
            *(float(name in active) for name in BIASES),
            *_values(self.physics),
        )

    @classmethod
    def from_vector(cls, vector: Sequence[float]) -> Profile:
        """Return the profile of 57 numbers; raises ProfileError on a wrong length or a number out of its range."""
        if len(vector) != len(DIMENSIONS):
            raise ProfileError(f"a profile vector has {len(DIMENSIONS)} numbers, not {len(vector)}")
        rest = (_float(d.name, x) for d, x in zip(DIMENSIONS, vector, strict=True))
        disc, ocean, rsi = (_take(group, rest) for group in (Disc, Ocean, Rsi))
        trauma, entropy, dark = next(rest), next(rest), _take(DarkTriad, rest)
        biases = [(name, next(rest)) for name in BIASES]
        for name, value in biases:
            if value not in (0.0, 1.0):
                raise ProfileError(f"cognitive_biases.{name} must be 0 or 1, not {value!r}")
        return cls(
            disc=disc,
            ocean=ocean,
            rsi=rsi,
            trauma=trauma,
            entropy=entropy,
            dark_triad=dark,
            cognitive_biases=tuple(name for name, value in biases if value),
            physics=_take(Physics, rest),
            given=frozenset(d.name for d in DIMENSIONS),
        )


def _unknown(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in BIASES)


def _float(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise ProfileError(f"{name} must be a number, not {shown(value)}") from None


def _values(group: Any) -> tuple[float, ...]:
    return tuple(float(getattr(group, f.name)) for f in fields(type(group)))


def _take(group: Any, numbers: Any) -> Any:
    values = {f.name: next(numbers) for f in fields(group)}
    if "spin" in values and values["spin"] in (1.0, -1.0):
        values["spin"] = int(values["spin"])
    return group(**values)


def _dimensions() -> tuple[Dimension, ...]:
    neutral = Profile()
    ranges = {f"{prefix}{f.name}": f.metadata for prefix, group in GROUPS.items() for f in fields(group)}
    ranges |= {name: {} for name in ("trauma", "entropy")} | {f"bias.{name}": {} for name in BIASES}
    order = [
        *(n for n in ranges if n.startswith(("disc.", "ocean.", "rsi."))),
        "trauma",
        "entropy",
        *(n for n in ranges if n.startswith("dark_triad.")),
        *(n for n in ranges if n.startswith("bias.")),
        *(n for n in ranges if n.startswith("physics.")),
    ]
    ranges["physics.spin"] = {"low": -1.0, "high": 1.0}
    values = neutral.to_vector()
    return tuple(
        Dimension(name=n, low=ranges[n].get("low", 0.0), high=ranges[n].get("high", 1.0), neutral=v)
        for n, v in zip(order, values, strict=True)
    )


GROUPS: Mapping[str, Any] = {
    "disc.": Disc,
    "ocean.": Ocean,
    "rsi.": Rsi,
    "dark_triad.": DarkTriad,
    "physics.": Physics,
}
DIMENSIONS: tuple[Dimension, ...] = _dimensions()
