"""What the config says of EasyOCR is checked before torch is touched."""

from importlib.util import find_spec

import pytest

from schemas.errors import ConfigError
from transforms.engines.easyocr_engine import WEIGHTS
from transforms.engines.registry import check_engine


@pytest.mark.parametrize("name", ["easyocr", "easyocr:", "easyocr:/no/such/folder"])
def test_a_missing_folder_is_named(name):
    with pytest.raises(ConfigError, match=r"engines\.ocr"):
        check_engine("ocr", name)


@pytest.mark.parametrize("present", [[], WEIGHTS[:1], WEIGHTS[1:]])
def test_a_missing_file_is_named_with_where_to_get_it(tmp_path, present):
    for name in present:
        (tmp_path / name).write_bytes(b"x")
    missing = next(name for name in WEIGHTS if name not in present)
    with pytest.raises(ConfigError, match=rf"{missing} is not in that folder.*modelhub"):
        check_engine("ocr", f"easyocr:{tmp_path}")


@pytest.mark.skipif(find_spec("easyocr") is not None, reason="the gpu extra is installed")
def test_a_missing_package_is_named_with_its_extra(tmp_path):
    for name in WEIGHTS:
        (tmp_path / name).write_bytes(b"x")
    with pytest.raises(ConfigError, match=r"needs \w+: pip install 'mmscrub\[gpu\]'"):
        check_engine("ocr", f"easyocr:{tmp_path}")
