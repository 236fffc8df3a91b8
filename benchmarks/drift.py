"""What each means of language control does against a model that drifts into the language of its passages, on the real vLLM.

    .venv-vllm/bin/python benchmarks/drift.py [--model FOLDER] [--questions 16] [--tokens 40] [--rounds 2] [--answers FILE]

Without ``--model``, or where FOLDER is not there yet, the model of ``drift_model.py`` is trained first: minutes of one core,
with a fixed seed. It is asked XQuAD-R's questions to paragraphs that it did not see, in seven languages, over their English
sentences; its answers are drawn at temperature 0.7 with a fixed seed.

*CLR* is the correct-language rate of ``xrag score``; *lid.176* the share of answers that this identifier alone gives to the
language, in %. ``--answers FILE`` keeps the answers, one JSON object a line.
*Perplexity* is that of the answers as plain text under the same model, read by themselves; ``human`` are XQuAD-R's sentences.
Every means stands alone over the prompt without control; ``prompt + guard`` and ``strict`` are presets. The conditions run in
turn, each with an empty prefix cache; times are medians over rounds of a condition's by that without control in the same.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent))
os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")

from questions import table

PROCESSOR = "xrag.control.decoding.vllm_v1:LanguageLogitsProcessor"
# On a processor vLLM 0.32 cannot read a prompt in parts where the request has a seed, so that all parts must fit at once.
ENGINE = {"enforce_eager": True, "max_model_len": 1024, "max_num_seqs": 32, "max_num_batched_tokens": 32 * 1024}
LANGUAGES = ("ar", "de", "es", "hi", "ru", "th", "zh")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="where the trained model is, or is kept once it is trained")
    parser.add_argument("--questions", type=int, default=16, help="of each language")
    parser.add_argument("--tokens", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--answers", type=Path)
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        model = given.model or Path(folder) / "model"
        if not model.exists():
            from drift_model import train

            train(model)
        measure(model, questions=given.questions, tokens=given.tokens, rounds=given.rounds, answers=given.answers)


def conditions():
    """The means by name, each a policy: alone over a prompt without control, and presets."""
    from xrag.control import LanguageGuard, LanguagePolicy, preset
    from xrag.types import Decoding

    bare = preset("off")
    return {
        "no control": bare,
        "prompt": replace(bare, prompt="translated-named"),
        "prefill": replace(bare, prefill=True),
        "soft": replace(bare, decoding=Decoding()),
        "hard": replace(bare, decoding=Decoding(method="hard")),
        "guard": replace(bare, guard=LanguageGuard(attempts=5)),
        "prompt + guard": LanguagePolicy(),
        "strict": preset("strict"),
    }


@dataclass
class Outcome:
    """What came of one condition: its answers, and what they cost."""

    texts: list[str]
    generations: float
    prompt_tokens: float
    written: int
    seconds: list[float]


def measure(model: Path, *, questions: int, tokens: int, rounds: int, answers: Path | None) -> None:
    from xrag.generators.vllm_offline import VllmGenerator
    from xrag.types import Sampling

    chosen = _chosen(questions)
    sampling = Sampling(max_tokens=tokens, temperature=0.7, seed=0)
    generator = VllmGenerator(str(model), dtype="float32", engine=ENGINE, logits_processors=(PROCESSOR,))
    outcomes = {name: Outcome([], 0, 0, 0, []) for name in conditions()}
    run(Outcome([], 0, 0, 0, []), generator, conditions()["soft"], chosen[:8], sampling)
    for _ in range(rounds):
        for name, policy in conditions().items():
            generator._running._llm.reset_prefix_cache()
            run(outcomes[name], generator, policy, chosen, sampling)
    generator.close()
    human = [own.answer for own, _ in chosen]
    if answers:
        answers.write_text(
            "".join(
                json.dumps({"means": name, "language": own.language, "id": own.id, "text": text}, ensure_ascii=False)
                + "\n"
                for name, one in outcomes.items()
                for (own, _), text in zip(chosen, one.texts, strict=True)
            ),
            encoding="utf-8",
        )
    report(model, chosen, {"human": Outcome(human, 0, 0, 0, []), **outcomes})


def _chosen(questions: int):
    """Questions of every language with their English passages, spread over the paragraphs that were not trained on."""
    from drift_model import asked

    english = asked("en", is_learned=False)
    step = max(1, len(english) // questions)
    places = [n for n in range(0, len(english), step) if len(english[n].passage) < 400][:questions]
    return [(asked(language, is_learned=False)[n], english[n]) for language in LANGUAGES for n in places]


def run(outcome: Outcome, generator, policy, chosen, sampling) -> None:
    """Ask all questions under a policy, and keep what came of it."""
    from xrag.control import Control, chat_messages, guarded
    from xrag.types import Passage, Prompt, Query

    control = Control(policy, generator)
    started = time.perf_counter()
    prompts = []
    for own, english in chosen:
        context = (Passage(english.id, english.passage, "en"),)
        messages = chat_messages(own.question, context, own.language, policy=policy)
        prompts.append(Prompt(Query(own.id, own.question, own.language), context, own.language, messages))
    attempts = guarded(control, prompts, sampling)
    outcome.seconds.append(time.perf_counter() - started)
    done = [one.completion for tries in attempts for one in tries]
    outcome.texts = [tries[-1].completion.text for tries in attempts]
    outcome.generations = len(done) / len(prompts)
    outcome.prompt_tokens = sum(one.usage.prompt_tokens for one in done) / len(prompts)
    outcome.written = sum(one.usage.completion_tokens for one in done)


def report(model: Path, chosen, outcomes: Mapping[str, Outcome]) -> None:
    clr, lid = {}, {}
    perplexity = {}
    for name, outcome in outcomes.items():
        clr[name], lid[name] = rates(chosen, outcome.texts)
        perplexity[name] = perplexities(model, chosen, outcome.texts)
    names = [name for name in outcomes if name != "human"]
    lines = [[language, *(f"{clr[name][language]:.1f}" for name in names)] for language in (*LANGUAGES, "all")]
    print(f"{len(chosen)} questions, {len(chosen) // len(LANGUAGES)} of each language\n\nCLR, %\n")
    print(table(["", *names], lines))
    lines = [
        [language, *(f"{perplexity[name][language]:.0f}" for name in outcomes)] for language in (*LANGUAGES, "all")
    ]
    print("\nperplexity\n")
    print(table(["", *outcomes], lines))
    bare = outcomes["no control"]
    lines = []
    for name in names:
        one = outcomes[name]
        ratio = statistics.median(x / y for x, y in zip(one.seconds, bare.seconds, strict=True))
        by_token = statistics.median(
            (x / one.written) / (y / bare.written) for x, y in zip(one.seconds, bare.seconds, strict=True)
        )
        lines.append(
            [
                name,
                f"{clr[name]['all']:.1f}",
                f"{lid[name]['all']:.1f}",
                f"{perplexity[name]['all']:.0f}",
                f"{ratio:.2f}",
                f"{by_token:.2f}",
                f"{one.generations:.2f}",
                f"{one.prompt_tokens:.0f}",
            ]
        )
    print("\noverhead\n")
    print(table(["", "CLR", "lid.176", "perplexity", "time", "time per token", "generations", "prompt tokens"], lines))


def rates(chosen, texts: Sequence[str]) -> tuple[dict[str, float], dict[str, float]]:
    """CLR, and the share that lid.176 alone gives to the language, by language and of all, in per cent."""
    from xrag.eval.fidelity import Verdict, judge
    from xrag.languages.identifiers import label_of

    clr, lid = {}, {}
    for language in LANGUAGES:
        own = [text for (one, _), text in zip(chosen, texts, strict=True) if one.language == language]
        kinds = [judge(text, language).verdict for text in own]
        right, wrong = kinds.count(Verdict.RIGHT), kinds.count(Verdict.WRONG)
        clr[language] = 100 * right / max(right + wrong, 1)
        lid[language] = 100 * sum(label_of(" ".join(text.split()))[0] == language for text in own) / len(own)
    for one in (clr, lid):
        one["all"] = statistics.mean(one.values())
    return clr, lid


def perplexities(model: Path, chosen, texts: Sequence[str]) -> dict[str, float]:
    """The perplexity of texts under the model by language, each text read by itself."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer, reader = AutoTokenizer.from_pretrained(model), AutoModelForCausalLM.from_pretrained(model)
    losses: dict[str, list[float]] = {language: [] for language in LANGUAGES}
    for (one, _), text in zip(chosen, texts, strict=True):
        ids = torch.tensor([[0, *tokenizer.encode(text)][:200]])
        if ids.shape[1] > 1:
            with torch.inference_mode():
                scores = reader(input_ids=ids).logits[0, :-1].log_softmax(-1)
            losses[one.language] += (-scores.gather(1, ids[0, 1:, None])[:, 0]).tolist()
    found = {language: math.exp(statistics.mean(told)) for language, told in losses.items()}
    return found | {"all": math.exp(statistics.mean(loss for told in losses.values() for loss in told))}


if __name__ == "__main__":
    main()
