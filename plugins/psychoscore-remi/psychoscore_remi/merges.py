"""Byte-pair merges: frequent runs of tokens within a bar become one token."""

from __future__ import annotations

import json
from collections.abc import Iterable

import numpy as np
from miditok import REMI, TokSequence
from tokenizers import Tokenizer, models

from psychoscore_core.errors import DataError
from psychoscore_remi.events import Events
from psychoscore_remi.vocabulary import letters

_RARE = 2  # a pair seen less often is not worth a token


def learn(miditok: REMI, pieces: Iterable[np.ndarray], events: Events, size: int) -> None:
    """Train `miditok` in place to at most `size` tokens on base ids (time,) of each piece.

    No merge crosses a bar line, because each bar is a word of its own. Raises DataError without pieces.
    """
    alphabet = letters(miditok.vocab)
    letter_of = {token: letter for letter, token in alphabet.items()}
    words = [
        "".join(letter_of[token] for token in bar.tolist())
        for piece in pieces
        for bar in np.split(piece, np.flatnonzero(events.opens_bar[piece])[1:])
    ]
    if not words:
        raise DataError("tokenizer: remi: bpe_vocabulary asks for training, but there is no score to train on")
    miditok.train(vocab_size=size, model=models.BPE(vocab=alphabet, merges=[]), iterator=words, min_frequency=_RARE)


def merged_runs(miditok: REMI) -> list[list[int]]:
    """Return the base ids of each token beyond the base vocabulary, in id order; [] before training.

    Raises ValueError where training moved a base id.
    """
    if not miditok.is_trained:
        return []
    alphabet, learned = letters(miditok.vocab), miditok.vocab_model
    if any(learned.get(letter) != token for letter, token in alphabet.items()):
        raise ValueError("a base token has another id in the byte-pair model")
    words = sorted(set(learned) - set(alphabet), key=learned.__getitem__)
    if [learned[word] for word in words] != list(range(len(alphabet), len(learned))):
        raise ValueError("the ids of the merged tokens have gaps")
    return [[alphabet[letter] for letter in word] for word in words]


def apply(miditok: REMI, ids: np.ndarray) -> np.ndarray:
    """Return base ids (time,) with the trained merges applied."""
    sequence = TokSequence(ids=ids.tolist())
    miditok.encode_token_ids(sequence)
    return np.array(sequence.ids, np.int32)


def rebuilt_model(saved: str, base: dict[str, int]) -> str:
    """Return a byte-pair model's JSON made anew from the vocabulary and merges in a saved one.

    Only those two are read, so that nothing else in the text has an effect. Raises ValueError and its kin.
    """
    model = json.loads(saved)["model"]
    vocabulary = {str(word): int(token) for word, token in model["vocab"].items()}
    merges = [(str(left), str(right)) for left, right in model["merges"]]
    known = letters(base)
    if any(letter not in known for word in vocabulary for letter in word) or "" in vocabulary:
        raise ValueError("the byte-pair model has letters that are no tokens")
    return Tokenizer(models.BPE(vocab=vocabulary, merges=merges)).to_str()
