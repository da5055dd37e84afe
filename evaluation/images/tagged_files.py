"""Small files that say something beside their pixels, one way each, with one mark in all of it."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from PIL import ExifTags, Image, ImageCms, PngImagePlugin, TiffImagePlugin

MARK: Final = "ZQ7owner"
_SIZE: Final = (96, 64)
_XMP: Final = f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><dc:creator>{MARK}</dc:creator></x:xmpmeta>'.encode()
_PNG_HEAD: Final = 33
"""Bytes of a PNG's signature and header chunk."""


@dataclass(frozen=True, slots=True)
class TaggedFile:
    """``marked``: whether ``MARK`` stands in the file in some form, which it must not afterwards."""

    name: str
    data: bytes
    marked: bool = True


def tagged_files() -> Iterator[TaggedFile]:
    """The set, the same bytes every time."""
    yield from _exif_files()
    yield from _jpeg_files()
    yield from _png_files()
    yield from _other_files()


def picture() -> Image.Image:
    """Four fields of different colour and size: no two orientations look alike."""
    image = Image.new("RGB", _SIZE, (200, 60, 50))
    image.paste((40, 160, 70), (60, 0, 96, 24))
    image.paste((50, 70, 190), (0, 24, 60, 64))
    image.paste((220, 210, 120), (60, 24, 96, 64))
    return image


def saved(form: str, **options: object) -> bytes:
    """The picture as a file."""
    out = io.BytesIO()
    if form == "JPEG":
        options.setdefault("quality", 90)
    picture().save(out, form, **options)
    return out.getvalue()


def _exif(orientation: int = 1, *, gps: bool = False, notes: bool = False) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    exif[ExifTags.Base.Artist] = MARK
    if notes:
        exif[ExifTags.Base.XPAuthor] = MARK.encode("utf-16le")
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = b"ASCII\0\0\0" + MARK.encode()
        exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.BodySerialNumber] = MARK
    if gps:
        exif.get_ifd(ExifTags.IFD.GPSInfo).update(
            {1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)}
        )
    return exif.tobytes()


def _exif_files() -> Iterator[TaggedFile]:
    for orientation in range(1, 9):
        yield TaggedFile(f"jpeg_orientation_{orientation}", saved("JPEG", exif=_exif(orientation)))
    yield TaggedFile("jpeg_gps", saved("JPEG", exif=_exif(gps=True)))
    yield TaggedFile("jpeg_notes", saved("JPEG", exif=_exif(notes=True)))
    yield TaggedFile("jpeg_thumbnail", with_segment(0xE1, b"Exif\0\0" + _thumbnail_ifd()))
    yield TaggedFile("png_exif", saved("PNG", exif=_exif(6, gps=True)))
    yield TaggedFile("webp_exif", saved("WEBP", exif=_exif(3, gps=True), quality=90))


def _thumbnail_ifd() -> bytes:
    """An empty first directory and a second one with a JPEG whose comment holds the mark."""
    small = io.BytesIO()
    picture().resize((24, 16)).save(small, "JPEG", comment=MARK.encode())
    thumbnail = small.getvalue()
    start = 8 + 2 + 4 + 2 + 2 * 12 + 4
    second = struct.pack("<HHHIIHHIII", 2, 513, 4, 1, start, 514, 4, 1, len(thumbnail), 0)
    return struct.pack("<2sHIHI", b"II", 42, 8, 0, 14) + second + thumbnail


def with_segment(marker: int, body: bytes) -> bytes:
    """The picture as a JPEG with one more segment at its start."""
    data = saved("JPEG")
    return data[:2] + struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body + data[2:]


def _icc(comment: str) -> bytes:
    """sRGB with ``comment`` in the place of the profile's copyright notice."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    notice = next(
        text
        for text in ("No copyright, use freely", "sRGB built-in")
        for form in ("utf-16be", "ascii")
        if text.encode(form) in profile
    )
    for form in ("utf-16be", "ascii"):
        old = notice.encode(form)
        profile = profile.replace(old, comment.ljust(len(notice))[: len(notice)].encode(form))
    # The header holds the moment at which the profile was made (ICC.1:2022, 7.2.8).
    return profile[:24] + bytes(12) + profile[36:]


def _jpeg_files() -> Iterator[TaggedFile]:
    yield TaggedFile("jpeg_xmp", with_segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + _XMP))
    extended = b"http://ns.adobe.com/xmp/extension/\0" + b"A" * 32 + struct.pack(">II", len(_XMP), 0) + _XMP
    yield TaggedFile("jpeg_extended_xmp", with_segment(0xE1, extended))
    iptc = b"\x1c\x02\x50" + struct.pack(">H", len(MARK)) + MARK.encode()
    block = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(iptc)) + iptc + b"\0" * (len(iptc) % 2)
    yield TaggedFile("jpeg_iptc", with_segment(0xED, b"Photoshop 3.0\0" + block))
    yield TaggedFile("jpeg_comment", saved("JPEG", comment=MARK.encode()))
    yield TaggedFile("jpeg_vendor_segment", with_segment(0xE5, b"VENDOR\0" + MARK.encode()))
    small = bytes(3 * 4 * 4)
    yield TaggedFile("jpeg_jfxx", with_segment(0xE0, b"JFXX\0\x13\x04\x04" + small + MARK.encode()))
    yield TaggedFile("jpeg_after_end", saved("JPEG") + MARK.encode() * 3)
    yield TaggedFile("jpeg_icc_notice", saved("JPEG", icc_profile=_icc(MARK)))
    yield TaggedFile("jpeg_icc_plain", saved("JPEG", icc_profile=_icc("none")), marked=False)
    out = io.BytesIO()
    second = picture().transpose(Image.Transpose.ROTATE_180)
    picture().save(out, "MPO", save_all=True, append_images=[second], exif=_exif())
    yield TaggedFile("mpo_twopictures", out.getvalue())


def chunk(kind: bytes, body: bytes) -> bytes:
    """A PNG chunk."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _with_chunk(kind: bytes, body: bytes) -> bytes:
    data = saved("PNG")
    return data[:_PNG_HEAD] + chunk(kind, body) + data[_PNG_HEAD:]


def _png_files() -> Iterator[TaggedFile]:
    mark = MARK.encode()
    yield TaggedFile("png_text", _with_chunk(b"tEXt", b"Author\0" + mark))
    yield TaggedFile("png_compressed_text", _with_chunk(b"zTXt", b"Author\0\0" + zlib.compress(mark * 9)))
    yield TaggedFile("png_xmp", _with_chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + _XMP))
    yield TaggedFile("png_private_chunk", _with_chunk(b"prVt", mark))
    yield TaggedFile("png_after_end", saved("PNG") + mark)
    yield TaggedFile("png_profile_name", _with_chunk(b"iCCP", mark + b"\0\0" + zlib.compress(_icc("none"))))
    yield TaggedFile("png_profile_notice", _with_chunk(b"iCCP", b"sRGB\0\0" + zlib.compress(_icc(MARK))))
    yield TaggedFile(
        "png_time", _with_chunk(b"tIME", struct.pack(">HBBBBB", 2024, 5, 6, 7, 8, 9)), marked=False
    )


def _other_files() -> Iterator[TaggedFile]:
    yield TaggedFile("webp_xmp", saved("WEBP", xmp=_XMP, quality=90))
    yield TaggedFile("webp_icc_notice", saved("WEBP", icc_profile=_icc(MARK), quality=90))
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[315], tags[270], tags[700] = MARK, MARK, _XMP
    yield TaggedFile("tiff_tags", saved("TIFF", tiffinfo=tags))
    yield TaggedFile("tiff_turned", saved("TIFF", exif=_exif(6, gps=True)))
    yield TaggedFile("gif_comment", saved("GIF", comment=MARK.encode()))
    yield TaggedFile("gif_after_end", saved("GIF") + MARK.encode() * 3)
    yield TaggedFile("webp_after_end", saved("WEBP", quality=90) + MARK.encode() * 3)
    yield TaggedFile("bmp_after_end", saved("BMP") + MARK.encode() * 3)
    info = PngImagePlugin.PngInfo()
    info.add_text("GPSPosition", f"52.52 13.40 {MARK}")
    yield TaggedFile("png_gps_text", saved("PNG", pnginfo=info))
