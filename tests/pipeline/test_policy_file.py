import pytest

from pipeline.policy_file import load_policy, policy_settings, preset_names
from schemas.edit import Action
from schemas.errors import ConfigError
from schemas.finding import Kind


def test_every_preset_loads_under_its_own_name():
    assert preset_names() == ["pii", "pronouns", "report-only", "safe-llava", "standard", "strict"]
    for name in preset_names():
        assert load_policy(name).name == name
        assert policy_settings(load_policy(name))["name"] == name


def test_a_single_attribute_wins_over_its_group():
    policy = load_policy("standard")
    assert policy.mentions["biometric.hair"] is Action.REPORT
    assert policy.mentions["biometric.age"] is Action.REWRITE
    assert policy.mentions["pii.email"] is Action.MASK


def test_safe_llava_leaves_images_alone_and_has_one_refusal():
    policy = load_policy("safe-llava")
    assert not policy.touches_images()
    assert policy.age_nouns
    assert policy.refusals == (
        "I'm sorry, but I cannot provide information related to biometric attributes.",
    )


def test_permissive_policies_act_on_no_proxy():
    assert not load_policy("standard").acts_on("biometric.gender", Kind.PROXY)
    assert load_policy("strict").acts_on("biometric.gender", Kind.PROXY)
    assert not load_policy("report-only").acts_on("biometric.gender", Kind.EXPLICIT)


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ("name: x\nmentions: {biometric.shoe: rewrite}", "policy.mentions", "biometric.shoe"),
        ("name: x\nmentions: {biometric.age: shred}", "policy.mentions.biometric.age", "shred"),
        ("name: x\nmentions: {pii.*: redact}", "policy.mentions.pii.name", "redact"),
        ("name: x\nmentions: {image.face: mask}", "policy.mentions.image.face", "mask"),
        ("name: x\nmentions: {}\nimage: {text_fill: blur}", "policy.image.text_fill", "candidates"),
        ("name: x\nmentions: {}\nimage: {text_fill: pixelate}", "policy.image.text_fill", "candidates"),
        ("name: x\nmentions: {}\nimage: {text_fill: noise}", "policy.image.text_fill", "candidates"),
        ("name: x\nmentions: {}\nimage: {text_fill: ink}", "policy.image.text_fill", "solid"),
        ("name: x\nmentions: {}\nimage: {plate_fill: noise}", "policy.image.plate_fill", "pixelate"),
        ("name: x\nmentions: {}\nimage: {drawn_faces: no}", "policy.image.drawn_faces", "keep"),
        ("name: x\nmentions: {}\nimage: {min_fidelity: 2}", "policy.image.min_fidelity", "less than"),
        ("name: x\nmentions: {}\nspeed: 9", "policy.speed", "no such key"),
        ("mentions: {}", "policy.name", "(missing)"),
        ("- a\n- b", "policy", "mapping"),
        ("name: [", "policy", "YAML"),
        ("name: x\nmentions: {pii.email: mask}\nmentions: {}", "policy", "twice"),
        ("name: x\nmentions: {}\nrefusals: []", "policy.refusals", "at least 1"),
        ("name: x\nmentions: {}\nrefusals: ['  ']", "policy.refusals.0", "sentence"),
        ("name: x\nmentions: {}\nrefusals: ['<image> No.']", "policy.refusals.0", "sentence"),
        (
            "name: x\nmentions: {}\nmax_refusal_share: 2",
            "policy.max_refusal_share",
            "less than or equal to 1",
        ),
        ('name: x\nmentions: {}\nrefusals: ["\\ud800"]', "policy.refusals.0", "unicode"),
    ],
)
def test_errors_name_key_and_value(tmp_path, text, key, said):
    path = tmp_path / "policy.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_policy(str(path))
    assert caught.value.key == key
    assert said in str(caught.value)


def test_an_unknown_preset_lists_the_known_ones():
    for name in ("safest", "s" * 5000, "a\0b"):
        with pytest.raises(ConfigError, match="safe-llava"):
            load_policy(name)
