"""A tiny model with random weights, through the real transformers: batches, sampling, stops, streams, faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from threading import enumerate as threads

import pytest
import torch
from language_models import save_language_model
from transformers import LogitsProcessor

from xrag.errors import GenerationError, Unsupported, UsageError
from xrag.generators.huggingface import TransformersGenerator
from xrag.generators.rendering import Pieces, stopped
from xrag.testing import PASSAGES, check_streaming_generator
from xrag.types import Ability, Decoding, Message, Prompt, Query, Sampling, Structure

SHORT = Sampling(max_tokens=12)
STEPS: list[int] = []
DRAWN = Sampling(max_tokens=12, temperature=1.0, seed=3)


class Only(LogitsProcessor):
    """Leaves the rows that ask for a language the token of its first letter alone."""

    def __init__(self, tokenizer, rows: Sequence[Decoding | None], width: int) -> None:
        self.allowed = [tokenizer.encode(row.language)[0] if row else None for row in rows]
        self.width = width

    def __call__(self, input_ids, scores):
        assert input_ids.shape[1] >= self.width
        for row, token in enumerate(self.allowed):
            if token is not None:
                kept = scores[row, token].clone()
                scores[row] = -torch.inf
                scores[row, token] = kept
        return scores


def two_at_most(tokenizer, rows, width):
    if len(rows) > 2 or any(row and row.language == "th" for row in rows):
        raise torch.cuda.OutOfMemoryError("too much")
    return Only(tokenizer, [None] * len(rows), width)


def two_fit_in_memory(tokenizer, rows, width):
    if len(rows) > 2:
        torch.empty(1 << 46)
    return Only(tokenizer, [None] * len(rows), width)


class Counting(LogitsProcessor):
    def __call__(self, input_ids, scores):
        STEPS.append(1)
        return scores


def counting(tokenizer, rows, width):
    return Counting()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_language_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def generator(folder: Path) -> TransformersGenerator:
    return TransformersGenerator(str(folder), device="cpu", logits_processors=("test_transformers:Only",))


def prompt(text: str = "Wo liegt Wien?", number: str = "1") -> Prompt:
    return Prompt(Query(number, text), (), "de", (Message("system", "Antworte."), Message("user", text)))


PROMPTS = [prompt(passage.text * (1 + i % 3), passage.id) for i, passage in enumerate(PASSAGES)]


def test_the_model_keeps_the_promises_of_a_generator(generator: TransformersGenerator) -> None:
    check_streaming_generator(generator)


def test_a_completion_counts_its_tokens_and_says_why_it_ended(generator: TransformersGenerator) -> None:
    [done] = generator.generate([prompt()], SHORT)
    assert (done.usage.completion_tokens, len(done.token_ids), done.finish_reason) == (12, 12, "length")
    assert done.usage.prompt_tokens > 10


@pytest.mark.parametrize("sampling", [SHORT, DRAWN, replace(DRAWN, top_p=0.5)], ids=["greedy", "drawn", "nucleus"])
def test_a_completion_depends_neither_on_the_batch_nor_on_its_place(
    folder: Path, generator: TransformersGenerator, sampling: Sampling
) -> None:
    whole = [one.text for one in generator.generate(PROMPTS, sampling)]
    backwards = TransformersGenerator(str(folder), device="cpu", batch_size=4).generate(PROMPTS[::-1], sampling)
    assert [one.text for one in backwards[::-1]] == whole


def test_a_seed_repeats_what_is_drawn_and_another_does_not(generator: TransformersGenerator) -> None:
    first, again, other, free = (
        generator.generate([prompt()], sampling)[0].text
        for sampling in (DRAWN, DRAWN, replace(DRAWN, seed=4), replace(DRAWN, seed=None))
    )
    assert first == again
    assert len({first, other, free}) == 3


def test_draws_leave_the_random_numbers_of_the_program_alone(generator: TransformersGenerator) -> None:
    before = torch.random.get_rng_state()
    generator.generate([prompt()], DRAWN)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_draws_follow_the_distribution_of_the_model(generator: TransformersGenerator) -> None:
    """The most probable first token is drawn about as often as its probability says."""
    loaded = generator._loaded
    ids = torch.tensor([loaded.rendering.token_ids(prompt())])
    with torch.inference_mode():
        expected = torch.softmax(loaded._model(ids).logits[0, -1] / 2, -1)
    one = Sampling(max_tokens=1, temperature=2.0)
    drawn = [
        generator.generate([prompt()] * 8, replace(one, seed=None))[n].token_ids[0] for _ in range(50) for n in range(8)
    ]
    share = drawn.count(int(expected.argmax())) / len(drawn)
    assert share == pytest.approx(float(expected.max()), abs=0.1)


def test_a_stop_string_ends_the_text_and_is_not_part_of_it(generator: TransformersGenerator) -> None:
    [free] = generator.generate([prompt()], SHORT)
    stop = free.text[4:6]
    [done] = generator.generate([prompt()], replace(SHORT, stop=("never", stop)))
    assert done.text == free.text[: free.text.index(stop)]
    assert done.finish_reason == "stop"
    assert done.usage.completion_tokens < 12


def test_a_stop_string_ends_its_own_row_alone(generator: TransformersGenerator) -> None:
    free = generator.generate(PROMPTS, SHORT)
    stop = free[0].text[3:5]
    done = generator.generate(PROMPTS, replace(SHORT, stop=(stop,)))
    assert [one.text for one in done] == [stopped(one.text, (stop,)) for one in free]


def test_a_stream_stops_before_the_stop_string(generator: TransformersGenerator) -> None:
    [free] = generator.generate([prompt()], SHORT)
    sampling = replace(SHORT, stop=(free.text[4:7],))
    assert "".join(generator.stream(prompt(), sampling)) == generator.generate([prompt()], sampling)[0].text


def test_a_prefill_begins_text_and_stream(generator: TransformersGenerator) -> None:
    started = replace(prompt(), prefill="Wien liegt ")
    [done] = generator.generate([started], SHORT)
    pieces = list(generator.stream(started, SHORT))
    assert done.text.startswith("Wien liegt ")
    assert (pieces[0], "".join(pieces)) == ("Wien liegt ", done.text)
    assert done.text.removeprefix("Wien liegt ") != generator.generate([prompt()], SHORT)[0].text


def test_decoding_reaches_the_logits_processor_of_its_own_row(generator: TransformersGenerator) -> None:
    asked = [prompt("Warum ist das so?"), replace(prompt(), decoding=Decoding("t")), prompt("Wer?")]
    free = [one.text for one in generator.generate([asked[0], asked[2]], SHORT)]
    one, two, three = (done.text for done in generator.generate(asked, SHORT))
    assert ([one, three], two) == (free, "t" * 12)


def test_without_processors_decoding_is_refused(folder: Path) -> None:
    plain = TransformersGenerator(str(folder), device="cpu")
    assert plain.supports == {Ability.STREAMING, Ability.PREFILL, Ability.TOKEN_IDS}
    with pytest.raises(Unsupported, match="decoding"):
        plain.generate([replace(prompt(), decoding=Decoding("de"))], SHORT)
    with pytest.raises(Unsupported, match="structured-output"):
        plain.generate([prompt()], replace(SHORT, structure=Structure(pattern="a")))


def test_variables_and_another_template_reach_the_prompt(folder: Path) -> None:
    shouting = TransformersGenerator(str(folder), device="cpu", template_options={"shout": True})
    bare = TransformersGenerator(str(folder), device="cpu", chat_template="{{ messages[-1].content }}")
    lengths = [g.generate([prompt()], SHORT)[0].usage.prompt_tokens for g in (shouting, bare)]
    plain = TransformersGenerator(str(folder), device="cpu").generate([prompt()], SHORT)[0].usage.prompt_tokens
    assert lengths[0] > plain > lengths[1]


def test_a_prompt_that_is_too_long_fails_alone(generator: TransformersGenerator) -> None:
    long = prompt("Donau " * 1000, "7")
    lost, kept = generator.generate([long, prompt()], SHORT)
    assert "query '7': the prompt has" in lost.error
    assert "the model takes 1024" in lost.error
    assert kept.text == generator.generate([prompt()], SHORT)[0].text
    with pytest.raises(GenerationError, match="query '7'"):
        generator.generate([long], SHORT)


def test_an_answer_has_the_room_that_the_prompt_leaves(tmp_path: Path) -> None:
    small = TransformersGenerator(str(save_language_model(tmp_path, length=64)), device="cpu")
    short, long = small.generate([prompt(), prompt("Wer ist das denn da?")], Sampling(max_tokens=60))
    assert short.usage.prompt_tokens + short.usage.completion_tokens == 64
    assert long.usage.prompt_tokens + long.usage.completion_tokens == 64


def test_out_of_memory_a_batch_is_halved(folder: Path, generator: TransformersGenerator) -> None:
    asked = [replace(one, decoding=Decoding("de")) for one in PROMPTS[:5]] + [
        replace(prompt(number="9"), decoding=Decoding("th"))
    ]
    tight = TransformersGenerator(str(folder), device="cpu", logits_processors=("test_transformers:two_at_most",))
    *kept, lost = tight.generate(asked, SHORT)
    assert [one.text for one in kept] == [one.text for one in generator.generate(PROMPTS[:5], SHORT)]
    assert "query '9': out of memory at" in lost.error


def test_the_memory_of_the_machine_may_not_suffice_either(folder: Path, generator: TransformersGenerator) -> None:
    asked = [replace(one, decoding=Decoding("de")) for one in PROMPTS[:5]]
    tight = TransformersGenerator(str(folder), device="cpu", logits_processors=("test_transformers:two_fit_in_memory",))
    done = tight.generate(asked, SHORT)
    assert [one.text for one in done] == [one.text for one in generator.generate(PROMPTS[:5], SHORT)]


def test_a_stream_that_is_left_early_stops_the_model(folder: Path) -> None:
    STEPS.clear()
    counted = TransformersGenerator(str(folder), device="cpu", logits_processors=("test_transformers:counting",))
    stream = counted.stream(replace(prompt(), decoding=Decoding("de")), Sampling(max_tokens=900))
    list(islice(stream, 2))
    stream.close()
    assert len(STEPS) < 900
    assert not [thread for thread in threads() if thread.name == "xrag-transformers"]


def test_a_stream_that_fails_is_one_line(folder: Path) -> None:
    tight = TransformersGenerator(str(folder), device="cpu", logits_processors=("test_transformers:two_at_most",))
    with pytest.raises(GenerationError, match="query '1': OutOfMemoryError: too much"):
        list(tight.stream(replace(prompt(), decoding=Decoding("th")), SHORT))


def test_a_model_without_a_chat_template_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no chat template; .* chat_template="):
        TransformersGenerator(str(save_language_model(tmp_path, template="")), device="cpu")


def test_a_template_that_refuses_the_messages_is_one_line(tmp_path: Path) -> None:
    template = "{{ raise_exception('system role not supported') }}"
    model = TransformersGenerator(str(save_language_model(tmp_path, template=template)), device="cpu")
    with pytest.raises(GenerationError, match="query '1': the chat template refused .* system role not supported"):
        model.generate([prompt()], SHORT)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"model": "/nowhere"}, "the model '/nowhere' cannot be loaded"),
        ({"device": "quantum"}, "cannot be loaded: .*quantum"),
        ({"batch_size": 0}, "batch_size is 0"),
        ({"logits_processors": ("nothing:here",)}, "'nothing:here' cannot be imported"),
        ({"logits_processors": ("math",)}, "module:attribute"),
    ],
)
def test_what_cannot_be_is_one_line_when_the_generator_is_made(folder: Path, fields: dict, said: str) -> None:
    with pytest.raises(UsageError, match=said) as raised:
        TransformersGenerator(**{"model": str(folder), **fields})
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("growing", "stops", "pieces"),
    [
        (["W", "Wi\N{REPLACEMENT CHARACTER}", "Wie", "Wien"], (), ["W", "i", "e", "n"]),
        (["ab", "ab##", "ab###", "ab###x"], ("###",), ["ab", "", "", ""]),
        (["ab", "ab#", "ab#c"], ("##",), ["ab", "", "#c"]),
    ],
)
def test_pieces_hold_back_what_may_change(growing: list[str], stops: tuple[str, ...], pieces: list[str]) -> None:
    cutter = Pieces(stops)
    assert [cutter.next(text) for text in growing] == pieces
