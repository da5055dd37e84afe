"""The bundled font and fonts of the user's."""

import hashlib
from importlib import resources
from pathlib import Path

import pytest
from PIL import ImageFont

from schemas.errors import ConfigError
from transforms.watermark.font import AILERON_SHA256, MarkFont
from transforms.watermark.identities import IdentitySettings, draw_identities

FONTS = resources.files("transforms.watermark").joinpath("fonts")


def test_the_bundled_font_is_the_one_of_the_paper():
    bundled = MarkFont()
    assert bundled.sha256 == AILERON_SHA256
    default = ImageFont.load_default(10)
    assert bytes(bundled.at(10).getmask("user_id: 48")) == bytes(default.getmask("user_id: 48"))


def test_the_pinned_digest_stands_in_the_list_beside_the_font():
    listed = FONTS.joinpath("SHA256SUMS").read_text().split()[0]
    assert listed == AILERON_SHA256


def test_every_identity_that_is_drawn_can_be_printed():
    font = MarkFont()
    for plan in draw_identities(IdentitySettings(per_pool=200), b"key"):
        font.check(plan.identity.lines())


@pytest.mark.parametrize("character", ["é", "Ł", "漢", "\n", "\u200b", "\U0001f600"])
def test_characters_without_a_glyph_are_named_by_code_point(character):
    with pytest.raises(ConfigError, match=f"U\\+{ord(character):04X}"):
        MarkFont().check([f"username: A{character}"])


def test_a_font_by_path_is_known_by_its_digest(tmp_path):
    data = FONTS.joinpath("Aileron-Regular.ttf").read_bytes() + b"\0"
    (tmp_path / "own.ttf").write_bytes(data)
    assert MarkFont(tmp_path / "own.ttf").sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("content", [b"", b"no font", b"\0\1\0\0" + b"\xff" * 400])
def test_a_file_that_is_no_font_is_a_wrong_call(tmp_path, content):
    path = tmp_path / "bad.ttf"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match="font"):
        MarkFont(path)


def test_a_missing_font_is_a_wrong_call():
    with pytest.raises(ConfigError, match="cannot be read"):
        MarkFont(Path("nowhere/at all.ttf"))
