"""Draws documents with the printed data of synthetic people, and notes where each value stands.

Only Pillow's own font is used, so that the pictures do not depend on the fonts of a machine.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from personas import Persona
from PIL import Image, ImageDraw, ImageFont, ImageOps

Colour = tuple[int, int, int]

INK: Colour = (28, 30, 36)
GREY: Colour = (104, 108, 118)
PAPER: Colour = (252, 251, 247)


@dataclass(frozen=True, slots=True)
class Printed:
    """A value that stands in an image. ``box``: x0, y0, x1, y1 in pixels, x1 and y1 exclusive."""

    attribute: str
    text: str
    box: tuple[int, int, int, int]


@dataclass(slots=True)
class Sheet:
    """A picture under construction and the values printed on it so far."""

    image: Image.Image
    printed: list[Printed] = field(default_factory=list)

    @classmethod
    def blank(cls, width: int, height: int, colour: Colour = PAPER) -> Sheet:
        """An empty page, sizes in pixels."""
        return cls(Image.new("RGB", (width, height), colour))

    def write(
        self,
        xy: tuple[int, int],
        text: str,
        size: int,
        attribute: str = "",
        colour: Colour = INK,
        bold: bool = False,
    ) -> int:
        """Prints one line with its top left corner at ``xy``; returns the x where it ends."""
        draw, font = ImageDraw.Draw(self.image), ImageFont.load_default(size)
        width = 1 if bold else 0
        draw.text(xy, text, font=font, fill=colour, stroke_width=width)
        left, top, right, bottom = draw.textbbox(xy, text, font=font, stroke_width=width)
        if attribute:
            box = (math.floor(left), math.floor(top), math.ceil(right), math.ceil(bottom))
            self.printed.append(Printed(attribute, text, box))
        return math.ceil(right)

    def labelled(self, xy: tuple[int, int], label: str, text: str, size: int, attribute: str = "") -> None:
        """Prints a grey label and, one space behind it, the value."""
        end = self.write(xy, label, size, colour=GREY)
        self.write((end + size // 2, xy[1]), text, size, attribute)

    def fill(self, box: tuple[int, int, int, int], colour: Colour) -> None:
        """Fills a rectangle, pixels, lower right corner included."""
        ImageDraw.Draw(self.image).rectangle(box, fill=colour)

    def rule(self, y: int, left: int, right: int) -> None:
        """A thin horizontal line."""
        ImageDraw.Draw(self.image).line((left, y, right, y), fill=(190, 192, 198), width=2)

    def silhouette(self, box: tuple[int, int, int, int]) -> None:
        """A head and shoulders without a face, as where a photo is missing."""
        x0, y0, x1, y1 = box
        width, height = x1 - x0, y1 - y0
        portrait = Image.new("RGB", (width, height), (205, 212, 222))
        draw = ImageDraw.Draw(portrait)
        shade = (150, 160, 176)
        draw.ellipse((width * 0.32, height * 0.16, width * 0.68, height * 0.56), fill=shade)
        draw.ellipse((width * 0.12, height * 0.62, width * 0.88, height * 1.4), fill=shade)
        self.image.paste(portrait, (x0, y0))

    def signature(self, x: int, y: int, width: int, phase: float) -> None:
        """A pen stroke that reads as a signature and spells nothing."""
        points = []
        for step in range(width):
            fading = 16 * math.exp(-step / width)
            swing = fading * math.sin(step / 7 + phase) + 5 * math.sin(step / 2.3 + 2 * phase)
            points.append((x + step + 6 * math.sin(step / 5), y - swing))
        ImageDraw.Draw(self.image).line(points, fill=(24, 42, 120), width=3, joint="curve")
        self.printed.append(Printed("image.signature", "", (x - 6, y - 22, x + width + 6, y + 22)))

    def code(self, x: int, y: int, text: str, scale: int) -> None:
        """A QR code; ``scale`` is the side of a module in pixels."""
        import cv2

        modules = Image.fromarray(cv2.QRCodeEncoder.create().encode(text))
        side = modules.width * scale
        self.image.paste(modules.convert("RGB").resize((side, side), Image.Resampling.NEAREST), (x, y))
        # The quiet zone around the symbol is white and tells nothing.
        symbol = ImageOps.invert(modules).getbbox() or (0, 0, modules.width, modules.height)
        left, top, right, bottom = (scale * edge for edge in symbol)
        self.printed.append(Printed("image.code", text, (x + left, y + top, x + right, y + bottom)))


def badge(persona: Persona, number: int) -> Sheet:
    """A visitor badge, upright format."""
    sheet = Sheet.blank(420, 600)
    sheet.fill((0, 0, 420, 96), (30, 84, 128) if number == 0 else (122, 46, 58))
    sheet.write((28, 30), persona.company, 30, colour=(255, 255, 255), bold=True)
    sheet.silhouette((125, 125, 295, 315))
    sheet.write((28, 338), persona.name, 34, "pii.name", bold=True)
    sheet.write((28, 384), persona.job, 24, colour=GREY)
    sheet.rule(424, 28, 392)
    sheet.labelled((28, 446), "No.", persona.employee_id, 24, "pii.id_number")
    sheet.labelled((28, 484), "Tel.", persona.phone, 24, "pii.phone")
    if number == 0:
        sheet.write((28, 532), "VISITOR", 36, bold=True)
    else:
        sheet.code(300, 476, f"https://example.org/badge/{persona.employee_id}", 3)
        sheet.write((28, 532), "STAFF", 36, bold=True)
    return sheet


def business_card(persona: Persona, number: int) -> Sheet:
    """A business card, 7 to 4."""
    sheet = Sheet.blank(700, 400, (255, 255, 255) if number == 0 else (236, 240, 232))
    sheet.fill((0, 0, 14, 400), (196, 120, 40) if number == 0 else (60, 110, 76))
    sheet.write((48, 40), persona.name, 40, "pii.name", bold=True)
    sheet.write((48, 96), f"{persona.job}, {persona.company}", 24, colour=GREY)
    sheet.rule(146, 48, 650)
    sheet.labelled((48, 172), "T", persona.phone, 26, "pii.phone")
    sheet.labelled((48, 214), "E", persona.email, 26, "pii.email")
    sheet.labelled((48, 256), "W", "www.example.com", 26, "pii.url")
    sheet.write(
        (48, 314), f"{persona.street}, {persona.city}, {persona.state} {persona.zip}", 24, "pii.address"
    )
    return sheet


def receipt(persona: Persona, number: int) -> Sheet:
    """A till receipt on narrow paper."""
    sheet = Sheet.blank(440, 680, (250, 249, 244))
    sheet.write((96, 30), "EXAMPLE COFFEE HOUSE", 22, bold=True)
    sheet.write((130, 64), "Thank you for your visit", 18, colour=GREY)
    items = (("Coffee", "3.40"), ("Cheese sandwich", "6.20"), ("Carrot cake", "4.10"))
    sheet.rule(104, 30, 410)
    for row, (item, price) in enumerate(items):
        sheet.write((30, 122 + 36 * row), item, 22)
        sheet.write((344, 122 + 36 * row), price, 22)
    sheet.rule(240, 30, 410)
    sheet.write((30, 256), "TOTAL", 26, bold=True)
    sheet.write((336, 256), "13.70", 26, bold=True)
    sheet.labelled((30, 318), "Card", persona.card, 22, "pii.card")
    sheet.labelled((30, 354), "Name", persona.name, 22, "pii.name")
    sheet.labelled((30, 390), "Member", persona.email, 20, "pii.email")
    if number == 1:
        sheet.labelled((30, 424), "Refund to", persona.iban, 18, "pii.iban")
    sheet.write((30, 476), "Signature", 18, colour=GREY)
    sheet.signature(150, 510, 190, 0.6 + number)
    sheet.rule(548, 30, 410)
    sheet.write((92, 572), "Tell us how we did today", 18, colour=GREY)
    return sheet


def screenshot(persona: Persona, number: int) -> Sheet:
    """A mail program with one open message."""
    dark = number == 1
    page, ink = ((32, 34, 40), (228, 230, 236)) if dark else ((246, 247, 250), INK)
    sheet = Sheet.blank(820, 520, page)
    sheet.fill((0, 0, 820, 48), (52, 56, 66) if dark else (222, 226, 234))
    sheet.write((24, 13), "Mail - Inbox (3)", 20, colour=ink)
    sheet.fill((0, 48, 170, 520), (42, 45, 53) if dark else (234, 237, 243))
    for row, folder in enumerate(("Inbox", "Drafts", "Sent", "Archive")):
        sheet.write((24, 76 + 40 * row), folder, 20, colour=ink)
    sheet.write((200, 72), "Access to the staging server", 28, colour=ink, bold=True)
    end = sheet.write((200, 124), "From:", 20, colour=GREY if not dark else (160, 164, 174))
    end = sheet.write((end + 10, 124), persona.name, 20, "pii.name", ink)
    sheet.write((end + 12, 124), persona.email, 20, "pii.email", ink)
    body = (
        ("Hello,", "", ""),
        ("the server answers again at ", persona.ip, "pii.ip"),
        ("Your user name there is ", persona.username, "pii.username"),
        ("If it does not work, call me: ", persona.phone, "pii.phone"),
        ("Best wishes", "", ""),
    )
    for row, (text, value, attribute) in enumerate(body):
        end = sheet.write((200, 190 + 44 * row), text, 22, colour=ink)
        if value:
            sheet.write((end + 4, 190 + 44 * row), value, 22, attribute, ink)
    return sheet


def form(persona: Persona, number: int) -> Sheet:
    """A filled form with boxes and a signature."""
    sheet = Sheet.blank(760, 640, (255, 255, 255))
    sheet.write((40, 34), "Application for a library card", 34, bold=True)
    sheet.write((40, 84), "Please use capital letters where you can.", 18, colour=GREY)
    rows = (
        ("Full name", persona.name if number == 0 else persona.name.upper(), "pii.name"),
        ("Date of birth", persona.date_of_birth, "pii.date_of_birth"),
        ("Social security no.", persona.ssn, "pii.ssn"),
        ("Street", persona.street if number == 0 else persona.street.upper(), "pii.address"),
        ("Town and ZIP", f"{persona.city}, {persona.state} {persona.zip}", "pii.address"),
        ("E-mail", persona.email, "pii.email"),
    )
    draw = ImageDraw.Draw(sheet.image)
    for row, (label, value, attribute) in enumerate(rows):
        y = 130 + 66 * row
        sheet.write((40, y + 16), label, 20, colour=GREY)
        draw.rectangle((250, y, 720, y + 52), outline=(120, 126, 138), width=2)
        sheet.write((266, y + 13), value, 24, attribute, (20, 40, 110))
    sheet.write((40, 566), "Signature", 20, colour=GREY)
    sheet.signature(280, 576, 240, 1.4 + number)
    return sheet


def shipping_label(persona: Persona, number: int) -> Sheet:
    """A parcel label with sender, recipient and a code."""
    sheet = Sheet.blank(640, 460, (255, 255, 255))
    draw = ImageDraw.Draw(sheet.image)
    draw.rectangle((10, 10, 629, 449), outline=INK, width=4)
    sheet.write((34, 30), "EXAMPLE FREIGHT", 30, bold=True)
    sheet.write((430, 36), "2 of 2" if number else "1 of 1", 24)
    sheet.rule(80, 30, 610)
    sheet.write((34, 96), "SHIP TO", 18, colour=GREY)
    sheet.write((34, 126), persona.name, 34, "pii.name", bold=True)
    sheet.write((34, 176), persona.street, 28, "pii.address")
    sheet.write((34, 216), f"{persona.city}, {persona.state} {persona.zip}", 28, "pii.address")
    sheet.labelled((34, 262), "Tel.", persona.phone, 24, "pii.phone")
    sheet.rule(308, 30, 610)
    sheet.code(34, 322, f"https://example.com/track/{persona.employee_id}", 3)
    sheet.write((190, 340), "Parcel", 20, colour=GREY)
    sheet.write((190, 370), f"0000-{persona.employee_id[2:]}", 30, bold=True)
    return sheet


KINDS: Mapping[str, Callable[[Persona, int], Sheet]] = {
    "badge": badge,
    "business_card": business_card,
    "receipt": receipt,
    "screenshot": screenshot,
    "form": form,
    "shipping_label": shipping_label,
}


def on_table(sheet: Sheet, degrees: float, colour: Colour) -> Sheet:
    """The page as a camera sees it: turned counter-clockwise by ``degrees`` on a table with margins.

    The boxes of the printed values become those that enclose the turned values.
    """
    width, height = sheet.image.size
    turned = sheet.image.rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    mask = Image.new("L", sheet.image.size, 255).rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    margin = 48
    table = Image.new("RGB", (turned.width + 2 * margin, turned.height + 2 * margin), colour)
    grain = ImageDraw.Draw(table)
    for y in range(table.height):
        shade = round(7 * math.sin(y / 9) + 5 * math.sin(y / 2.7))
        grain.line((0, y, table.width, y), fill=(colour[0] + shade, colour[1] + shade, colour[2] + shade))
    table.paste(turned, (margin, margin), mask)

    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    centre_x, centre_y = margin + turned.width / 2, margin + turned.height / 2

    def turn(box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        corners = [(x - width / 2, y - height / 2) for x in (box[0], box[2]) for y in (box[1], box[3])]
        xs = [centre_x + cosine * x + sine * y for x, y in corners]
        ys = [centre_y - sine * x + cosine * y for x, y in corners]
        return math.floor(min(xs)), math.floor(min(ys)), math.ceil(max(xs)), math.ceil(max(ys))

    return Sheet(table, [Printed(value.attribute, value.text, turn(value.box)) for value in sheet.printed])
