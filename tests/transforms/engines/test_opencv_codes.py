"""Codes are found where they are, and not in stripes or noise."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from transforms.engines.opencv_codes import OpenCvCodes

LEFT = ["0001101", "0011001", "0010011", "0111101", "0100011", "0110001", "0101111", "0111011", "0110111"]
LEFT.append("0001011")
PARITY = ["LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG", "LGGLLG", "LGGGLL", "LGLGLG", "LGLGGL", "LGGLGL"]


@pytest.fixture(scope="module")
def engine():
    return OpenCvCodes()


def ean13(digits, module=2, height=80):
    flip = str.maketrans("01", "10")
    coded = "".join(
        LEFT[d] if side == "L" else LEFT[d].translate(flip)[::-1]
        for side, d in zip(PARITY[digits[0]], digits[1:7], strict=True)
    )
    right = "".join(LEFT[d].translate(flip) for d in digits[7:])
    bits = f"101{coded}01010{right}101"
    row = np.repeat(np.array([0 if bit == "1" else 255 for bit in bits], np.uint8), module)
    return np.pad(np.repeat(row[None], height, 0), ((8, 8), (12 * module, 12 * module)), constant_values=255)


def qr(text, side=140):
    import cv2

    code = cv2.QRCodeEncoder.create().encode(text)
    return cv2.resize(code, (side, side), interpolation=cv2.INTER_NEAREST)


def scene(patch, x=150, y=90):
    image = np.full((360, 480, 3), 170, np.uint8)
    image[y : y + patch.shape[0], x : x + patch.shape[1]] = patch[..., None]
    return image


@pytest.mark.parametrize("side", [70, 140, 220])
def test_qr_code_is_boxed(engine, side):
    found = engine.detect(scene(qr("BEGIN:VCARD N:Blake;Jordan END:VCARD", side)))
    assert found
    box = found[0].box
    assert abs((box.x0 + box.x1) / 2 - (150 + side / 2)) < side * 0.1
    assert box.width > side * 0.7


def test_a_qr_code_too_blurred_to_read_is_still_found(engine):
    import cv2

    found = engine.detect(cv2.GaussianBlur(scene(qr("name=Jordan", 140)), (0, 0), 1.6))
    assert found


def test_barcode_is_boxed(engine):
    patch = ean13([4, 0, 0, 6, 3, 8, 1, 3, 3, 3, 9, 3, 1])
    found = engine.detect(scene(patch))
    assert found
    assert any(hit.box.width > 150 for hit in found)


def test_stripes_noise_and_print_are_no_codes(engine):
    random = np.random.default_rng(2)
    fence = np.full((300, 300, 3), 200, np.uint8)
    fence[:, ::30] = fence[:, 1::30] = fence[:, 2::30] = 60
    page = Image.new("RGB", (400, 300), "white")
    draw = ImageDraw.Draw(page)
    for row in range(12):
        draw.text((10, 10 + row * 22), "the quick brown fox jumps over the lazy dog", fill="black")
    for image in (fence, np.array(page), random.integers(0, 255, (240, 320, 3), dtype=np.uint8)):
        assert engine.detect(image) == ()


def test_degenerate_sizes(engine):
    for shape in ((1, 1, 3), (1, 500, 3), (16, 16, 3), (20, 2000, 3)):
        assert engine.detect(np.zeros(shape, np.uint8)) == ()


def test_a_code_of_a_very_large_image_is_boxed_in_its_pixels(engine):
    page = np.full((1500, 6000, 3), 230, np.uint8)
    page[600:1000, 5000:5400] = qr("name=Jordan", 400)[..., None]
    found = engine.detect(page)
    assert found
    assert abs((found[0].box.x0 + found[0].box.x1) / 2 - 5200) < 40
    assert abs((found[0].box.y0 + found[0].box.y1) / 2 - 800) < 40
