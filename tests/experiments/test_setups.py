"""What a setup may be made of, judges, and that shared work is done once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from chat_server import Reply, chat_server
from models import save_bge_m3, save_encoder, save_static

from tests.apertium_pairs import apertium
from xrag import manifest
from xrag.errors import InputError, UnknownComponent, UsageError
from xrag.experiments import components
from xrag.experiments.directory import answers, rankings, reranked, searches, verdict_records
from xrag.experiments.given import given
from xrag.experiments.plan import Plan, make_plan
from xrag.experiments.running import run
from xrag.experiments.scores import Row, score
from xrag.experiments.spec import read_experiment
from xrag.experiments.tables import FORMATS
from xrag.experiments.work import Step
from xrag.retrievers.dense.cures import METHODS
from xrag.types import Example, Query

HEAD = """
name = "small"
[[benchmarks]]
name = "small"
path = "small.toml"
folder = "."
languages = ["de"]
passage_languages = ["en"]
gold_language = "en"
"""


def planned(folder: Path, toml: str) -> Plan:
    (folder / "experiment.toml").write_text(HEAD + toml, encoding="utf-8")
    return make_plan(read_experiment(folder / "experiment.toml"))


def worked(folder: Path, plan: Plan) -> list[Step]:
    steps: list[Step] = []
    run(plan, folder / "out", steps.append)
    return steps


def scored(folder: Path, plan: Plan) -> dict[str, Row]:
    return {row.cell.setup.name: row for row in score(plan, folder / "out")}


def said(text: str) -> Reply:
    body = {"choices": [{"message": {"content": text}, "finish_reason": "stop"}]}
    return Reply(body=json.dumps({**body, "usage": {"prompt_tokens": 10, "completion_tokens": 2}}).encode())


@pytest.fixture
def static(folder: Path) -> str:
    texts = [path.read_text(encoding="utf-8") for path in folder.glob("*.json")]
    return str(save_static(folder / "static", texts))


def test_setups_with_vectors_share_what_was_encoded(folder: Path, static: str) -> None:
    toml = "".join(
        f'[[setups]]\nname = "{name}"\nretriever = "{name}"\nembedder = "static:{static}"\n'
        for name in ("dense", "hybrid")
    )
    plan = planned(folder, f'{toml}[[setups]]\nname = "bm25"\nretriever = "bm25"\n')
    assert (plan.encoded(), plan.indexes()) == (1, 1)
    assert [step.work for step in worked(folder, plan)].count("embed") == 4
    rows = scored(folder, plan)
    assert any(rankings(rows["dense"].cell, folder / "out").values())
    assert len(embedders_of(folder)) == 1


def embedders_of(folder: Path) -> list[str]:
    return manifest.read_json(folder / "out" / "manifest.json")["benchmarks"]["small"]["embedders"]  # type: ignore[index, call-overload, return-value]


def test_vectors_of_several_encoders_stay_side_by_side(folder: Path, static: str) -> None:
    weights = save_bge_m3(folder / "bge-m3", save_encoder(folder / "encoder"))
    texts = [path.read_text(encoding="utf-8") for path in folder.glob("*.json")]
    models = [static, str(save_static(folder / "other", texts, dimension=32))]
    toml = "".join(
        f'[[setups]]\nname = "{i}"\nretriever = "dense"\nembedder = "static:{model}"\n'
        for i, model in enumerate(models)
    )
    plan = planned(folder, toml + f'[[setups]]\nname = "sparse"\nretriever = "sparse"\nsparse_encoder = "{weights}"\n')
    worked(folder, plan)
    assert (plan.encoded(), len(embedders_of(folder))) == (2, 2)
    [room] = (folder / "out" / "indexes").glob("*/vectors")
    made = {path: path.stat().st_mtime_ns for path in room.glob("*/*")}
    # Other questions are searched for, with both encoders: neither has anything to encode.
    (folder / "experiment.toml").write_text(HEAD + f"limit = 2\n{toml}", encoding="utf-8")
    fewer = make_plan(read_experiment(folder / "experiment.toml"))
    worked(folder, fewer)
    assert {path: path.stat().st_mtime_ns for path in room.glob("*/*")} == made
    for few, all_of in zip(fewer.cells, plan.cells, strict=False):
        assert few.search != all_of.search
        before = rankings(all_of, folder / "out")
        assert all(found == before[key] for key, found in rankings(few, folder / "out").items())


def test_a_model_that_was_trained_on_is_searched_with_again(folder: Path, static: str) -> None:
    toml = f'[[setups]]\nname = "dense"\nretriever = "dense"\nembedder = "static:{static}"\n'
    before = planned(folder, toml).cells[0].search
    (Path(static) / "model.safetensors").touch()
    assert planned(folder, toml).cells[0].search != before


def test_a_model_without_a_card_is_used_as_the_setup_says(folder: Path) -> None:
    model = save_encoder(folder / "encoder")
    toml = f'[[setups]]\nname = "dense"\nretriever = "dense"\nembedder = "{model}"\n'
    one = planned(folder, f'{toml}embedder_options = {{ pooling = "mean" }}\n')
    worked(folder, one)
    assert any(rankings(one.cells[0], folder / "out").values())
    other = planned(folder, f'{toml}embedder_options = {{ pooling = "cls" }}\n')
    assert other.cells[0].search != one.cells[0].search
    with pytest.raises(UsageError, match="'dense': no setting of a model is called 'prompt'"):
        planned(folder, f'{toml}embedder_options = {{ prompt = "q" }}\n')


def test_cures_are_learned_from_the_parallel_text_of_a_setup(folder: Path, static: str) -> None:
    for language, texts in (("de", "Wien\nder Nil\n"), ("en", "Vienna\nthe Nile\n")):
        (folder / f"t.{language}").write_text(texts, encoding="utf-8")
    toml = "".join(
        f'[[setups]]\nname = "{name}"\nretriever = "{name}"\nembedder = "static:{static}"\nparallel = ["t.de", "t.en"]\n'
        for name in ("dense-shift", "dense-linear")
    )
    plan = planned(folder, toml)
    worked(folder, plan)
    assert all(any(rankings(cell, folder / "out").values()) for cell in plan.cells)
    (folder / "t.en").write_text("Vienna\nthe River Nile\n", encoding="utf-8")
    assert planned(folder, toml).cells[0].search != plan.cells[0].search
    with pytest.raises(UsageError, match="there is no file nowhere.de"):
        planned(folder, toml.replace("t.de", "nowhere.de"))
    with pytest.raises(UsageError, match="bm25 learns nothing from parallel text; these do: dense-centred"):
        planned(folder, '[[setups]]\nname = "plain"\nretriever = "bm25"\nparallel = ["t.de", "t.en"]\n')
    assert set(components.CURES) == set(METHODS)


def test_a_setup_may_have_its_terms_weighed(folder: Path) -> None:
    model = save_bge_m3(folder / "bge-m3", save_encoder(folder / "encoder"))
    plan = planned(folder, f'[[setups]]\nname = "sparse"\nretriever = "sparse"\nsparse_encoder = "{model}"\n')
    assert [step.work for step in worked(folder, plan)].count("weigh") == 2
    assert any(rankings(plan.cells[0], folder / "out").values())


LISTWISE = """
[[setups]]
name = "plain"
retriever = "bm25"
question_language = "en"
k = 3
[[setups]]
name = "listwise"
retriever = "bm25"
question_language = "en"
k = 3
reranker = "listwise"
reranker_options = {{ generator = {{ name = "server", model = "tiny", server = "{url}" }} }}
"""


def test_a_reranker_shares_its_search_with_the_setup_without_one(folder: Path) -> None:
    with chat_server(said("[2] > [1]")) as server:
        plan = planned(folder, LISTWISE.format(url=server.url))
        assert (plan.searches(), plan.pairs()) == (3, 9)
        assert [step.work for step in worked(folder, plan)] == ["index", "index", "search", "rerank"]
    plain, listwise = plan.cells
    assert plain.search == listwise.search
    first = {key: [hit.passage_id for hit in found] for key, found in rankings(plain, folder / "out").items()}
    second = {key: [hit.passage_id for hit in found] for key, found in rankings(listwise, folder / "out").items()}
    assert {key: sorted(ids) for key, ids in first.items()} == {key: sorted(ids) for key, ids in second.items()}
    assert any(len(ids) > 1 and second[key][:2] == ids[1::-1] for key, ids in first.items())


def test_a_reranker_that_fails_is_recorded_and_tried_again(folder: Path) -> None:
    toml = LISTWISE.replace('server = "{url}"', 'server = "{url}", retries = 0')
    with chat_server(Reply(status=400, body=b"{}")) as server:
        plan = planned(folder, toml.format(url=server.url))
        worked(folder, plan)
        row = scored(folder, plan)["listwise"]
        assert row.failed == sum(len(one) > 1 for one in rankings(plan.cells[0], folder / "out").values()) > 0
        server.replies = [said("[1]")]
        worked(folder, plan)
        assert scored(folder, plan)["listwise"].failed == 0


POLICIES = """
[[setups]]
name = "plain"
generator = "server"
generator_options = {{ model = "tiny", server = "{url}" }}
policy = "off"
sampling = {{ max_tokens = 99 }}
[[setups]]
name = "one passage"
generator = "server"
generator_options = {{ model = "tiny", server = "{url}" }}
policy = {{ preset = "off", prompt = "translated-named" }}
context = {{ passages = 1 }}
"""


def test_policy_context_and_sampling_reach_the_model(folder: Path) -> None:
    with chat_server(said("Vienna [1]")) as server:
        plan = planned(folder, POLICIES.format(url=server.url))
        worked(folder, plan)
        asked = server.requests
    assert {one["max_tokens"] for one in asked} == {99, 512}
    contexts = {one["max_tokens"]: one["messages"][-1]["content"].count("<passage") for one in asked}
    assert contexts[512] == 1
    prompts = manifest.read_json(folder / "out" / "manifest.json")["prompts"]
    assert isinstance(prompts, dict)
    assert prompts["plain"] != prompts["one passage"]
    assert answers(plan.cells[0], folder / "out")["de:q0"]["citations"] == ["en:0"]


def test_a_generator_that_two_setups_share_is_made_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    from xrag.experiments import components

    real = components.generator
    monkeypatch.setattr(components, "generator", lambda name, options: made.append(name) or real(name, options))
    setups = [("bm25", "extractive"), ("psq", "extractive"), ("dual", "extractive")]
    toml = "".join(f'[[setups]]\nname = "{r}"\nretriever = "{r}"\ngenerator = "{g}"\n' for r, g in setups)
    worked(folder, planned(folder, toml))
    assert made == ["extractive"]


def test_a_question_that_could_not_be_searched_is_not_answered_from_nothing(folder: Path) -> None:
    plan = planned(folder, '[[setups]]\nname = "s"\nretriever = "bm25"\ngenerator = "extractive"\n')
    worked(folder, plan)
    [cell] = plan.cells
    for records in (searches(cell, folder / "out"), answers(cell, folder / "out")):
        records.append([{"id": "de:q0", "error": "the disk was away"}])
    answers(cell, folder / "out").path.unlink()
    worked(folder, plan)
    assert "error" not in searches(cell, folder / "out")["de:q0"]
    assert "text" in answers(cell, folder / "out")["de:q0"]


JUDGES = """
[[setups]]
name = "a"
retriever = "bm25"
generator = "extractive"
[[setups]]
name = "b"
retriever = "psq"
generator = "extractive"
[[judges]]
name = "one"
generator = "server"
generator_options = {{ model = "tiny", server = "{one}" }}
[[judges]]
name = "two"
generator = "server"
generator_options = {{ model = "tiny", server = "{two}" }}
wording = "own"
retries = 0
"""
CORRECT = '{"reason": "so", "verdict": "correct"}'


def judged(folder: Path, first: str, second: str, extra: str = "") -> tuple[Plan, int]:
    with chat_server(said(first)) as one, chat_server(said(second)) as two:
        plan = planned(folder, JUDGES.format(one=one.url, two=two.url) + extra)
        worked(folder, plan)
        return plan, len(one.requests) + len(two.requests)


def test_a_panel_of_judges_is_a_metric_of_every_setup(folder: Path) -> None:
    plan, requests = judged(folder, CORRECT, CORRECT)
    assert (plan.judgements(), requests) == (12, 12)
    metric = {
        name: {one.metric: one for one in row.results}["judged-correctness"]
        for name, row in scored(folder, plan).items()
    }
    assert (metric["a"].value, metric["b"].value, metric["a"].n) == (1.0, 1.0, 3)
    assert "judges:one(server,english)+two(server,own)|vote:majority|failed:zero" in metric["a"].signature
    table = FORMATS["table"](score(plan, folder / "out"))
    assert (
        "judged-correctness: one 1.000, two 1.000; 0 of 12 verdicts failed, 0 mended; the judges agree with κ –"
        in table
    )
    assert "144 tokens" in table


def test_a_judge_that_answers_prose_is_counted_and_never_dropped(folder: Path) -> None:
    plan, _ = judged(folder, "I find it correct.", CORRECT)
    table = FORMATS["markdown"](score(plan, folder / "out"))
    assert "judged-correctness: one 0.000, two 1.000; 6 of 12 verdicts failed" in table
    [record] = [
        row for key, row in verdict_records(plan.cells[0].verdicts["one"], folder / "out").items() if key == "de:q0"
    ]
    assert "the judge gave no verdict (correct, partial, incorrect) when asked 3 times" in str(record["error"])


def test_verdicts_are_not_asked_for_twice_unless_they_failed(folder: Path) -> None:
    with chat_server(said(CORRECT)) as one, chat_server(said("prose")) as two:
        plan = planned(folder, JUDGES.format(one=one.url, two=two.url))
        worked(folder, plan)
        assert (len(one.requests), len(two.requests)) == (6, 6)
        worked(folder, plan)
        assert (len(one.requests), len(two.requests)) == (6, 12)


def test_an_answer_that_was_given_anew_is_judged_anew(folder: Path) -> None:
    with chat_server(said(CORRECT)) as one, chat_server(said(CORRECT)) as two:
        plan = planned(folder, JUDGES.format(one=one.url, two=two.url))
        worked(folder, plan)
        answers(plan.cells[0], folder / "out").append([{"id": "de:q0", "text": "Graz"}])
        row = score(plan, folder / "out")[0]
        assert {len(one.verdicts) for one in row.opinions} == {2}
        assert [(step.work, step.done) for step in worked(folder, plan)] == [("judge", 3)] * 2
        assert {len(one.verdicts) for one in score(plan, folder / "out")[0].opinions} == {3}


PEOPLE = '[[judges]]\nname = "people"\nlabels = "labels.jsonl"\n'


def labels(folder: Path, *rows: object) -> None:
    (folder / "labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def test_judges_are_compared_with_people(folder: Path) -> None:
    labels(
        folder, *({"setup": "b", "id": f"de:q{i}", "label": label} for i, label in enumerate(["correct", "incorrect"]))
    )
    plan, _ = judged(folder, CORRECT, CORRECT, PEOPLE)
    table = FORMATS["table"](score(plan, folder / "out"))
    assert "one agrees with people with κ 0.00 (n = 2)" in table


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [{"setup": "b", "id": "de:q0", "label": "good"}],
            r"labels.jsonl:1: 'good' is no label of correctness; there are: correct",
        ),
        ([{"setup": "b", "id": "de:q0"}], r"labels.jsonl:1: a label is \{"),
        (
            [{"setup": "a", "id": "de:q0", "label": "correct"}, {"setup": "a", "id": "de:q0", "label": "partial"}],
            r"labels.jsonl:2: 'de:q0' of 'a' was labelled correct before",
        ),
    ],
)
def test_labels_that_are_none_are_one_line(folder: Path, rows: list[object], message: str) -> None:
    labels(folder, *rows)
    plan, _ = judged(folder, CORRECT, CORRECT, PEOPLE)
    with pytest.raises(InputError, match=message):
        score(plan, folder / "out")


def test_a_preference_is_that_over_the_first_setup(folder: Path) -> None:
    toml = JUDGES.partition("[[judges]]")[0] + (
        '[[judges]]\nname = "j"\ntask = "preference"\ngenerator = "server"\n'
        'generator_options = {{ model = "tiny", server = "{one}" }}\n'
    )
    with chat_server(said('{"reason": "first", "verdict": "A"}')) as one:
        plan = planned(folder, toml.format(one=one.url))
        assert plan.judgements() == 6
        worked(folder, plan)
    rows = scored(folder, plan)
    assert "judged-preference" not in {one.metric for one in rows["a"].results}
    found = {one.metric: one for one in rows["b"].results}["judged-preference"]
    assert 0.5 <= found.value <= 1.0


def test_a_setup_may_be_given_the_judged_passages_in_place_of_a_search(folder: Path) -> None:
    setups = "".join(
        f'[[setups]]\nname = "{which}"\ngiven = "{which}"\ngenerator = "extractive"\n'
        for which in ("oracle", "distracting", "mixed")
    )
    plan = planned(folder, setups)
    worked(folder, plan)
    found = [
        {key: [hit.passage_id for hit in hits] for key, hits in rankings(cell, folder / "out").items()}
        for cell in plan.cells
    ]
    assert found[0] == found[2] == {f"de:q{i}": [f"en:{i}"] for i in range(3)}
    assert found[1] == {f"de:q{i}": [] for i in range(3)}
    assert scored(folder, plan)["oracle"].results[0].value == 1.0


def test_mixed_contexts_do_not_tell_which_passage_is_relevant() -> None:
    examples = [Example(Query(str(i), "?"), qrels={f"{i}a": 1, f"{i}b": 0, f"{i}c": 0}) for i in range(60)]
    places = [[hit.passage_id[-1] for hit in given("mixed", one, 9)].index("a") for one in examples]
    assert all(10 < places.count(place) < 32 for place in range(3))
    assert given("mixed", examples[0], 9) == given("mixed", examples[0], 9)
    assert [hit.passage_id for hit in given("oracle", examples[0], 9)] == ["0a"]


@pytest.mark.parametrize(
    ("toml", "error", "message"),
    [
        (
            '[[setups]]\nname = "s"\nretriever = "dens"\n',
            UnknownComponent,
            "no retriever is called 'dens'; did you mean dense",
        ),
        ('[[setups]]\nname = "s"\nreranker = "best"\n', UnknownComponent, "no reranker is called 'best'"),
        ('[[setups]]\nname = "s"\npolicy = "lax"\n', UsageError, "no language policy is called 'lax'"),
        (
            '[[setups]]\nname = "s"\ncontext = {size = 3}\n',
            UsageError,
            "'s': a context has no setting 'size'; there are: budget",
        ),
        ('[[setups]]\nname = "s"\nsampling = {heat = 3}\n', UsageError, "the sampling of 's' has no 'heat'"),
        ('[[setups]]\nname = "s"\nk = "ten"\n', InputError, "'s': k is 'ten'; it must be a whole number"),
        (
            '[[setups]]\nname = "s"\ngiven = "all"\n',
            UsageError,
            "given is 'all'; there are: oracle, distracting, mixed",
        ),
        ('[[setups]]\nname = "s"\nk = 0\n', UsageError, "'s': k and shown are at least 1"),
        ('[[setups]]\nname = "s"\n[[judges]]\nname = "j"\n', UsageError, "'j' has either a generator or labels"),
        (
            '[[setups]]\nname = "s"\n[[judges]]\nname = "j"\ngenerator = "server"\ntask = "x"\n',
            UsageError,
            "nothing is judged",
        ),
        (
            '[[setups]]\nname = "s"\n[[judges]]\nname = "j"\ngenerator = "server"\nwording = "x"\n',
            UsageError,
            "wording is 'x'; there are: english, own",
        ),
        ('[setups]\nname = "s"\n', InputError, r"\[setups\] is one table; write \[\[setups\]\]"),
    ],
)
def test_what_cannot_be_run_is_said_before_anything_runs(
    folder: Path, toml: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        planned(folder, toml)


def test_a_reranked_record_is_kept_apart(folder: Path) -> None:
    with chat_server(said("[1]")) as server:
        plan = planned(folder, LISTWISE.format(url=server.url))
        worked(folder, plan)
    assert reranked(plan.cells[1], folder / "out").path.parent.name == "reranked"


VIEWS = """
[[setups]]
name = "as they stand"
generator = "extractive"

[[setups]]
name = "translated"
generator = "extractive"
views = ["translate-passages"]

[[setups]]
name = "pivot"
generator = "extractive"
views = ["translate-question:en", "hide-language"]
context = {order = "best-last", passages = 2}
"""


def test_setups_may_differ_by_how_passages_and_question_are_put(folder: Path) -> None:
    plan = planned(folder, VIEWS)
    assert len({cell.search for cell in plan.cells}) == 1
    assert len({cell.answer for cell in plan.cells}) == 3
    worked(folder, plan)
    records = [[one for _, one in answers(cell, folder / "out").items()] for cell in plan.cells]
    answered = [[one for one in found if one["context"]] for found in records]
    assert all(answered)
    assert [{language for one in found for language in one["shown_in"]} for found in answered] == [
        {"en"},
        {"de"},
        {"en"},
    ]
    assert [any(one["shown_question"] for one in found) for found in answered] == [False, False, True]


def test_a_translator_with_options_is_part_of_the_key(folder: Path) -> None:
    apertium("es", "en")
    toml = '[[setups]]\nname = "a"\ntranslator = "apertium+lexicon"\ntranslator_options = {deadline = 9}\n'
    [one] = planned(folder, toml).cells
    [other] = planned(folder, '[[setups]]\nname = "a"\n').cells
    assert one.search != other.search


@pytest.mark.parametrize(
    ("row", "error", "message"),
    [
        ('translator = "lexikon"', UnknownComponent, "did you mean lexicon"),
        ('translator = "hf"', UsageError, "needs the option 'model'"),
        ('views = ["translate"]', UnknownComponent, "no view is called 'translate'"),
        ('context = {tokenizer = "nowhere"}', InputError, "the tokenizer: nowhere is neither a folder"),
    ],
)
def test_a_view_or_translator_that_cannot_be_is_said_before_anything_runs(
    folder: Path, row: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        planned(folder, f'[[setups]]\nname = "s"\n{row}\n')
