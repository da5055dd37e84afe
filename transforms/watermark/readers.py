"""Which reader judges the legibility of a style."""

from __future__ import annotations

from transforms.watermark.legibility import MarkReader
from transforms.watermark.style import Carrier, MarkStyle


def load_reader(style: MarkStyle) -> MarkReader | None:
    """The reader for marks of ``style``, its model loaded; None where nothing is printed."""
    if style.carrier in (Carrier.METADATA, Carrier.LSB):
        return None
    if style.carrier is Carrier.QR:
        from transforms.watermark.code_print import CodeReader

        return CodeReader()
    from transforms.watermark.recognised_lines import RecognisedLines

    return RecognisedLines()
