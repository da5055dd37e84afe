import pytest

from pipeline.config import Mode, make_config, read_config_file
from schemas.errors import ConfigError

GOOD = {"input": "corpus.json", "out": "cleaned", "images": "none"}


def test_defaults_are_sane():
    config = make_config(GOOD)
    assert config.mode is Mode.BUILD
    assert config.policy == "standard"
    assert not config.opens_images
    assert config.image_root is None


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"images": "/no/such/folder"}, "images"),
        ({"workers": -1}, "workers"),
        ({"workers": "many"}, "workers"),
        ({"split": "a-b"}, "split"),
        ({"split": "../up"}, "split"),
        ({"engines": {"ocr": 3}}, "engines.ocr"),
        ({"engines": {"nose": "x"}}, "engines.nose"),
        ({"engines": {"device": "tpu"}}, "engines.device"),
        ({"limits": {"image_pixels": 0}}, "limits.image_pixels"),
        ({"speed": 1}, "speed"),
        ({"fail_on": {"luck": 1}}, "fail_on.luck.[key]"),
        ({"seed": "a"}, "seed"),
        ({"out": "o" * 5000}, "out"),
        ({"out": "a\0b"}, "out"),
        ({"out": "a\ud800b"}, "out"),
        ({"images": "i" * 5000}, "images"),
        ({"hash_key_file": "k\0"}, "hash_key_file"),
        ({"split": "s" * 65}, "split"),
        ({"workers": 10**9}, "workers"),
        ({"limits": {"image_bytes": 10**30}}, "limits.image_bytes"),
        *(({"review": bad}, "review") for bad in (-1, 1001, 1.5, "many", "", None, [3], True, 10**30, "nan")),
        *(
            ({"verify_sample": bad}, "verify_sample")
            for bad in (-0.01, 1.01, "5%", "0,05", "", None, [0.1], True, float("nan"), float("inf"), "1e400")
        ),
        *(
            ({"cache": bad}, "cache")
            for bad in (5, ["a"], "c" * 5000, "a\0b", "a\ud800b", True, {"dir": "a"})
        ),
        ({"engines": {"second_ocr": 3}}, "engines.second_ocr"),
    ],
)
def test_errors_name_the_key(change, key):
    with pytest.raises(ConfigError) as caught:
        make_config(GOOD | change)
    assert caught.value.key == key


def test_a_short_secret_is_refused(tmp_path):
    (tmp_path / "key").write_text("short")
    with pytest.raises(ConfigError, match="16 bytes"):
        make_config(GOOD | {"hash_key_file": tmp_path / "key"}).secret()


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00",
        b"a: [",
        b"- 1",
        b"seed: " + b"[" * 3000 + b"]" * 3000,
        b"seed: " + b"9" * 6000,
        b"split: 2020-99-99",
        b"seed: !!python/object/apply:os.system ['true']",
        b"seed: 1\nseed: 2",
    ],
)
def test_broken_config_files_are_named(tmp_path, content):
    path = tmp_path / "run.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        read_config_file(path)
    assert caught.value.key == "config"


def test_the_message_stays_short_when_the_value_unfolds_to_gigabytes(tmp_path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    (tmp_path / "run.yaml").write_text("\n".join(lines))
    for key in ("seed", "engines", "input"):
        with pytest.raises(ConfigError) as caught:
            make_config(GOOD | {key: read_config_file(tmp_path / "run.yaml")["a11"]})
        assert len(str(caught.value)) < 500


def test_a_config_file_does_not_choose_the_command(tmp_path):
    (tmp_path / "run.yaml").write_text("mode: destroy")
    with pytest.raises(ConfigError, match="mmscrub build or mmscrub audit"):
        read_config_file(tmp_path / "run.yaml")
