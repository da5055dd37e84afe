import pytest
from PIL import Image

from evaluation.mm_privacy.form_sheet import draw_sheet, every_layout, main
from schemas.errors import ConfigError


def test_every_design_is_shown_once():
    names = every_layout()
    assert "loan_application" in names
    assert "index_card_email" in names
    assert "index_card_phone" not in names
    assert len(names) == len(set(names)) >= 12


def test_a_sheet_shows_template_and_photograph(tmp_path):
    assert main([str(tmp_path / "sheet.jpg"), "--quads", "index_card_email"]) == 0
    with Image.open(tmp_path / "sheet.jpg") as sheet:
        assert sheet.width > 1000


def test_an_unknown_layout_is_named():
    with pytest.raises(ConfigError, match="no_such"):
        draw_sheet(["no_such"], quads=False)


def test_without_a_file_it_says_how_it_is_called(capsys):
    assert main([]) == 2
    assert "form_sheet OUT.jpg" in capsys.readouterr().out
