import numpy as np
import pytest

from psychoscore_core.errors import ConfigError, DataError, RunError
from psychoscore_remi.plugin import RemiConfig
from psychoscore_remi.tokenizer import RemiTokenizer

PREFIX = ("KEY_D", "BIAS_SOCIAL_PROOF")


@pytest.fixture(scope="module")
def scores(make):
    rng = np.random.default_rng(0)
    return [make(*((i * 240, 240, int(p)) for i, p in enumerate(rng.integers(60, 68, 64)))) for _ in range(12)]


@pytest.fixture(scope="module")
def plain():
    return RemiTokenizer(RemiConfig(), PREFIX)


def trained(scores, size=1000):
    tokenizer = RemiTokenizer(RemiConfig(bpe_vocabulary=size), PREFIX)
    tokenizer.train(scores)
    return tokenizer


@pytest.fixture(scope="module")
def merged(scores):
    return trained(scores)


def test_a_small_vocabulary_is_refused():
    with pytest.raises(ConfigError, match=r"tokenizer.bpe_vocabulary: must be 0 or above the \d+ tokens without"):
        RemiTokenizer(RemiConfig(bpe_vocabulary=100))


def test_encoding_before_training_is_refused(make):
    with pytest.raises(RunError, match="bpe_vocabulary = 1000 asks for training before encoding"):
        RemiTokenizer(RemiConfig(bpe_vocabulary=1000)).encode(make((0, 480, 60)))


def test_training_on_nothing_is_refused():
    with pytest.raises(DataError, match="there is no score to train on"):
        trained([])


def test_training_keeps_the_ids_of_music_and_prefix(plain, merged):
    names = plain.vocabulary.families[0].tokens
    assert merged.vocabulary.families[0].tokens[: len(names)] == names
    assert merged.vocabulary.prefix == plain.vocabulary.prefix
    assert merged.vocabulary.digest != plain.vocabulary.digest and not merged.needs_training()


def test_the_same_scores_give_the_same_merges(scores, merged):
    assert trained(scores).vocabulary.digest == merged.vocabulary.digest


def test_merged_rows_say_the_same_in_fewer(scores, plain, merged):
    rows, short = plain.encode(scores[0]), merged.encode(scores[0])
    assert len(short.rows) < 0.7 * len(rows.rows) and short.notes == rows.notes == 64
    assert merged.decode(short.rows).dumps_midi() == plain.decode(rows.rows).dumps_midi()


def test_a_merged_row_lies_in_the_bar_of_its_first_event(scores, plain, merged):
    rows, short = plain.encode(scores[0]), merged.encode(scores[0])
    first = np.cumsum([0, *(len(merged._events.run(int(token))) for token in short.rows[:-1, 0])])
    assert short.bars.tolist() == rows.bars[first].tolist()


def test_the_grammar_accepts_merged_rows(scores, merged):
    for score in scores:
        encoded = merged.encode(score)
        grammar = merged.grammar(8)
        for row, bar in zip(encoded.rows[2:].tolist(), encoded.bars[2:].tolist(), strict=True):
            grammar.push(row)
            assert grammar.bar == bar
        assert grammar.finished


def test_a_merged_token_is_allowed_where_its_events_are(plain, merged):
    rng = np.random.default_rng(5)
    for _ in range(40):
        grammar, events = merged.grammar(3), []
        for _ in range(int(rng.integers(0, 30))):
            token = int(rng.choice(np.flatnonzero(grammar.mask())))
            if token == merged.vocabulary.eos:
                break
            grammar.push([token])
            events += merged._events.expand(np.array([token])).tolist()
        for token in rng.integers(0, merged.vocabulary.families[0].size, 60).tolist():
            run = merged._events.expand(np.array([token])).tolist()
            assert bool(grammar.mask()[token]) == takes(plain.grammar(3), events + run)


def takes(grammar, events):
    try:
        for event in events:
            grammar.push([event])
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("seed", range(5))
def test_random_walks_over_merged_tokens_have_their_bars(merged, seed):
    grammar, rng, rows = merged.grammar(4), np.random.default_rng(seed), []
    while not grammar.finished:
        rows.append([int(rng.choice(np.flatnonzero(grammar.mask())))])
        grammar.push(rows[-1])
    assert merged._events.bars[np.array(rows)[:, 0]].sum() == 4 == grammar.bar + 1
    struck = merged._events.notes[np.array(rows)[:, 0]].sum()
    assert merged.decode(np.array(rows)).note_num() == struck


def test_any_merged_ids_decode(merged):
    rng = np.random.default_rng(0)
    for _ in range(200):
        score = merged.decode(rng.integers(0, merged.vocabulary.families[0].size, (50, 1)))
        assert all(note.duration >= 1 for track in score.tracks for note in track.notes)
