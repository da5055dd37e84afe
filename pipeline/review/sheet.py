"""Writes ``review/index.html``: images before and after, boxes drawn and named. It holds personal data."""

from __future__ import annotations

import base64
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from shutil import rmtree

from pipeline.config import Mode
from pipeline.image_cache import ImageCache, ImageResult
from pipeline.image_refs import read_image_bytes
from pipeline.layout import write_atomically
from pipeline.plan import RunPlan
from pipeline.report.tables import in_taxonomy_order, words
from pipeline.review.choose import choose
from pipeline.spool import SLOTS, read_images
from schemas.edit import ImageEdit
from schemas.errors import RejectRecord
from schemas.finding import ImageFinding, quad_of_box

_LONGEST_SIDE = 800
"""Pixels of a picture on the sheet: print of a document is then just readable."""
_QUALITY = 82
_LABEL_SIZE = 0.02
"""Height of a label, as a share of the longer side of the image."""
_TONES = 6


@dataclass(frozen=True, slots=True)
class Outline:
    """A place on a picture: ``points`` for SVG in pixels of the image, the label, where its line of writing
    begins and how large it is."""

    points: str
    x: float
    y: float
    label: str
    tone: int
    detail: str
    size: float


@dataclass(frozen=True, slots=True)
class Shown:
    """One image of the sheet. ``before`` and ``after`` are data URIs, empty where there is none."""

    name: str
    digest: str
    width: int
    height: int
    outcome: str
    tone: str
    before: str
    after: str
    found: tuple[Outline, ...]
    lines: tuple[str, ...]


def write_review(plan: RunPlan, count: int) -> None:
    """The sheet of up to ``count`` images of a run whose spool and image cache are still there. A sheet of
    an earlier run goes away, also where ``count`` is 0."""
    folder = plan.layout.review
    rmtree(folder, ignore_errors=True)
    if not count:
        return
    folder.mkdir(mode=0o700)
    cache = ImageCache(plan.layout.image_cache, plan.image_digest())
    images = (image for slot in range(SLOTS) for image in read_images(plan.layout.spool, slot))
    chosen = choose(images, cache.load, count, plan.key("review"))
    shown = [one for result, location in chosen if (one := _shown(result, location, plan, cache))]
    write_atomically(folder / ".gitignore", b"*\n")
    path = plan.layout.review_sheet
    write_atomically(path, render_sheet(shown, audit=plan.mode is Mode.AUDIT).encode())
    path.chmod(0o600)


def render_sheet(shown: Sequence[Shown], *, audit: bool) -> str:
    """The page as HTML5 without scripts; every word in it is escaped."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("pipeline.review", package_path=""),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    legend = {outline.label: outline.tone for one in shown for outline in one.found}
    return environment.get_template("review.html.j2").render(
        css=resources.files("pipeline.review").joinpath("review.css").read_text(encoding="utf-8"),
        shown=shown,
        legend=sorted(legend.items()),
        audit=audit,
    )


def _shown(result: ImageResult, location: str, plan: RunPlan, cache: ImageCache) -> Shown | None:
    """None for an image that is gone or cannot be decoded any more."""
    from transforms.image.open import ImageLimits, open_image

    limits = ImageLimits(plan.limits.image_bytes * 4, plan.limits.image_pixels)
    try:
        before = open_image(read_image_bytes(Path(location), limits.max_bytes), limits).rgb
        after = None
        if result.cleaned_sha256:
            data = read_image_bytes(cache.cleaned_path(result.sha256), limits.max_bytes)
            after = open_image(data, limits).rgb
    except RejectRecord:
        return None
    height, width = before.shape[:2]
    outcome, tone = _outcome(result, plan.mode)
    return Shown(
        name=_name(location, plan),
        digest=result.sha256[:12],
        width=width,
        height=height,
        outcome=outcome,
        tone=tone,
        before=_data_uri(before),
        after="" if after is None else _data_uri(after),
        found=tuple(_outlines(result.findings, max(width, height))),
        lines=tuple(_lines(result.findings, result.edits)),
    )


def _outcome(result: ImageResult, mode: Mode) -> tuple[str, str]:
    if result.reason:
        return f"held back: {words(result.reason)}", "held"
    if mode is Mode.AUDIT:
        return "audited" if result.findings else "nothing found", "plain"
    if not result.cleaned_sha256:
        return "unchanged" if result.findings else "nothing found, unchanged", "kept"
    painted = any(edit.box for edit in result.edits)
    return "redacted" if painted else "stripped of metadata", "plain"


def _name(location: str, plan: RunPlan) -> str:
    """The path below the images' folder; nothing for an image that lay inside its source."""
    path = Path(location)
    root = plan.image_root
    if root is None or not path.is_relative_to(root):
        return ""
    # A name can hold what turns the direction of writing or ends a line.
    return "".join(
        char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in str(path.relative_to(root))
    )


def _data_uri(rgb: object) -> str:
    from PIL import Image

    image = Image.fromarray(rgb)  # type: ignore[arg-type]
    image.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=_QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(out.getvalue()).decode()


def _outlines(findings: Sequence[ImageFinding], longest_side: int) -> Iterator[Outline]:
    size = longest_side * _LABEL_SIZE
    for finding in findings:
        if finding.box is None:
            continue
        quad = finding.quad or quad_of_box(finding.box)
        label = words(finding.attribute.rpartition(".")[2])
        xs, ys = zip(*quad, strict=True)
        # Beside a line of print, where it hides none of the lines around it; above anything else.
        beside = max(xs) - min(xs) > 2 * (max(ys) - min(ys))
        yield Outline(
            points=" ".join(f"{x:.1f},{y:.1f}" for x, y in quad),
            x=max(xs) + 0.4 * size if beside else min(xs),
            y=(min(ys) + max(ys)) / 2 + 0.35 * size if beside else max(min(ys) - 0.3 * size, size),
            label=label,
            tone=_tone(finding.attribute),
            detail=f"{finding.attribute}, {finding.detector}, score {finding.score:.2f}",
            size=size,
        )


def _tone(attribute: str) -> int:
    from schemas.taxonomy import load_taxonomy

    names = [name for name in load_taxonomy() if name.startswith("image.")]
    return names.index(attribute) % _TONES if attribute in names else 0


def _lines(findings: Sequence[ImageFinding], edits: Sequence[ImageEdit]) -> Iterator[str]:
    """What was found and what was done, one line per attribute."""
    found = Counter(finding.attribute for finding in findings)
    done = Counter((edit.attribute, edit.method) for edit in edits)
    for name in in_taxonomy_order({*found, *(name for name, _ in done)}):
        detectors = sorted({finding.detector for finding in findings if finding.attribute == name})
        used = [f"{method} {count}" for (one, method), count in sorted(done.items()) if one == name]
        line = f"{name}: {found[name]} found" + (f" by {', '.join(detectors)}" if detectors else "")
        yield line + (f"; {', '.join(used)}" if used else "")
