"""More small files that say something beside their pixels, in places where few look for it.

Each holds ``MARK`` somewhere that a plain rewrite of the well-known tags would miss.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from typing import Any, Final

from PIL import ExifTags, Image, ImageCms, TiffImagePlugin

from evaluation.images.tagged_files import MARK, TaggedFile, chunk, picture, saved, with_segment

_MARK: Final = MARK.encode()
_PNG_HEAD: Final = 33
_PNG_END: Final = 12


def hostile_files() -> Iterator[TaggedFile]:
    """The set, the same bytes every time."""
    yield from _jpeg_files()
    yield from _png_files()
    yield from _webp_files()
    yield from _gif_files()
    yield from _bmp_files()
    yield from _tiff_files()


def profile_with(tags: dict[bytes, bytes], *, version: int = 2) -> bytes:
    """sRGB with ``tags`` (name to value) added or replaced, and the mark in the header's reserved bytes."""
    plain = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    (count,) = struct.unpack_from(">I", plain, 128)
    found = {}
    for index in range(count):
        name, offset, size = struct.unpack_from(">4sII", plain, 132 + 12 * index)
        found[name] = plain[offset : offset + size]
    found |= tags
    table, values, at = struct.pack(">I", len(found)), b"", 132 + 12 * len(found)
    for name, body in found.items():
        table += struct.pack(">4sII", name, at + len(values), len(body))
        values += body + bytes(-len(body) % 4)
    header = bytearray(plain[:128])
    header[8], header[24:36] = version, bytes(12)
    header[100 : 100 + len(_MARK)] = _MARK
    header[:4] = struct.pack(">I", at + len(values))
    return bytes(header) + table + values


def _text(kind: bytes) -> bytes:
    if kind == b"mluc":
        told = MARK.encode("utf-16be")
        return struct.pack(">4sIII4sII", b"mluc", 0, 1, 12, b"enUS", len(told), 28) + told
    if kind == b"desc":
        return struct.pack(">4sII", b"desc", 0, len(_MARK) + 1) + _MARK + bytes(79)
    return b"text\0\0\0\0" + _MARK + b"\0"


def _other(mode: str, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture().convert(mode).save(out, form, **options)
    return out.getvalue()


def _jpeg_files() -> Iterator[TaggedFile]:
    adobe = b"Adobe\0\x64\0\0\0\0\1"
    yield TaggedFile("jpeg_adobe_with_more", with_segment(0xEE, adobe + _MARK))
    yield TaggedFile("jpeg_c2pa", with_segment(0xEB, b"JP\0\1\0\0\0\1\0\0\0\x20jumb" + _MARK))
    yield TaggedFile("jpeg_flashpix", with_segment(0xE2, b"FPXR\0\0" + _MARK))
    two = with_segment(0xFE, _MARK)
    yield TaggedFile(
        "jpeg_two_comments", two[:2] + struct.pack(">HH", 0xFFFE, 2 + len(_MARK)) + _MARK + two[2:]
    )
    plain = saved("JPEG")
    yield TaggedFile("jpeg_between_segments", plain[:20] + _MARK + plain[20:])
    hidden = b"Exif\0\0II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x0112, 3, 1, 1, 0, 0) + _MARK
    yield TaggedFile("jpeg_behind_orientation", with_segment(0xE1, hidden))
    yield TaggedFile("jpeg_broken_exif", with_segment(0xE1, b"Exif\0\0II*\0\xff\xff" + _MARK))
    notes = Image.Exif()
    notes.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.MakerNote] = _MARK * 5
    yield TaggedFile("jpeg_maker_note", saved("JPEG", exif=notes.tobytes()))
    for kind, name in ((b"desc", b"dmnd"), (b"text", b"targ"), (b"desc", b"desc")):
        told = profile_with({name: _text(kind)})
        yield TaggedFile(f"jpeg_profile_{name.decode()}", saved("JPEG", icc_profile=told))
    told = profile_with({b"desc": _text(b"mluc"), b"prVt": _text(b"text")}, version=4)
    yield TaggedFile("jpeg_profile_private", saved("JPEG", icc_profile=told))
    told = profile_with({b"vued": b"text\0\0\0\0" + _MARK * 12_000})
    yield TaggedFile("jpeg_profile_in_pieces", saved("JPEG", icc_profile=told))
    yield TaggedFile("jpeg_profile_trailing", saved("JPEG", icc_profile=profile_with({}) + _MARK))
    yield TaggedFile("jpeg_progressive_after_end", saved("JPEG", progressive=True) + _MARK)
    yield TaggedFile("jpeg_cmyk_comment", _other("CMYK", "JPEG", quality=95, comment=_MARK))
    yield TaggedFile("jpeg_grey_comment", _other("L", "JPEG", quality=95, comment=_MARK))


def _png(at: int, kind: bytes, body: bytes) -> bytes:
    data = saved("PNG")
    at = at if at >= 0 else len(data) + at
    return data[:at] + chunk(kind, body) + data[at:]


def _png_files() -> Iterator[TaggedFile]:
    palette = _MARK + b"\0\x08" + bytes(6)
    yield TaggedFile("png_palette_name", _png(_PNG_HEAD, b"sPLT", palette))
    yield TaggedFile("png_long_density", _png(_PNG_HEAD, b"pHYs", struct.pack(">IIB", 1, 1, 0) + _MARK))
    yield TaggedFile("png_c2pa", _png(_PNG_HEAD, b"caBX", _MARK))
    yield TaggedFile("png_exif_last", _png(-_PNG_END, b"eXIf", b"MM\0*\0\0\0\x08" + _MARK))
    yield TaggedFile("png_end_with_more", saved("PNG")[:-_PNG_END] + chunk(b"IEND", _MARK))
    packed = zlib.compress(profile_with({b"dmdd": _text(b"desc")}))
    yield TaggedFile("png_profile_model", _png(_PNG_HEAD, b"iCCP", b"x\0\0" + packed))
    packed = zlib.compress(profile_with({}))
    yield TaggedFile("png_behind_profile", _png(_PNG_HEAD, b"iCCP", b"x\0\0" + packed + _MARK))
    text = Image.open(io.BytesIO(saved("PNG"))).convert("P")
    out = io.BytesIO()
    text.save(out, "PNG", exif=_artist())
    yield TaggedFile("png_indexed_exif", out.getvalue())
    yield TaggedFile(
        "png_unicode_text", _png(-_PNG_END, b"iTXt", b"Author\0\1\0de\0\0" + zlib.compress(_MARK))
    )


def _artist() -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = MARK
    return exif.tobytes()


def _webp_files() -> Iterator[TaggedFile]:
    for name, kind, options in (
        ("private_chunk", b"prVt", {"quality": 90}),
        ("c2pa", b"C2PA", {"lossless": True}),
    ):
        data = saved("WEBP", **options)
        body = data[12:] + kind + struct.pack("<I", len(_MARK)) + _MARK
        yield TaggedFile(f"webp_{name}", b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body)
    told = profile_with({b"cprt": _text(b"text")})
    yield TaggedFile("webp_profile", saved("WEBP", icc_profile=told, lossless=True))
    yield TaggedFile("webp_lossless_xmp", saved("WEBP", xmp=b"<x>" + _MARK + b"</x>", lossless=True))
    yield TaggedFile("webp_alpha_exif", _other("RGBA", "WEBP", exif=_artist(), lossless=True))


def _gif_files() -> Iterator[TaggedFile]:
    data = saved("GIF")
    at = 13 + (3 << ((data[10] & 7) + 1))
    block = bytes([len(_MARK)]) + _MARK + b"\0"
    for name, head in (
        ("xmp", b"!\xff\x0bXMP DataXMP"),
        ("profile", b"!\xff\x0bICCRGBG1012"),
        ("private", b"!\xff\x0bPRIVATE1.0_"),
        ("plain_text", b"!\x01\x0c" + bytes(12)),
        ("unknown", b"!\x77"),
    ):
        yield TaggedFile(f"gif_{name}", data[:at] + head + block + data[at:])
    yield TaggedFile("gif_comment_last", data[:-1] + b"!\xfe" + block + b";")


def _bmp_files() -> Iterator[TaggedFile]:
    data = saved("BMP")
    gap = bytearray(data[:54] + _MARK * 3 + data[54:])
    gap[10:14] = struct.pack("<I", 54 + 3 * len(_MARK))
    yield TaggedFile("bmp_gap", bytes(gap))
    fifth = data[14:54] + bytes(16) + b"KNIL" + bytes(48) + struct.pack("<IIII", 4, 0, 0, 0)
    samples = data[54:]
    start = 14 + 124
    head = bytearray(data[:14] + struct.pack("<I", 124) + fifth[4:])
    head[10:14] = struct.pack("<I", start)
    head[14 + 112 : 14 + 120] = struct.pack("<II", 124 + len(samples), len(_MARK))
    yield TaggedFile("bmp_linked_profile", bytes(head) + samples + _MARK)
    yield TaggedFile("bmp_indexed_after_end", _other("P", "BMP") + _MARK)


def _tiff_files() -> Iterator[TaggedFile]:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[65_000] = MARK
    yield TaggedFile("tiff_private_tag", saved("TIFF", tiffinfo=tags))
    yield TaggedFile("tiff_after_end", saved("TIFF") + _MARK)
    told = profile_with({b"cprt": _text(b"text")})
    yield TaggedFile("tiff_profile", saved("TIFF", icc_profile=told))
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[285], tags[305] = MARK, MARK
    yield TaggedFile("tiff_packed_tags", saved("TIFF", tiffinfo=tags, compression="tiff_lzw"))
    data = saved("TIFF")
    yield TaggedFile("tiff_gap", data[:4] + struct.pack("<I", len(data)) + data[8:] + _moved(data))


def _moved(data: bytes) -> bytes:
    """A copy of the first directory for the end of the file: the old one's place keeps the mark."""
    (at,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, at)
    return data[at : at + 2 + 12 * count] + bytes(4) + _MARK
