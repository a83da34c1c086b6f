"""What chords do in each mode, as tables: degrees count from 1, numbers after a colon are weights.

The walks favour what gives a mode its face: IV in Dorian, II in Phrygian, II in Lydian, VII in Mixolydian, VI and VII
in Aeolian, V (a tritone above the tonic) in Locrian.
"""

from __future__ import annotations

from collections.abc import Mapping

Walk = Mapping[int, Mapping[int, float]]

WALKS: Mapping[str, Walk] = {
    "Ionian": {
        1: {4: 4, 6: 4, 5: 3, 2: 2, 3: 1},
        2: {5: 6, 4: 1, 7: 1},
        3: {6: 4, 4: 4},
        4: {5: 4, 1: 2, 2: 3},
        5: {1: 4, 6: 4, 4: 1},
        6: {4: 4, 2: 3, 5: 2, 3: 1},
        7: {1: 3, 3: 1, 6: 1},
    },
    "Dorian": {
        1: {4: 5, 7: 3, 3: 2, 5: 2, 2: 1},
        2: {4: 2, 5: 2, 7: 2, 1: 1},
        3: {4: 4, 7: 3, 1: 1},
        4: {1: 4, 7: 3, 5: 2, 2: 1},
        5: {1: 3, 4: 3, 7: 1},
        6: {4: 2, 7: 2},
        7: {4: 4, 1: 3, 3: 2},
    },
    "Phrygian": {
        1: {2: 5, 7: 3, 6: 2, 4: 2, 3: 1},
        2: {1: 4, 3: 2, 7: 2, 6: 1},
        3: {2: 4, 4: 2, 6: 2},
        4: {2: 3, 1: 2, 7: 2},
        5: {6: 2, 1: 1},
        6: {2: 3, 7: 3, 4: 2},
        7: {1: 3, 6: 3, 2: 2},
    },
    "Lydian": {
        1: {2: 5, 5: 3, 6: 2, 3: 2, 7: 1},
        2: {1: 3, 5: 3, 7: 1, 6: 2},
        3: {6: 3, 2: 3, 7: 1},
        4: {5: 2, 2: 1},
        5: {1: 3, 6: 3, 2: 2, 3: 1},
        6: {2: 4, 5: 2, 3: 2},
        7: {3: 2, 6: 2, 1: 1},
    },
    "Mixolydian": {
        1: {7: 5, 4: 4, 5: 2, 2: 1, 6: 1},
        2: {4: 2, 7: 3, 5: 2},
        3: {4: 1, 6: 1},
        4: {1: 4, 7: 4, 5: 1, 2: 1},
        5: {7: 2, 4: 3, 1: 2},
        6: {4: 3, 2: 2, 7: 2},
        7: {4: 5, 1: 3, 2: 1},
    },
    "Aeolian": {
        1: {6: 4, 4: 3, 7: 3, 3: 2, 5: 2},
        2: {5: 4, 7: 1},
        3: {6: 3, 7: 3, 4: 2},
        4: {1: 2, 7: 3, 5: 3, 2: 1},
        5: {1: 3, 6: 4},
        6: {7: 4, 3: 3, 4: 3, 2: 1},
        7: {3: 3, 1: 2, 6: 3},
    },
    "Locrian": {
        1: {5: 4, 2: 4, 6: 2, 4: 1},
        2: {1: 3, 5: 2, 7: 2, 3: 1},
        3: {2: 3, 4: 1, 6: 1},
        4: {7: 2, 2: 2, 1: 1},
        5: {2: 3, 1: 3, 6: 2},
        6: {5: 2, 2: 3, 7: 2},
        7: {1: 3, 6: 2, 5: 2},
    },
}

# A close is (approach, penultimate, goal): the first two share the last bar but one.
CLOSES: Mapping[str, Mapping[str, Mapping[tuple[int, int, int], float]]] = {
    "Ionian": {
        "full": {(4, 5, 1): 4, (2, 5, 1): 4, (6, 5, 1): 1},
        "half": {(1, 4, 5): 3, (6, 2, 5): 3, (1, 2, 5): 1},
        "deceptive": {(4, 5, 6): 1},
    },
    "Dorian": {
        "full": {(3, 4, 1): 3, (4, 7, 1): 3, (4, 5, 1): 2},
        "half": {(1, 7, 4): 3, (3, 1, 4): 1, (2, 4, 5): 2, (1, 4, 7): 2},
        "deceptive": {(4, 7, 3): 1},
    },
    "Phrygian": {
        "full": {(6, 2, 1): 4, (4, 2, 1): 3, (6, 7, 1): 2},
        "half": {(1, 7, 2): 2, (1, 6, 7): 2, (3, 1, 2): 1},
        "deceptive": {(4, 2, 6): 1},
    },
    "Lydian": {
        "full": {(6, 2, 1): 3, (2, 5, 1): 4, (5, 2, 1): 1},
        "half": {(1, 6, 2): 3, (1, 2, 5): 3},
        "deceptive": {(2, 5, 6): 1},
    },
    "Mixolydian": {
        "full": {(4, 7, 1): 4, (7, 4, 1): 3, (2, 5, 1): 1},
        "half": {(1, 4, 7): 3, (1, 7, 4): 2, (4, 2, 5): 1},
        "deceptive": {(4, 7, 6): 1},
    },
    "Aeolian": {
        "full": {(6, 7, 1): 4, (4, 5, 1): 3, (2, 5, 1): 1},
        "half": {(1, 4, 5): 3, (1, 6, 7): 3, (6, 4, 5): 2},
        "deceptive": {(4, 5, 6): 1},
    },
    "Locrian": {
        "full": {(5, 2, 1): 4, (6, 7, 1): 2, (4, 2, 1): 1},
        "half": {(1, 2, 5): 3, (1, 6, 2): 2},
        "deceptive": {(5, 2, 6): 1},
    },
}

# What a contrasting section may begin on.
CONTRASTS: Mapping[str, Mapping[int, float]] = {
    "Ionian": {6: 3, 4: 3, 2: 1},
    "Dorian": {3: 2, 7: 2, 4: 2},
    "Phrygian": {6: 2, 2: 2, 4: 1},
    "Lydian": {6: 2, 3: 2, 5: 1},
    "Mixolydian": {4: 3, 2: 1, 6: 1},
    "Aeolian": {3: 2, 6: 3, 4: 2},
    "Locrian": {6: 2, 5: 2, 2: 1},
}

# Chromatic stand-ins for a chord on its way to a goal: semitones of the root above the goal's, and the quality.
APPROACHES: Mapping[str, tuple[int, str]] = {
    "secondary dominant": (7, "7"),
    "leading diminished": (11, "dim7"),
    "tritone substitute": (1, "7"),
    "Neapolitan": (1, ""),
    "minor subdominant": (5, "m"),
}
