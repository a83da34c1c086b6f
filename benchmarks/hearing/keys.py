"""How often the estimated key is the labelled one: python benchmarks/hearing/keys.py CORPORA.

POP909: key_audio.txt. POP909_CL and chorales: the key signature that holds longest (the estimate does not see it).
Major and minor are compared; church modes count as the one whose third they have.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from symusic import Score

from psychoscore_core.records import SCALES
from psychoscore_hearing.keys import estimate_key
from psychoscore_hearing.music import Music, hear

_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
Labelled = Iterator[tuple[Music, int, bool]]  # music, tonic, whether minor


def pop909(corpora: Path) -> Labelled:
    for path in sorted((corpora / "pop909" / "POP909").glob("*/key_audio.txt")):
        held = Counter()
        for line in path.read_text().splitlines():
            start, end, name = line.split()
            held[name] += float(end) - float(start)
        tonic, quality = held.most_common(1)[0][0].split(":")
        place = (_LETTERS[tonic[0]] + {"#": 1, "b": -1, "": 0}[tonic[1:]]) % 12
        yield hear(Score(path.parent / f"{path.parent.name}.mid")), place, quality.startswith("min")


def signed(folder: Path, tracks: int | None = None) -> Labelled:
    for path in sorted(folder.glob("*.mid")):
        score = Score(path)
        score.tracks = list(score.tracks)[:tracks]
        if not score.key_signatures or not score.note_num():
            continue
        music = hear(score)
        held = Counter()
        for key, length in zip(music.key, music.bar_length.tolist(), strict=True):
            held[key] += length
        tonic, mode = held.most_common(1)[0][0]
        yield music, tonic, mode == "Aeolian"


def report(name: str, labelled: Labelled) -> None:
    songs = right = relative = 0
    for music, tonic, minor in labelled:
        found, mode, _ = estimate_key(music)
        same = (3 in SCALES[mode]) == minor
        songs += 1
        right += same and found == tonic
        relative += not same and found == (tonic + (3 if minor else 9)) % 12
    print(f"{name:12} {songs:4} songs: key right {right / songs:.3f}, relative key {relative / songs:.3f}")


def main(corpora: Path) -> None:
    report("POP909", pop909(corpora))
    report("POP909_CL", signed(corpora / "pop909" / "POP909_CL", tracks=1))
    report("chorales", signed(corpora / "jsb_chorales" / "midi"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
