"""The command line of the tables of figures."""

import sys

import pytest

from evaluation.figures import Figure
from evaluation.parts import print_tables


def measure(data, images=200):
    return [Figure(f"images in {data.name}", images, ">=", 1, "")]


def call(monkeypatch, *arguments, sized=True):
    monkeypatch.setattr(sys, "argv", ["x", *map(str, arguments)])
    return print_tables("evaluation.x", {"faces": measure, "codes": measure}, sized=sized)


def test_without_a_part_all_are_measured(tmp_path, monkeypatch, capsys):
    assert call(monkeypatch, tmp_path) == 0
    printed = capsys.readouterr().out
    assert "faces (0 s)" in printed
    assert "codes (0 s)" in printed
    assert "200.00" in printed


@pytest.mark.parametrize("order", [0, 1, 2])
def test_the_number_of_images_may_stand_anywhere(tmp_path, monkeypatch, capsys, order):
    arguments = [tmp_path, "codes"]
    arguments[order:order] = ["--images", "7"]
    call(monkeypatch, *arguments)
    printed = capsys.readouterr().out
    assert " 7.00" in printed
    assert "faces" not in printed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "required: DATA"),
        (["/no/such/folder"], "is no folder"),
        (["{data}", "noses"], "there are: faces, codes"),
        (["{data}", "--images", "WORD"], "'WORD' is no number"),
        (["{data}", "--images", "0"], "'0' is no number"),
        (["{data}", "--images", "-3"], "--images"),
        (["{data}", "--images", "²"], "is no number"),
        (["{data}", "--images"], "expected one argument"),
        (["{data}", "--image", "3"], "unrecognized"),
    ],
)
def test_a_wrong_call_exits_with_2_and_says_why(tmp_path, monkeypatch, capsys, arguments, said):
    with pytest.raises(SystemExit) as ended:
        call(monkeypatch, *(one.format(data=tmp_path) for one in arguments))
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_a_table_of_one_size_has_no_number_of_images(tmp_path, monkeypatch):
    with pytest.raises(SystemExit):
        call(monkeypatch, tmp_path, "--images", "3", sized=False)
