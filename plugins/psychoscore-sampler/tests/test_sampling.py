"""The decode loop with toy grammars and decoders."""

from __future__ import annotations

import numpy as np
import pytest

from psychoscore_core.errors import RunError


def bars_of(rows: np.ndarray, toys) -> int:
    return int((rows == toys.bar).sum())


def equal(first, second) -> bool:
    return len(first) == len(second) and all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_rows_follow_the_grammar_and_end(toys):
    (rows,) = toys.sampler().sample(toys.ToyDecoder(toys.remembering), [toys.request(bars=5)])
    grammar = toys.NoteGrammar(5)
    for row in rows.tolist():
        grammar.push(row)
    assert grammar.finished and rows.dtype == np.int32


def test_same_seed_same_rows(toys):
    runs = [toys.sampler().sample(toys.ToyDecoder(toys.remembering), [toys.request(seed=9)]) for _ in range(2)]
    assert equal(*runs)


def test_other_seed_other_rows(toys):
    first, second = toys.sampler().sample(toys.ToyDecoder(toys.remembering), [toys.request(1), toys.request(2)])
    assert not np.array_equal(first, second)


def test_negative_seed_is_a_seed(toys):
    assert toys.sampler().sample(toys.ToyDecoder(toys.remembering), [toys.request(seed=-1)])[0].size


@pytest.mark.parametrize("guidance", [1.0, 3.0])
@pytest.mark.parametrize("decoder", ["ToyDecoder", "KeepingDecoder"])
@pytest.mark.parametrize("batch_size", [2, 16])
def test_a_batch_gives_what_each_gives_alone(toys, decoder, guidance, batch_size):
    sampler = toys.sampler(guidance=guidance, batch_size=batch_size)
    build = getattr(toys, decoder)
    together = sampler.sample(build(toys.remembering), [toys.request(i, bars=2 + i) for i in range(5)])
    alone = [sampler.sample(build(toys.remembering), [toys.request(i, bars=2 + i)])[0] for i in range(5)]
    assert equal(together, alone)


@pytest.mark.parametrize("options", [{}, {"guidance": 3.0}, {"guidance": 2.0, "plan_guidance": 0.5, "top_k": 4}])
def test_a_decoder_that_draws_gives_the_same_rows(toys, options):
    sampler, requests = toys.sampler(repetition_penalty=1.0, **options), (3, 1, 5)
    rows = [
        sampler.sample(decoder(toys.remembering), [toys.request(n, bars=bars) for n, bars in enumerate(requests)])
        for decoder in (toys.ToyDecoder, toys.DrawingDecoder)
    ]
    assert equal(*rows)


def test_a_decoder_that_draws_is_told_which_streams_have_finished(toys):
    decoder = toys.DrawingDecoder(toys.remembering)
    toys.sampler().sample(decoder, [toys.request(bars=1), toys.request(bars=9)])
    assert decoder.last.passed_over == 1


def test_finished_streams_leave_a_decoder_that_can_drop_them(toys):
    decoder = toys.KeepingDecoder(toys.remembering)
    toys.sampler(guidance=2.0).sample(decoder, [toys.request(bars=1), toys.request(bars=9)])
    assert decoder.steps[0] == 4 and decoder.steps[-1] == 2


def test_streaming_gives_the_rows_of_sampling_bar_by_bar(toys):
    requests = [toys.request(i, bars=3) for i in range(3)]
    chunks = list(toys.sampler().stream(toys.ToyDecoder(toys.remembering), requests))
    joined = [np.concatenate([rows for place, rows in chunks if place == i]) for i in range(3)]
    whole = toys.sampler().sample(toys.ToyDecoder(toys.remembering), [toys.request(i, bars=3) for i in range(3)])
    assert equal(joined, whole)
    assert all(int(rows[0, 0]) == toys.bar for _, rows in chunks) and len(chunks) == 9


def test_a_bar_is_streamed_before_the_next_one_is_drawn(toys):
    decoder = toys.ToyDecoder(toys.remembering)
    _, rows = next(toys.sampler().stream(decoder, [toys.request(bars=50)]))
    assert len(decoder.steps) == len(rows) + 1  # the prompt's last row, and all drawn rows but the next bar's first


def test_a_bar_that_the_grammar_passes_over_has_no_rows(toys):
    class Leaping(toys.NoteGrammar):
        def push(self, row):
            super().push(row)
            self.bar = self.opened - 1 if self.finished else 2 * max(0, self.opened - 1)

    request = toys.request(bars=2, grammar=Leaping)
    lengths = [len(rows) for _, rows in toys.sampler().stream(toys.ToyDecoder(toys.remembering), [request])]
    assert len(lengths) >= 3 and lengths[1] == 0


def test_temperature_is_the_bars_own(toys):
    request = toys.request(bars=6, temperatures=(1e-6, 1e-6, 1e-6, 50.0, 50.0, 50.0))

    def flat_but_one(rows, bar, vector):
        return np.where(np.arange(toys.size) == toys.pitches[3], 5.0, 0.0) - 9.0 * (rows.count((toys.bar,)) == 0)

    chunks = [
        c for _, c in toys.sampler(top_p=1.0, max_rows_per_bar=40).stream(toys.ToyDecoder(flat_but_one), [request])
    ]
    pitches = [{int(r) for r in chunk[:, 0] if r in toys.pitches} for chunk in chunks]
    assert all(found == {toys.pitches[3]} for found in pitches[:3]) and len(set.union(*pitches[3:])) > 3


def test_rows_are_fed_with_the_bar_they_lie_in(toys):
    seen = []

    def spying(rows, bar, vector):
        seen.append((rows[-1][0], bar, rows.count((toys.bar,))))
        return toys.remembering(rows, bar, vector)

    toys.sampler().sample(toys.ToyDecoder(spying), [toys.request(bars=4)])
    assert seen[0] == (2, -1, 0)
    assert all(bar == opened - 1 for _, bar, opened in seen)


def test_guidance_one_runs_no_second_streams(toys):
    decoder = toys.ToyDecoder(toys.remembering)
    toys.sampler(guidance=1.0).sample(decoder, [toys.request()])
    assert set(decoder.steps) == {1}


def test_guidance_reads_a_bare_prompt_without_condition(toys):
    seen = []

    class Spy(toys.ToyDecoder):
        def start(self, streams):
            seen.extend((s.rows.tolist(), s.vector, s.bars) for s in streams)
            return super().start(streams)

    toys.sampler(guidance=2.0).sample(Spy(toys.remembering), [toys.request(bars=1, vector=0.25)])
    assert seen == [([[1], [0], [2]], (0.25,), ((0.25,),)), ([[1], [2]], None, None)]


def test_guidance_draws_what_the_formula_prefers(toys):
    def opposed(rows, bar, vector):
        logits = np.zeros(toys.size)
        logits[toys.pitches[0]] = 3.0  # likely either way
        logits[toys.pitches[1]] = 2.0 if vector else -2.0  # the condition's doing
        return logits

    def first_pitch(guidance):
        sampler = toys.sampler(guidance=guidance, max_rows_per_bar=6)
        (rows,) = sampler.sample(toys.ToyDecoder(opposed), [toys.request(bars=1, temperatures=(1e-6,))])
        return rows[1, 0]

    assert (first_pitch(1.0), first_pitch(3.0)) == (toys.pitches[0], toys.pitches[1])


def never_on(toys):
    return lambda rows, bar, vector: np.where(np.isin(np.arange(toys.size), [toys.bar, toys.end]), -1e9, 0.0)


def always_end(toys):
    return lambda rows, bar, vector: np.where(np.arange(toys.size) == toys.end, 1e9, 0.0)


def always_bar(toys):
    return lambda rows, bar, vector: np.where(np.arange(toys.size) == toys.bar, np.inf, -np.inf)


def all_nan(toys):
    return lambda rows, bar, vector: np.full(toys.size, np.nan)


def all_impossible(toys):
    return lambda rows, bar, vector: np.full(toys.size, -np.inf)


@pytest.mark.parametrize("grammar", ["NoteGrammar", "ClosingGrammar"])
@pytest.mark.parametrize("logits", [never_on, always_end, always_bar, all_nan, all_impossible])
@pytest.mark.parametrize("guidance", [1.0, 4.0])
def test_the_number_of_bars_is_exact_whatever_the_model_wants(toys, grammar, logits, guidance):
    sampler = toys.sampler(max_rows_per_bar=10, guidance=guidance)
    request = toys.request(bars=7, grammar=getattr(toys, grammar))
    (rows,) = sampler.sample(toys.ToyDecoder(logits(toys)), [request])
    assert bars_of(rows, toys) == 7 and rows[-1, 0] == toys.end


def test_a_closing_mask_ends_a_bar_at_once(toys):
    request = toys.request(bars=3, grammar=toys.ClosingGrammar)
    chunks = [rows for _, rows in toys.sampler(max_rows_per_bar=10).stream(toys.ToyDecoder(never_on(toys)), [request])]
    assert [len(rows) for rows in chunks] == [11, 11, 12]  # a note is finished first, and the end is a row too


def test_without_a_closing_mask_the_way_out_is_found_and_remembered(toys):
    request = toys.request(bars=5)
    chunks = [rows for _, rows in toys.sampler(max_rows_per_bar=10).stream(toys.ToyDecoder(never_on(toys)), [request])]
    assert len(chunks[0]) < 10 + 2 * toys.size and all(len(rows) <= 11 for rows in chunks[1:-1])


def test_max_rows_makes_the_rest_of_the_piece_short(toys):
    sampler = toys.sampler(max_rows_per_bar=50, max_rows=60)
    request = toys.request(bars=10, grammar=toys.ClosingGrammar)
    chunks = [rows for _, rows in sampler.stream(toys.ToyDecoder(never_on(toys)), [request])]
    assert len(chunks) == 10 and [len(rows) for rows in chunks[2:]] == [1] * 7 + [2]


def test_a_grammar_without_a_way_out_is_an_error(toys):
    class Endless(toys.NoteGrammar):
        def mask(self, family=0, partial=()):
            mask = super().mask(family, partial)
            mask[toys.bar] &= self.opened < 1
            return mask

    with pytest.raises(RunError, match="no way out of bar 1"):
        toys.sampler(max_rows_per_bar=5).sample(toys.ToyDecoder(toys.remembering), [toys.request(grammar=Endless)])


class WordDecoder:
    """Three families, the later ones given by the ids drawn before them."""

    context = 0

    def __init__(self):
        self.partials = []

    def start(self, streams):
        return {"streams": len(streams), "read": 0}

    def step(self, state, rows, bars):
        assert rows.shape == (state["streams"], 3)
        state["read"] += 1
        size = state["streams"]

        def pitch(partial):
            assert partial.shape == (size, 1)
            return np.zeros((size, 13)) + 20.0 * (np.arange(13) == 1 + state["read"] % 12)

        def length(partial):
            assert partial.shape == (size, 2)
            self.partials += partial.tolist()
            return 20.0 * (np.arange(5) == 1 + partial[:, 1:] % 4)

        return [np.tile([0.0, 0.0, 1.5], (size, 1)), pitch, length]


@pytest.mark.parametrize("guidance", [1.0, 2.0])
def test_later_families_are_drawn_from_what_earlier_ones_gave(toys, guidance):
    requests = [toys.request(i, bars=3, grammar=toys.WordGrammar, families=3) for i in range(3)]
    for rows in toys.sampler(guidance=guidance).sample(WordDecoder(), requests):
        notes = rows[rows[:, 0] == 2]
        assert len(notes) and (notes[:, 2] == 1 + notes[:, 1] % 4).all()
        assert (rows[:, 0] == 1).sum() == 3 and rows[-1].tolist() == [0, 0, 0]


def test_compound_bars_close_without_a_closing_mask(toys):
    class Notes(WordDecoder):
        def step(self, state, rows, bars):
            return [np.tile([-1e9, -1e9, 0.0], (state["streams"], 1)), *super().step(state, rows, bars)[1:]]

    requests = [toys.request(bars=4, grammar=toys.WordGrammar, families=3)]
    (rows,) = toys.sampler(max_rows_per_bar=8).sample(Notes(), requests)
    assert (rows[:, 0] == 1).sum() == 4 and len(rows) < 50


@pytest.mark.parametrize("decoder", ["ToyDecoder", "KeepingDecoder", "SteppingDecoder"])
@pytest.mark.parametrize("guidance", [1.0, 2.0])
@pytest.mark.parametrize("context", [7, 8, 25])
def test_a_sliding_context_changes_nothing_for_a_model_with_a_shorter_memory(toys, decoder, guidance, context):
    sampler = toys.sampler(guidance=guidance)
    requests = [[toys.request(i, bars=4 + 3 * i) for i in range(3)] for _ in range(2)]
    sliding = getattr(toys, decoder)(toys.remembering, context)
    assert equal(sampler.sample(sliding, requests[0]), sampler.sample(toys.ToyDecoder(toys.remembering), requests[1]))
    assert len(sliding.starts) > 1


def test_a_slid_context_begins_with_the_prompt(toys):
    seen = []

    def spying(rows, bar, vector):
        seen.append([row[0] for row in rows])
        return toys.remembering(rows, bar, vector)

    toys.sampler().sample(toys.ToyDecoder(spying, 12), [toys.request(bars=20)])
    assert all(rows[:3] == [1, 0, 2] for rows in seen) and max(map(len, seen)) == 12


def test_a_prompt_that_fills_the_context_is_an_error(toys):
    with pytest.raises(RunError, match="a prompt of 3 rows leaves no room in the model's context of 4 rows"):
        toys.sampler().sample(toys.ToyDecoder(toys.remembering, 4), [toys.request()])


def test_repetition_control_breaks_a_loop(toys):
    def looping(rows, bar, vector):
        logits = np.zeros(toys.size)
        logits[toys.pitches[len(rows) // 2 % 3]] = logits[toys.lengths[0]] = 6.0
        return logits

    def distinct(penalty):
        options = {"repetition_penalty": penalty, "repetition_length": 12, "max_rows_per_bar": 200}
        rows = toys.sampler(**options).sample(toys.ToyDecoder(looping), [toys.request(temperatures=(0.3,))])[0]
        passages = [tuple(rows[i : i + 12, 0]) for i in range(len(rows) - 12)]
        return len(set(passages)) / len(passages)

    assert distinct(0.0) < 0.2 and distinct(3.0) > 2 * distinct(0.0)


def test_a_finished_grammar_gives_no_rows(toys):
    request = toys.request()
    request.grammar.finished = True
    assert toys.sampler().sample(toys.ToyDecoder(toys.remembering), [request])[0].shape == (0, 1)


def test_no_requests_give_nothing(toys):
    assert toys.sampler().sample(toys.ToyDecoder(toys.remembering), []) == []


@pytest.mark.parametrize("temperatures", [(), (0.0,), (float("nan"),), (1.0, float("inf"))])
def test_temperatures_must_be_positive_numbers(toys, temperatures):
    with pytest.raises(ValueError, match="temperatures must be one or more finite numbers above 0"):
        toys.sampler().sample(toys.ToyDecoder(toys.remembering), [toys.request(temperatures=temperatures)])


def test_logits_of_a_wrong_width_are_named(toys):
    with pytest.raises(ValueError, match="family 0: the decoder gave 7 logits, the grammar knows 21"):
        toys.sampler().sample(toys.ToyDecoder(lambda *_: np.zeros(7)), [toys.request()])


def test_logits_for_another_number_of_streams_are_named(toys):
    class Short(toys.ToyDecoder):
        def outputs(self, state, bars):
            return [super().outputs(state, bars)[0][:1]]

    with pytest.raises(ValueError, match=r"gave logits \(1, 21\) for 2 streams"):
        toys.sampler().sample(Short(toys.remembering), [toys.request(1), toys.request(2)])


def test_what_a_seed_gives_stays_the_same(toys):
    """Guards `Component.version`: whoever changes these rows must raise it."""

    def rising(rows, bar, vector):
        return np.arange(toys.size) / 8 - 4.0 * (np.arange(toys.size) < 5)

    (rows,) = toys.sampler(max_rows_per_bar=6).sample(toys.ToyDecoder(rising), [toys.request(seed=7, bars=1)])
    assert " ".join(map(str, rows[:, 0])) == "4 14 20 15 18 11 17 3"
