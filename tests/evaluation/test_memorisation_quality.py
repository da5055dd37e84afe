"""The table of the memorisation statistics."""

import sys

from evaluation.memorisation_quality import PARTS, main


def test_the_published_bounds_are_printed_and_met(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["x", str(tmp_path), "bound"])
    assert main() == 0
    printed = capsys.readouterr().out
    assert "0.67298" in printed
    assert " NO " not in printed


def test_all_parts_are_there():
    assert list(PARTS) == ["null", "verdicts", "bound", "power"]
