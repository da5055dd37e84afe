"""Hidden states of a real architecture with random weights: right tokens, right layers, resumable shards."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from evaluation.probes import extract as command
from evaluation.probes.feature_file import read_array, read_metadata
from evaluation.probes.feature_set import FeatureSet
from evaluation.probes.gradients import encode
from evaluation.probes.hidden_states import HiddenStates, answer
from evaluation.probes.prompt_baseline import read_answers
from evaluation.probes.tokens import TokenPlace, role_index
from evaluation.probes.treatments import Example
from schemas.errors import ConfigError
from tests.evaluation.probes.made_split import make_split
from tests.evaluation.probes.tiny_llava import TEMPLATE, save_tiny_llava
from tests.evaluation.probes.tiny_qwen import save_tiny_qwen
from transforms.engines.vision_language.loaded_model import ask, load_model

pytestmark = pytest.mark.gpu_extra
PLACES = (TokenPlace.LAST, TokenPlace.ROLE, TokenPlace.IMAGE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp("model")
    save_tiny_llava(folder)
    return folder


def images(count, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.integers(0, 256, (30 + 5 * at, 40, 3), dtype=np.uint8) for at in range(count)]


def test_the_role_token_is_the_word_of_the_template(folder):
    loaded = load_model(str(folder))
    tokenizer = loaded.processor.tokenizer
    index = role_index(loaded.processor, "What is the username?")
    ids = tokenizer("<|im_start|>assistant\n", add_special_tokens=False)["input_ids"]
    assert index == -2
    assert tokenizer.decode([ids[index]]).endswith("t")


@pytest.mark.parametrize(
    ("opening", "index"),
    [("ASSISTANT:", -2), ("<|im_start|>model\n\n\n", -4), (" assistant", -1)],
)
def test_the_role_token_is_found_in_other_templates(folder, opening, index):
    loaded = load_model(str(folder))
    loaded.processor.chat_template = TEMPLATE.replace("<|im_start|>assistant\n", opening)
    assert role_index(loaded.processor, "What?") == index


def test_a_template_without_a_role_word_is_refused(folder):
    loaded = load_model(str(folder))
    loaded.processor.chat_template = TEMPLATE.replace("<|im_start|>assistant\n", "<|im_start|>")
    with pytest.raises(ConfigError, match="leave out 'role'"):
        role_index(loaded.processor, "What?")


def test_states_are_those_that_the_model_puts_out_by_itself(folder):
    import torch

    loaded = load_model(str(folder))
    states = HiddenStates(loaded, "What is the username?", PLACES)
    found = states.read(images(1))[0]
    inputs = ask(loaded, ["What is the username?"], images(1))
    with torch.inference_mode():
        whole = loaded.model(**inputs, output_hidden_states=True).hidden_states
    chosen = inputs["input_ids"][0] == loaded.model.config.image_token_id
    assert found.shape == (3, 3, 16)
    for layer in range(2):  # transformers norms the last one
        state = whole[layer + 1][0]
        wanted = torch.stack([state[-1], state[-2], state[chosen].mean(dim=0)])
        assert np.allclose(found[layer], wanted.numpy(), atol=1e-5)


def test_a_batch_gives_what_each_image_gives_alone(folder):
    states = HiddenStates(load_model(str(folder)), "What is the user_id?", PLACES)
    together = states.read(images(4))
    alone = np.concatenate([states.read([image]) for image in images(4)])
    assert np.allclose(together, alone, atol=1e-5)


def test_a_model_whose_images_take_more_or_fewer_tokens_is_read_and_taught_too(tmp_path):
    pytest.importorskip("torch")
    save_tiny_qwen(tmp_path)
    loaded = load_model(str(tmp_path))
    states = HiddenStates(loaded, "What is the username?", PLACES)
    sizes = [np.full((28 * height, 80, 3), 30 * height, dtype=np.uint8) for height in (2, 3, 5)]
    together = states.read(sizes)
    assert states.token_indices == [-1, -2, None]
    assert together.shape == (3, 3, 3, 16)
    assert np.allclose(together, np.concatenate([states.read([one]) for one in sizes]), atol=1e-5)
    turns = (("user", "What is on grass?"), ("assistant", "a dog"))
    inputs = encode(loaded, [Example(one, turns) for one in sizes])
    for row in inputs["labels"]:
        assert loaded.processor.tokenizer.decode(row[row != -100]) == "a dog<|im_end|>\n"


def test_answers_are_those_of_each_image_alone(folder):
    loaded = load_model(str(folder))
    together = answer(loaded, "What is the username?", images(3), 6)
    assert together == [answer(loaded, "What is the username?", [one], 6)[0] for one in images(3)]
    assert all(isinstance(one, str) for one in together)


def test_answers_are_written_beside_the_features(folder, tmp_path):
    split, out = make_split(tmp_path / "split", identities=3, images=2), tmp_path / "features"
    sorted((split / "images").iterdir())[3].write_bytes(b"no image")
    assert call(folder, split, out, "--ask", "username", "--answers", 4) == 0
    answers = read_answers(out / "username" / "answers.jsonl", "username")
    assert set(answers) == set(FeatureSet(out / "username").rows["sample_id"])
    assert len(answers) == 11


def call(folder, split, out, *more):
    return command.main(["--model", str(folder), "--split", str(split), "--out", str(out), *map(str, more)])


def test_a_second_run_changes_nothing_and_a_killed_one_goes_on(folder, tmp_path, capsys):
    split, out = make_split(tmp_path / "split", identities=3, images=3), tmp_path / "features"
    assert call(folder, split, out, "--per-shard", 5, "--ask", "username") == 0
    shards = sorted((out / "username").glob("*.safetensors"))
    first = {path.name: path.read_bytes() for path in (out / "username").iterdir()}
    times = [path.stat().st_mtime_ns for path in shards]
    assert len(shards) == 4
    shards[1].unlink()
    shards[2].write_bytes(first[shards[2].name][:100])
    assert call(folder, split, out, "--per-shard", 5, "--ask", "username") == 0
    assert {path.name: path.read_bytes() for path in (out / "username").iterdir()} == first
    assert shards[0].stat().st_mtime_ns == times[0]
    assert shards[1].stat().st_mtime_ns != times[1]


def test_another_question_or_layout_is_read_anew_and_leaves_no_old_shard(folder, tmp_path):
    split, out = make_split(tmp_path / "split", identities=3, images=3), tmp_path / "features"
    call(folder, split, out, "--per-shard", 5, "--ask", "username")
    before = read_metadata(next((out / "username").glob("*.safetensors")))
    call(folder, split, out, "--per-shard", 9, "--ask", "username", "--tokens", "last")
    shards = sorted((out / "username").glob("*.safetensors"))
    assert [path.name[-14:-12] for path in shards] == ["of", "of"] or len(shards) == 2
    assert read_metadata(shards[0])["digest"] != before["digest"]
    assert read_array(shards[0], "hidden").shape == (9, 3, 1, 16)


def test_our_files_are_those_of_the_safetensors_library(folder, tmp_path):
    safetensors = pytest.importorskip("safetensors.numpy")
    split, out = make_split(tmp_path / "split", identities=3, images=2), tmp_path / "features"
    call(folder, split, out, "--ask", "username")
    path = next((out / "username").glob("*.safetensors"))
    assert np.array_equal(safetensors.load_file(path)["hidden"], read_array(path, "hidden"))


def test_a_damaged_image_is_left_out_and_the_rows_still_match(folder, tmp_path):
    split, out = make_split(tmp_path / "split", identities=3, images=2), tmp_path / "features"
    damaged = sorted((split / "images").iterdir())[3]
    good = Image.open(io.BytesIO(damaged.read_bytes())).copy()
    damaged.write_bytes(damaged.read_bytes()[:300])
    assert call(folder, split, out, "--ask", "username") == 0
    features = FeatureSet(out / "username")
    assert len(features.rows["sample_id"]) == 11
    assert f"images/{damaged.name}" not in features.rows["sample_id"]
    assert json.loads((out / "username" / "about.json").read_text())["rejected"]
    states = HiddenStates(load_model(str(folder)), "What is the username?", PLACES)
    at = features.rows["row"].index(4)
    other = split / features.rows["sample_id"][at]
    wanted = states.read([np.asarray(Image.open(other).convert("RGB"))])[0, :, 0]
    assert good.size == Image.open(other).size
    found = np.stack([features.layers("last", [at]).layer(index)[0] for index in range(3)])
    assert np.allclose(found, wanted, atol=2e-3)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--ask", "shoe_size"), "choose among: username"),
        (("--tokens", "first"), "choose among: last"),
        (("--at-once", "0"), "give 1 or more"),
    ],
)
def test_a_wrong_call_ends_with_2_and_says_why(folder, tmp_path, capsys, more, said):
    split = make_split(tmp_path / "split", identities=3, images=2)
    assert call(folder, split, tmp_path / "features", *more) == 2
    assert said in capsys.readouterr().err


def test_a_folder_without_a_model_is_named(tmp_path, capsys):
    split = make_split(tmp_path / "split", identities=3, images=2)
    assert call(tmp_path, split, tmp_path / "features") == 2
    assert "no image-text-to-text model" in capsys.readouterr().err
