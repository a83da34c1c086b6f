"""Key, mode and tempo of a score: what the file says, and what its notes say where it says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psychoscore_core.records import KEYS, Attributes
from psychoscore_midi_folder.quality import FASTEST, SLOWEST, mean_tempo

if TYPE_CHECKING:
    from symusic import Score
else:
    Score = Any

SURE = 0.03  # confidence below which an estimated key is none


def attributes_of(score: Score, *, estimate_key: bool) -> Attributes:
    """Return the attributes of a score; key and mode are None where nothing is known.

    A lone C major at the beginning is not believed when keys can be estimated: programs write it unasked.
    """
    tempo = mean_tempo(score)
    key, mode = _key(score, estimate_key)
    return Attributes(key=key, mode=mode, tempo=round(tempo, 2) if SLOWEST <= tempo <= FASTEST else None)


def _key(score: Score, estimate: bool) -> tuple[str | None, str | None]:
    signs = {(sign.key, sign.tonality) for sign in score.key_signatures}
    if signs and not (estimate and signs == {(0, 0)}):
        return _longest(score)
    if not estimate:
        return None, None
    from psychoscore_hearing.keys import estimate_key
    from psychoscore_hearing.music import hear

    tonic, mode, confidence = estimate_key(hear(score, "C", "Ionian"))  # given, lest it is estimated twice
    return (KEYS[tonic], mode) if mode and confidence >= SURE else (None, None)


def _longest(score: Score) -> tuple[str, str]:
    """Return the key whose signatures hold for most of the time; a signature of a minor key is Aeolian."""
    signs = sorted((sign.time, 7 * sign.key + 9 * sign.tonality, sign.tonality) for sign in score.key_signatures)
    ends = [time for time, _, _ in signs[1:]] + [max(score.end(), signs[-1][0] + 1)]
    held: dict[tuple[int, int], int] = {}
    for (time, tonic, minor), end in zip(signs, ends, strict=True):
        held[tonic % 12, minor] = held.get((tonic % 12, minor), 0) + end - time
    (tonic, minor), _ = max(held.items(), key=lambda item: item[1])
    return KEYS[tonic], "Aeolian" if minor else "Ionian"
