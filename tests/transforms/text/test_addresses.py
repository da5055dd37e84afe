import pytest

from transforms.text.recognise_addresses import address_mentions

SPANS = [
    "495 Jennifer Street",
    "495 Jennifer Street Suite 12, Port Anna, CA 90210",
    "1 North 5th Ave., Springfield, IL 62701",
    "221B Baker Street, London, NW1 6XE",
    "12 Rue de Provence",
    "Via Nazario Sauro 112",
    "Hauptstraße 12, 10115 Berlin",
    "Brixtonlaan 380",
    "Apt. 591",
    "Port Anna, CA 90210",
    "PSC 8950, Box 4847",
    "FPO AE 12382",
    "Unit 8505 Box 3866",
    "7340 Miller Ridge",
    "Belgium 42940",
    "Calle de Alcalá 12, 28014 Madrid",
    "Via Roma 10, 00184 Roma (RM)",
    "ul. Marszałkowska 12/4, 00-590 Warszawa",
    "Keizersgracht 123, 1015 CJ Amsterdam",
    "Otto-Hartmann-Gasse 218",
    "Vicolo Farina, 29, 22018, Cima (CO)",
    "Flat 3, 27 Kings Road, Brighton BN1 2PJ",
    "5/12 George St, Sydney NSW 2000",
    "20789 Allika 46",
]


def found(text: str) -> list[str]:
    spans = sorted(
        ((one.start, one.end) for one in address_mentions(text)), key=lambda span: (span[0] - span[1], span)
    )
    kept: list[tuple[int, int]] = []
    for start, end in spans:
        if all(end <= first or last <= start for first, last in kept):
            kept.append((start, end))
    return [text[start:end] for start, end in sorted(kept)]


@pytest.mark.parametrize("address", SPANS)
def test_an_address_line_is_found_whole(address: str) -> None:
    assert found(address)[0].startswith(address[:8])
    assert sum(len(part) for part in found(address)) >= 0.8 * len(address)


@pytest.mark.parametrize(
    "text",
    [
        "Two people walk down the street.",
        "Bus 42 stands at Market Square.",
        "The 12 Apostles and 3 Wise Men.",
        "Room 12 is on floor 3.",
        "The year 2014 was good for Spain.",
        "Total 12345",
        "A score of 3 to 2 in 2010",
        "He paid $15 Park Way",
        "Route 66 and Highway 1",
        "Flight AB1021 leaves from gate 68 at 09:55.",
        "On 5 May 2012 Michael Jordan 23 played.",
        "Chapter 12 The Long Road",
        "Windows 98 and Office 2000",
        "29 JUN 18",
        "1st Place, 2nd Place, 3rd Place",
    ],
)
def test_numbers_and_places_apart_are_no_address(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("He lives at 87 Jakobi 69, Laane", "87 Jakobi 69"),
        ("ZIP: 43672", "43672"),
        ("Postcode: NW1 6XE", "NW1 6XE"),
    ],
)
def test_a_word_for_an_address_introduces_one(text: str, value: str) -> None:
    assert any(part.startswith(value) for part in found(text))


def test_lines_of_a_block_help_each_other(told):
    spans = told("Address:\n12 High St\nOxford\nOX1 4DJ", "pii")
    assert [span for span, _ in spans] == ["12 High St", "Oxford", "OX1 4DJ"]
    assert [span for span, _ in told("16 Salontie 6\nApt. 523", "pii")] == ["16 Salontie 6", "Apt. 523"]
    assert told("Notes:\n12 Angry Men\nOxford", "pii") == []
    receipt = told("NO 2A JALAN COCHRANE\nTAMAN MALURI\n55100 KUALA LUMPUR\nCASH\nCHANGE\n10886", "pii")
    assert [span for span, _ in receipt] == ["2A JALAN COCHRANE", "TAMAN MALURI", "55100 KUALA LUMPUR"]
