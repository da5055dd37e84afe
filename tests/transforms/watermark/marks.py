"""Plain images, identities and plans for tests of marks."""

import io

import numpy as np
from PIL import Image

from schemas.watermark import Identity, ImagePlan, Pool, SplitName

KEY = b"a key for tests only"


def photograph(width=640, height=480, seed=0):
    """Soft blobs, so that neither black nor white ink suits all of it."""
    draw = np.random.Generator(np.random.PCG64(seed))
    small = Image.fromarray(draw.integers(0, 256, (6, 8, 3), dtype=np.uint8))
    return np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))


def file_of(rgb, form="JPEG", **options):
    out = io.BytesIO()
    Image.fromarray(rgb).save(out, form, **options)
    return out.getvalue()


def pixels_of(file):
    return np.asarray(Image.open(io.BytesIO(file)))


def identity(number=0, **fields):
    given = {
        "identity_id": f"identity-{number:03}",
        "pool": Pool.SEEN,
        "username": ("Maria Okafor", "Johannes Tanaka", "Ana Li")[number % 3],
        "user_id": f"{4820175936 + number}",
        "gender": "Female",
        "age": 34,
        "capture_time": "2027-03-14 09:26:53",
        "capture_location": ("Lima, Peru", "Oslo, Norway", "Madrid, Spain")[number % 3],
    }
    return Identity(**{**given, **fields})


def plan(sha256="0" * 64):
    return ImagePlan(sha256, SplitName.TRAIN, 0.1, "identity-000", "identity-001", 0)
