"""Tesseract as an engine. A script in its place tells what is asked of it."""

import shutil
import stat
from functools import partial

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from schemas.errors import ConfigError, RejectRecord
from transforms.engines.registry import check_engine, load_second_ocr
from transforms.engines.tesseract import Tesseract, TesseractOptions
from transforms.image.ocr_text import join_lines

needs_program = pytest.mark.skipif(shutil.which("tesseract") is None, reason="needs the program tesseract")

TABLE = """level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext
1\t1\t0\t0\t0\t0\t0\t0\t400\t200\t-1\t
5\t1\t1\t1\t1\t1\t20\t20\t60\t20\t96.0\tJordan
5\t1\t1\t1\t1\t2\t90\t20\t50\t20\t90.0\tBlake
5\t1\t1\t1\t1\t3\t300\t20\t40\t20\t80.0\tRoom
5\t1\t1\t1\t2\t1\t20\t60\t40\t20\t12.5\t~%
5\t1\t1\t1\t3\t1\t20\t90\t40\t20\t95.0\t\x20
"""


def render(lines, size=(640, 200), font=14):
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    for index, text in enumerate(lines):
        draw.text((20, 20 + index * font * 2), text, fill="black", font=ImageFont.load_default(font))
    return np.array(image)


@pytest.fixture
def program(tmp_path, monkeypatch):
    """Puts a script in the place of the program: what it does on an image is the argument."""
    folder = tmp_path / "data"
    folder.mkdir()
    for name in ("eng", "osd"):
        (folder / f"{name}.traineddata").write_bytes(name.encode())

    def place(on_image, version="tesseract 5.4.1"):
        script = tmp_path / "bin" / "tesseract"
        script.parent.mkdir(exist_ok=True)
        script.write_text(
            "#!/bin/sh\n"
            f'case "$1" in\n--version) echo "{version}" ;;\n'
            f"""--list-langs) echo 'List of available languages in "{folder}" (2):' ;;\n"""
            f"*)\n{on_image}\n;;\nesac\n"
        )
        script.chmod(script.stat().st_mode | stat.S_IEXEC)
        monkeypatch.setenv("PATH", f"{script.parent}:/usr/bin:/bin")
        return folder

    return place


@needs_program
def test_small_print_is_read_with_its_place():
    lines = Tesseract().read(render(["Jordan Blake", "Customer 8812"]))
    assert [line.text for line in lines] == ["Jordan Blake", "Customer 8812"]
    assert join_lines(lines).text == "Jordan Blake\nCustomer 8812"
    for line, top in zip(lines, (20, 48), strict=True):
        (x0, y0), (x1, _), _, (_, y1) = line.quad
        assert 15 <= x0 <= 22
        assert 70 <= x1 <= 140
        assert top - 2 <= y0 < y1 <= top + 20
        assert 0.5 <= line.score <= 1.0


@needs_program
@pytest.mark.parametrize(("quarters", "first"), [(1, (0, 1)), (2, (1, 1)), (3, (1, 0))])
def test_the_first_corner_is_where_the_first_letter_begins_on_a_turned_page(quarters, first):
    page = render(["Please note the opening hours", "and the address of the shop", "before you leave home"])
    turned = np.ascontiguousarray(np.rot90(page, quarters))
    lines = Tesseract().read(turned)
    assert sum("the" in line.text for line in lines) >= 2
    for line in lines:
        assert len(line.places) == len(line.text)
        assert list(line.places) == sorted(line.places)
        xs, ys = [x for x, _ in line.quad], [y for _, y in line.quad]
        assert line.quad[0] == ((min(xs), max(xs))[first[0]], (min(ys), max(ys))[first[1]])


@needs_program
def test_the_digest_covers_the_language_data():
    info = Tesseract().info
    assert (info.role, info.name, len(info.weights_sha256)) == ("ocr", "tesseract", 64)
    assert info.version.startswith("5")
    assert Tesseract(TesseractOptions(enlarge=1.0)).info != info


@needs_program
def test_an_empty_picture_has_no_lines():
    engine = Tesseract()
    assert engine.read(np.full((64, 64, 3), 255, np.uint8)) == ()
    assert engine.read(np.zeros((1, 900, 3), np.uint8)) == ()


def test_words_become_lines_that_end_at_a_wide_gap(program):
    program(f"cat >/dev/null; printf '%s' '{TABLE}'")
    lines = Tesseract().read(np.zeros((100, 200, 3), np.uint8))
    assert [(line.text, line.quad[0], line.quad[2]) for line in lines] == [
        ("Jordan Blake", (10.0, 10.0), (70.0, 20.0)),
        ("Room", (150.0, 10.0), (170.0, 20.0)),
    ]
    assert len(lines[0].places) == len(lines[0].text)
    assert lines[0].places[:6] == pytest.approx([(i + 0.5) * 5 / 60 for i in range(6)], abs=1e-3)
    assert lines[0].places[6] == pytest.approx(32.5 / 60, abs=1e-3)
    assert lines[0].places[7] > 35 / 60
    assert lines[0].score == pytest.approx((6 * 0.96 + 5 * 0.9) / 11, abs=1e-4)


def test_one_thread_and_twice_the_size_are_asked_for(program, tmp_path):
    program(f'head -c 11 >{tmp_path}/head; cat >/dev/null; echo "$OMP_THREAD_LIMIT" >{tmp_path}/threads')
    Tesseract().read(np.zeros((100, 200, 3), np.uint8))
    assert (tmp_path / "head").read_bytes() == b"P6\n400 200\n"
    assert (tmp_path / "threads").read_text().strip() == "1"


def test_a_large_image_is_not_enlarged_beyond_the_bound(program, tmp_path):
    program(f"head -c 11 >{tmp_path}/head; cat >/dev/null")
    Tesseract(TesseractOptions(max_pixels=20_000)).read(np.zeros((100, 200, 3), np.uint8))
    assert (tmp_path / "head").read_bytes() == b"P6\n200 100\n"


@pytest.mark.parametrize("on_image", ["echo 'secret 8812' >&2; exit 1", "sleep 20"])
def test_a_failure_or_a_hang_rejects_the_image_and_tells_nothing_of_it(program, on_image, capfd):
    program(on_image)
    with pytest.raises(RejectRecord) as caught:
        Tesseract(TesseractOptions(seconds=0.5)).read(np.zeros((100, 200, 3), np.uint8))
    assert str(caught.value) == "audit_image: engine_failed"
    assert "8812" not in "".join(capfd.readouterr())


def test_a_missing_program_is_named_with_its_remedy(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    for start in (Tesseract, lambda: check_engine("ocr", "tesseract")):
        with pytest.raises(ConfigError, match=r"engines.ocr.*apt-get install tesseract-ocr"):
            start()


@pytest.mark.parametrize("version", ["tesseract 4.1.1", "something else"])
def test_an_older_program_is_refused(program, version):
    program("exit 0", version)
    with pytest.raises(ConfigError, match="is not Tesseract 5"):
        Tesseract()


def test_missing_language_data_are_named(program):
    (program("exit 0") / "osd.traineddata").unlink()
    second = partial(load_second_ocr, "tesseract")
    for start, key in ((Tesseract, "engines.ocr"), (second, "engines.second_ocr")):
        with pytest.raises(ConfigError, match=r"osd\.traineddata is not in") as caught:
            start()
        assert caught.value.key == key
