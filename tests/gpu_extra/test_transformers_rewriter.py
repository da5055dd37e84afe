"""The transformers rewriter loads and runs a real model: a tiny one, made and taught two answers here."""

import json

import pytest

from schemas.errors import ConfigError, RunFailed
from schemas.finding import Kind
from transforms.engines.failures import MOST_FAILURES
from transforms.engines.protocols import HiddenSpan, RewriteRequest
from transforms.engines.registry import load_rewriter
from transforms.engines.rewriter.prompt import load_prompt, messages_for
from transforms.engines.rewriter.settings import RewriterSettings

pytestmark = pytest.mark.gpu_extra

TEMPLATE = (
    "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<eos>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
TAUGHT = {
    "A man reads.": "A person reads.",
    "The man in the long red coat sleeps on a bench.": "The person in the long red coat sleeps on a bench.",
}


def request(text):
    at = text.index("man")
    return RewriteRequest(text, (HiddenSpan(at, at + 3, "biometric.gender", Kind.EXPLICIT),), question=False)


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory):
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    prompts = [json.dumps(messages_for(request(text))) for text in TAUGHT]
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    special = ["<eos>", "<|user|>", "<|assistant|>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    bpe.train_from_iterator(
        prompts, trainers.BpeTrainer(vocab_size=900, special_tokens=special, initial_alphabet=alphabet)
    )
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=bpe, eos_token="<eos>", chat_template=TEMPLATE
    )
    torch.manual_seed(0)
    size = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 4}
    config = transformers.LlamaConfig(
        vocab_size=len(tokenizer), eos_token_id=tokenizer.eos_token_id, max_position_embeddings=2048, **size
    )
    model = transformers.LlamaForCausalLM(config)
    optimiser = torch.optim.AdamW(model.parameters(), lr=3e-3)
    for _ in range(150):
        for text, answer in TAUGHT.items():
            asked = tokenizer.apply_chat_template(
                messages_for(request(text)), tokenize=False, add_generation_prompt=True
            )
            start = len(tokenizer(asked)["input_ids"])
            ids = torch.tensor([tokenizer(asked + json.dumps({"text": answer}) + "<eos>")["input_ids"]])
            labels = ids.clone()
            labels[:, :start] = -100
            loss = model(input_ids=ids, labels=labels).loss
            loss.backward()
            optimiser.step()
            optimiser.zero_grad()
    folder = tmp_path_factory.mktemp("model") / "tiny"
    # What models ship with: the engine must decode greedily all the same.
    model.generation_config.update(do_sample=True, temperature=5.0, top_k=200)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def engine(model_folder):
    return load_rewriter(f"transformers:{model_folder}", RewriterSettings(requests_at_once=2))


def test_the_model_proposes_what_it_was_taught_whatever_its_neighbours(engine):
    texts = [*TAUGHT, *reversed(TAUGHT), "A man reads."]
    assert engine.propose([request(text) for text in texts]) == [(TAUGHT[text],) for text in texts]


def test_decoding_is_the_same_every_time(engine):
    requests = [request(text) for text in ("A man eats.", "The man sleeps.", *TAUGHT)]
    assert engine.propose(requests) == engine.propose(requests)


def test_a_batch_that_does_not_fit_is_halved(engine, monkeypatch):
    sizes = []
    generate = engine._model.generate

    def small(*, input_ids, **wishes):
        sizes.append(len(input_ids))
        if len(input_ids) > 1:
            raise RuntimeError("CUDA out of memory")
        return generate(input_ids=input_ids, **wishes)

    monkeypatch.setattr(engine._model, "generate", small)
    assert engine.propose([request(text) for text in TAUGHT]) == [(answer,) for answer in TAUGHT.values()]
    assert sizes == [2, 1, 1]


def test_one_text_that_fails_alone_costs_its_proposal_and_a_broken_model_the_run(engine, monkeypatch):
    def broken(**wishes):
        raise RuntimeError("device-side assert")

    monkeypatch.setattr(engine._model, "generate", broken)
    assert engine.propose([request("A man reads.")]) == [()]
    with pytest.raises(RunFailed):
        engine.propose([request("A man reads.")] * MOST_FAILURES)
    engine._streak.note(failed=False)


def test_a_text_beyond_the_models_reach_proposes_nothing(engine):
    assert engine.propose([request("A man reads. " * 300), request("A man reads.")]) == [
        (),
        ("A person reads.",),
    ]


def test_weights_and_prompt_are_in_the_digest(engine, model_folder, tmp_path):
    import shutil

    copy = tmp_path / "tiny"
    shutil.copytree(model_folder, copy)
    same = load_rewriter(f"transformers:{copy}", RewriterSettings()).info
    assert same.weights_sha256 == engine.info.weights_sha256
    assert same.reproducible
    assert load_prompt().digest[:12] in same.settings
    (copy / "generation_config.json").write_text("{}")
    load_rewriter.cache_clear()
    assert (
        load_rewriter(f"transformers:{copy}", RewriterSettings()).info.weights_sha256 != same.weights_sha256
    )


@pytest.mark.parametrize("damage", ["config.json", "model.safetensors", "chat_template.jinja"])
def test_a_model_that_lacks_a_file_is_a_config_error(model_folder, tmp_path, damage):
    import shutil

    shutil.copytree(model_folder, tmp_path / "tiny")
    (tmp_path / "tiny" / damage).unlink()
    with pytest.raises(ConfigError) as error:
        load_rewriter(f"transformers:{tmp_path / 'tiny'}", RewriterSettings())
    assert error.value.key == "engines.rewriter"


def test_a_model_that_is_not_here_is_not_fetched(monkeypatch):
    pytest.importorskip("transformers")
    with pytest.raises(ConfigError, match="hf download nobody/nothing"):
        load_rewriter("transformers:nobody/nothing", RewriterSettings())
