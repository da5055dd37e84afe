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


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("we live on 45 oak street now", "45 oak street"),
        ("address: hauptstraße 12, 10115 berlin", "hauptstraße 12, 10115 berlin"),
        ("THE OFFICE IS AT 12 PARK ROAD, LONDON W1A 1AA", "12 PARK ROAD, LONDON W1A 1AA"),
        ("He went to Damrak 1, 1012 LG Amsterdam", "Damrak 1, 1012 LG Amsterdam"),
        ("of Unter den Linden 77, D-10117 Berlin", "Unter den Linden 77, D-10117 Berlin"),
        ("at Plot 15, Sector 62, Noida, UP 201301.", "Plot 15, Sector 62, Noida, UP 201301"),
        ("From: Anna Berg, 12 Main Street, Reno, NV 89501", "12 Main Street, Reno, NV 89501"),
        ("Rose Cottage, Mill Lane, Fordham CO6 3NN", "Rose Cottage, Mill Lane, Fordham CO6 3NN"),
        ("ул. Ленина, д. 5, кв. 12, Москва", "ул. Ленина, д. 5, кв. 12, Москва"),
        ("北京市朝阳区建国路88号", "北京市朝阳区建国路88号"),
        ("at 서울특별시 강남구 테헤란로 123", "서울특별시 강남구 테헤란로 123"),
        (
            "to 350 Fifth Avenue, 34th Floor, New York, NY 10118",
            "350 Fifth Avenue, 34th Floor, New York, NY 10118",
        ),
    ],
)
def test_an_address_of_another_form_or_case_is_found_whole(text: str, address: str) -> None:
    assert [text[one.start : one.end] for one in address_mentions(text)] == [address]


@pytest.mark.parametrize(
    "text",
    [
        "2 people crossing street",
        "12 cars parked on a street",
        "a 2 story house on the street",
        "2 lane road with 45 speed limit",
        "SPEED LIMIT 25",
        "In 2019 Park Avenue was closed.",
        "The 42nd Street sign is green.",
        "On April 19, 2025, I took a break.",
        "Brazil 2014",
        "Fax 00421 30 454 0350",
        "a plate with 2 Square Pizzas",
        "Route 122 via High Street, 54 min",
    ],
)
def test_a_street_without_a_house_and_other_numbers_are_no_address(text: str) -> None:
    assert list(address_mentions(text)) == []


def test_a_block_without_capitals_is_read_line_by_line(told) -> None:
    text = "anna jeremiassen\n18 salontie 6\n apt. 139\n mány\n serbia 24072"
    found = " ".join(span for span, attribute in told(text, "pii") if attribute == "pii.address")
    assert "apt. 139" in found
    assert "24072" in found
