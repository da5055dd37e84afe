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
        ({"limits": {"image_pixels": 0}}, "limits.image_pixels"),
        ({"speed": 1}, "speed"),
        ({"fail_on": {"luck": 1}}, "fail_on.luck.[key]"),
        ({"seed": "a"}, "seed"),
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


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a: [", b"- 1"])
def test_broken_config_files_are_named(tmp_path, content):
    path = tmp_path / "run.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        read_config_file(path)
    assert caught.value.key == "config"
