import math

from pipeline.watermark.image_store import MadeFile, MadeImage, MadeImages, PlannedImage
from schemas.watermark import ImagePlan, MarkBox, MarkedVariant, MarkMeasures, SplitName, Variant
from transforms.watermark.blind_features import BlindFeatures


def made(psnr):
    measures = MarkMeasures(psnr, 1.0, 0.0, psnr, 1.0, 1.0, 0.0, None, None, None, None, 1)
    variant = MarkedVariant(Variant.MARKED, "b" * 64, 9, "c", MarkBox(1, 2, 3, 4), measures)
    plan = ImagePlan("a" * 64, SplitName.TRAIN, 0.1234567890123456, "c", None, 0)
    numbers = BlindFeatures((1.0,), (), (2.5,), (), ())
    return MadeImage(
        PlannedImage(plan, "a" * 64, None, None, True), "d", "t", (MadeFile("p", variant, numbers),)
    )


def test_a_mark_that_changes_no_pixel_is_read_back_as_it_was_kept(tmp_path):
    kept = made(math.inf)
    images = MadeImages(tmp_path)
    images.save(kept)
    assert images.load("a" * 64) == kept


def test_what_was_not_made_and_what_was_cut_short_are_not_there(tmp_path):
    images = MadeImages(tmp_path)
    assert images.load("a" * 64) is None
    images.save(made(30.0))
    (file,) = tmp_path.rglob("*.json")
    file.write_bytes(file.read_bytes()[:40])
    assert images.load("a" * 64) is None
