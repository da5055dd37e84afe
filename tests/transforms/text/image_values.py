"""Values as an image lost them, for tests of the text side."""

from schemas.finding import Box, ImageFinding, Kind
from transforms.text.printed_values import printed_value
from transforms.text.quoted_values import HiddenValues, hidden_values

KEY = b"key"


def lost(*values: tuple[str, str], replaced: bool = False) -> HiddenValues:
    """What turns must not quote if the images showed ``values``: attribute without ``pii.``, and text.
    ``replaced``: surrogates stand there now."""
    findings = [
        ImageFinding(
            "image.plate" if name == "plate" else "image.text_pii",
            Kind.EXPLICIT,
            "ocr.test",
            1.0,
            Box(0, 0, 9, 9),
            printed=printed_value(f"pii.{name}", value, KEY, replaced=replaced),
        )
        for name, value in values
    ]
    hidden = hidden_values(findings, KEY)
    assert hidden is not None
    return hidden
