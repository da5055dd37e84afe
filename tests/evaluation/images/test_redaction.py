import sys

import pytest

from evaluation import image_quality
from evaluation.images import decoys, redaction
from evaluation.images.coverage import bounds
from evaluation.images.memory import large_image
from evaluation.images.persona import TYPES, Persona, like
from evaluation.images.planted import TUNING, plant
from evaluation.text.persona_source import PersonaSource
from schemas.finding import ImageFinding, Kind
from transforms.image.open import ImageLimits, open_image
from transforms.image.regions import Region, quad_of


@pytest.fixture(scope="module")
def cleaned():
    """A badge, plain and upright, through the real engines."""
    return redaction.result_of(next(plant(TUNING, 1)), TUNING)


def test_a_name_on_a_badge_is_covered_and_no_longer_read(cleaned):
    (name,) = (value for value in cleaned.values if value.value.kind == "name")
    assert (name.before, name.after, name.cause) == (True, False, "")
    assert name.covered >= redaction.COVERED
    assert cleaned.emitted


@pytest.mark.parametrize(
    ("covered", "before", "turned", "cause"),
    [
        (0.95, True, True, ""),
        (0.1, True, True, redaction.TURNED),
        (0.1, False, False, redaction.NOT_READ),
        (0.1, True, False, redaction.NOT_RECOGNISED),
        (0.6, True, False, redaction.PARTLY),
    ],
)
def test_every_miss_has_one_cause(cleaned, covered, before, turned, cause):
    value = cleaned.values[0].value
    assert redaction.ValueResult(value, covered, before, False, None, turned).cause == cause


def with_edits(cleaned, method):
    value = cleaned.image.values[0]
    box = bounds(value.quads, 2.0)
    finding = ImageFinding("image.text_pii", Kind.EXPLICIT, "test", 1.0, box)
    regions = (Region(finding, method, quad_of(finding), quad_of(finding), True),) if method else ()
    fields = {field: getattr(cleaned, field) for field in cleaned.__slots__}
    hidden = decoys.hide(cleaned.image.data, regions)
    boxes = (box,) if method else ()
    return redaction.ImageResult(**{**fields, "regions": regions, "boxes": boxes, "published": hidden}), value


@pytest.mark.parametrize("method", ["", "blur"])
def test_the_attacker_finds_a_value_that_is_blurred_or_not_hidden(cleaned, method):
    result, value = with_edits(cleaned, method)
    assert decoys.attack(result, value, PersonaSource(1)).rank <= (1 if not method else 6)


def test_a_solid_box_tells_the_attacker_nothing(cleaned):
    result, value = with_edits(cleaned, "solid")
    found = decoys.attack(result, value, PersonaSource(1))
    assert (found.hit, found.decided) == (1 / (1 + decoys.DECOYS), False)


def test_a_box_cut_to_the_value_gives_it_away_by_its_width():
    tight = [
        decoys.Attacked(2, "PNG", width, (width + 30.0, width - 30.0), width + 10.0, 20.0)
        for width in (80.0, 120.0, 150.0)
    ]
    assert [decoys.ranked_by_width(tight, at) for at in range(3)] == [1, 1, 1]


@pytest.mark.parametrize("kind", TYPES)
def test_a_decoy_is_another_value_of_the_same_form(kind):
    source = PersonaSource(5)
    value = Persona(source).value(kind)
    decoy = like(kind, value, source)
    assert decoy != value
    assert abs(len(decoy) - len(value)) <= 0.5 * len(value)


def test_a_large_image_has_the_pixels_that_it_says():
    rgb = open_image(large_image(1), ImageLimits()).rgb
    assert rgb.shape[0] * rgb.shape[1] == 1_000_000


def test_an_unknown_part_is_refused(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(sys, "argv", ["image_quality", str(tmp_path), "nothing"])
    with pytest.raises(SystemExit, match="2"):
        image_quality.main()
    assert "no such part" in capsys.readouterr().err
