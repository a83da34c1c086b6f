"""The dataset: eight bars of broken minor chords a piece."""

from symusic import Note, Score, Tempo, TimeSignature, Track

from psychoscore_core import Profile
from psychoscore_core.errors import DataError
from psychoscore_core.records import KEYS, Attributes, Piece, digest_of


class Nocturnes:
    def __init__(self, config):
        self.config = config

    def check(self):
        """There is nothing to download."""

    def keys(self):
        return [f"nocturne-{index}" for index in range(self.config.pieces)]

    def load(self, key):
        if key not in self.keys():
            raise DataError(f"nocturnes: there is no piece {key!r}")
        index = int(key.removeprefix("nocturne-"))
        given = Attributes(key=KEYS[index % 12], mode="Aeolian", tempo=60.0)
        split = "validation" if index % 4 == 3 else "train"
        profile = Profile(trauma=0.5 + index / 96, entropy=0.2)
        return [Piece(id=key, group=key, split=split, score=_score(index % 12), profile=profile, attributes=given)]

    def digest(self):
        return digest_of(["nocturnes", self.config.pieces])


def _score(tonic):
    score, track = Score(480), Track("piano", program=0)
    score.tempos.append(Tempo(0, 60))
    score.time_signatures.append(TimeSignature(0, 4, 4))
    for beat in range(32):
        track.notes.append(Note(beat * 480, 480, 48 + tonic + (0, 7, 12, 15)[beat % 4], 50))
    score.tracks.append(track)
    return score
