from schemas.edit import Action
from schemas.finding import Kind
from schemas.taxonomy import load_taxonomy

NEEDED = {
    "biometric": "age gender race eye_color weight hair skin_tone height disability",
    "sensitive": "health religion politics sexual_orientation union nationality criminal",
    "pii": "name email phone ssn address card iban ip url date_of_birth id_number username plate secret",
    "image": "face text_pii plate code signature exif_gps exif",
}


def test_the_taxonomy_holds_every_attribute_that_reports_rely_on():
    assert set(load_taxonomy()) == {
        f"{group}.{name}" for group, names in NEEDED.items() for name in names.split()
    }


def test_entries_are_complete():
    for attribute in load_taxonomy().values():
        assert attribute.description
        assert attribute.parent in NEEDED
        assert attribute.kinds
        assert all(isinstance(kind, Kind) for kind in attribute.kinds)
        assert isinstance(attribute.default, Action)


def test_the_default_policy_is_what_the_taxonomy_says():
    from pipeline.policy_file import load_policy

    standard = load_policy("standard").mentions
    assert dict(standard) == {name: attribute.default for name, attribute in load_taxonomy().items()}
