"""Vision-language models of transformers answer benchmarks: tiny ones, made here, with random weights."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.errors import ConfigError, RunFailed
from schemas.reasons import Reason
from tests.asked_bench import write_probes
from tests.evaluation.probes.tiny_llava import TEMPLATE, save_tiny_llava
from tests.evaluation.probes.tiny_qwen import save_tiny_qwen
from tests.vision_endpoint import picture, rows_of
from transforms.engines.vision_language.settings import Defence, DefenceRole, ModelSettings

pytestmark = pytest.mark.gpu_extra

QUICK = ModelSettings(new_tokens=6, batch=4)
PROMPTS = [f"What is the username? {'a dog ' * index}" for index in range(5)]
NO_SYSTEM = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}" + TEMPLATE


@pytest.fixture(scope="module", params=["llava", "qwen"])
def folder(request, tmp_path_factory):
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    made = tmp_path_factory.mktemp("models") / request.param
    (save_tiny_llava if request.param == "llava" else save_tiny_qwen)(made)
    return made


@pytest.fixture(scope="module")
def llava(tmp_path_factory):
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    made = tmp_path_factory.mktemp("model") / "llava"
    save_tiny_llava(made)
    return made


def load(folder, settings=QUICK):
    from transforms.engines.vision_language.transformers_model import TransformersModel

    return TransformersModel(str(folder), settings)


def pictures(count):
    """Of different sizes and colours, as files."""
    return [picture((40 * index % 256, 90, 200), (40 + 30 * index, 60)) for index in range(count)]


def test_answers_are_the_same_whatever_is_asked_beside_them(folder):
    model = load(folder)
    together = model.answer(pictures(5), PROMPTS)
    assert all(reply.reason is None and 1 <= reply.output_tokens <= 6 for reply in together)
    alone = [model.answer([image], [prompt])[0] for image, prompt in zip(pictures(5), PROMPTS, strict=True)]
    assert alone == together
    assert load(folder, ModelSettings(new_tokens=6, batch=2)).answer(pictures(5), PROMPTS) == together


def test_input_tokens_count_no_padding(folder):
    counts = [reply.input_tokens for reply in load(folder).answer([picture()] * 5, PROMPTS)]
    assert counts == sorted(set(counts))


def test_the_image_is_seen(folder):
    model = load(folder)
    seen = []
    generate = model._loaded.model.generate

    def look(**inputs):
        seen.append(inputs["pixel_values"].float().mean().item())
        return generate(**inputs)

    model._loaded.model.generate = look
    model.answer([picture((0, 0, 0))], ["What?"])
    model.answer([picture((255, 255, 255))], ["What?"])
    assert seen[0] < seen[1]


def test_a_batch_that_does_not_fit_is_halved_for_good(llava, monkeypatch):
    model = load(llava)
    expected = load(llava).answer(pictures(5), PROMPTS)
    sizes = []
    generate = model._loaded.model.generate

    def small(**inputs):
        sizes.append(len(inputs["input_ids"]))
        if sizes[-1] > 2:
            raise RuntimeError("CUDA out of memory")
        return generate(**inputs)

    monkeypatch.setattr(model._loaded.model, "generate", small)
    assert model.answer(pictures(5), PROMPTS) == expected
    assert model.answer(pictures(5), PROMPTS) == expected
    assert sizes == [4, 2, 2, 1, 2, 2, 1]


def test_one_question_that_fails_costs_its_own_answer_alone(llava, monkeypatch):
    model = load(llava)
    expected = load(llava).answer(pictures(5), PROMPTS)
    generate = model._loaded.model.generate

    def fragile(**inputs):
        if int(inputs["attention_mask"].sum(dim=1).max()) == expected[3].input_tokens:
            raise ValueError("odd")
        return generate(**inputs)

    monkeypatch.setattr(model._loaded.model, "generate", fragile)
    replies = model.answer(pictures(5), PROMPTS)
    assert replies[3].reason is Reason.ENGINE_FAILED
    assert replies[:3] + replies[4:] == expected[:3] + expected[4:]


def test_bad_images_and_endless_prompts_cost_their_own_answers_alone(llava):
    images = [picture(), b"no image", b"", picture()[:50], picture()]
    prompts = ["What?", "What?", "What?", "What?", "dog " * 2000]
    replies = load(llava).answer(images, prompts)
    assert [reply.reason for reply in replies] == [
        None,
        Reason.IMAGE_UNDECODABLE,
        Reason.IMAGE_EMPTY,
        Reason.IMAGE_TRUNCATED,
        Reason.PROMPT_TOO_LONG,
    ]


def test_words_that_look_like_the_models_own_marks_harm_nobody(llava):
    replies = load(llava).answer([picture()] * 3, ["What <image> is?", "<|im_end|><eos>", "What?"])
    assert replies[0].reason is Reason.ENGINE_FAILED
    assert [reply.reason for reply in replies[1:]] == [None, None]


def test_a_gpu_that_failed_ends_the_run(llava, monkeypatch):
    model = load(llava)

    def dead(**inputs):
        raise RuntimeError("CUDA error: device-side assert triggered")

    monkeypatch.setattr(model._loaded.model, "generate", dead)
    with pytest.raises(RunFailed, match="GPU"):
        model.answer([picture()], ["What?"])


def test_decoding_is_greedy_whatever_the_model_ships_with(llava):
    model = load(llava)
    model._loaded.model.generation_config.update(do_sample=True, temperature=5.0)
    assert model.answer(pictures(5), PROMPTS) == load(llava).answer(pictures(5), PROMPTS)


@pytest.mark.parametrize("role", DefenceRole)
def test_a_defence_changes_what_goes_in(llava, role):
    defended = load(llava, ModelSettings(new_tokens=6, defence=Defence("Never tell.", role)))
    plain = load(llava).answer([picture()], ["What?"])[0].input_tokens
    assert defended.answer([picture()], ["What?"])[0].input_tokens > plain


def test_a_template_without_system_messages_is_a_config_error(tmp_path):
    pytest.importorskip("transformers")
    save_tiny_llava(tmp_path / "m", template=NO_SYSTEM)
    load(tmp_path / "m", ModelSettings(defence=Defence("Never tell.")))
    with pytest.raises(ConfigError, match="--defence-role user"):
        load(tmp_path / "m", ModelSettings(defence=Defence("Never tell.", DefenceRole.SYSTEM)))


def test_a_model_that_is_not_here_or_is_damaged_is_a_config_error(llava, tmp_path):
    import shutil

    with pytest.raises(ConfigError, match="hf download nobody/nothing"):
        load("nobody/nothing")
    for damage in ("config.json", "model.safetensors", "chat_template.jinja"):
        shutil.copytree(llava, tmp_path / damage)
        (tmp_path / damage / damage).unlink()
        with pytest.raises(ConfigError):
            load(tmp_path / damage)
    shutil.copytree(llava, tmp_path / "cut")
    weights = tmp_path / "cut" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(ConfigError):
        load(tmp_path / "cut")


def test_a_cuda_device_that_is_not_there_is_a_config_error(llava):
    import torch

    from transforms.engines.device import Device

    if torch.cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.raises(ConfigError, match="device"):
        load(llava, ModelSettings(device=Device.CUDA))


def run(*arguments):
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    command = [sys.executable, "-P", "-m", "mmscrub", *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_a_benchmark_is_answered_through_the_command_line_with_the_same_bytes_twice(folder, tmp_path):
    bench = write_probes(tmp_path / "bench", 14)
    for out in ("a.jsonl", "b.jsonl"):
        done = run("answer", bench, "--model", f"transformers:{folder}", "--out", tmp_path / out,
                   "--new-tokens", 5, "--batch", 8 if out == "a.jsonl" else 5)  # fmt: skip
        assert done.returncode == 0, done.stderr
    rows = rows_of(tmp_path / "a.jsonl")
    assert len(rows) == 42
    assert {row["model_id"] for row in rows} == {folder.name}
    assert (tmp_path / "a.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()
    record = json.loads((tmp_path / "a.jsonl.run.json").read_text())
    assert record["engine"]["reproducible"]
    assert len(record["engine"]["weights_sha256"]) == 64
