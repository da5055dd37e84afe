"""Draws the synthetic people of the sample: every number lies in a range that belongs to nobody.

Names and streets come from a seeded Faker. All else is reserved for examples by its registry: mail under
example.com and example.org (RFC 2606), 555-01xx telephone numbers (NANP), the social security numbers
987-65-4320 to -4329 (set aside for advertising), ZIP codes 000xx (never assigned), card numbers that the
card schemes publish for tests, IBANs of the registry's own examples, addresses of RFC 5737.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

TEST_CARDS = ("4111 1111 1111 1111", "5555 5555 5555 4444", "6011 1111 1111 1117", "4012 8888 8888 1881")
EXAMPLE_IBANS = (
    "GB29 NWBK 6016 1331 9268 19",
    "FR14 2004 1010 0505 0001 3M02 606",
    "DE89 3704 0044 0532 0130 00",
)
ADVERTISED_SSNS = tuple(f"987-65-432{digit}" for digit in range(10))
EXAMPLE_NETWORKS = ("192.0.2", "198.51.100", "203.0.113")
AREA_CODES = ("212", "312", "415", "503", "617", "713")
FIRST_BIRTH, LAST_BIRTH = date(1945, 1, 1), date(2004, 12, 31)
COMPANIES = (
    "Example Foods",
    "Example Freight",
    "Example Dental Care",
    "Example Water Works",
    "Example Press",
)


@dataclass(frozen=True, slots=True)
class Persona:
    """A person who does not exist. All values are strings as they are printed."""

    name: str
    job: str
    company: str
    email: str
    phone: str
    street: str
    city: str
    state: str
    zip: str
    ssn: str
    card: str
    iban: str
    ip: str
    date_of_birth: str
    employee_id: str
    username: str


def draw_personas(count: int, seed: int) -> list[Persona]:
    """``count`` personas; the same for the same seed and the same version of Faker."""
    from faker import Faker

    faker = Faker("en_US")
    faker.seed_instance(seed)
    personas = []
    for number in range(count):
        first, last = faker.first_name(), faker.last_name()
        username = f"{first[0]}{last}".lower()
        personas.append(
            Persona(
                name=f"{first} {last}",
                job=faker.random_element(("Engineer", "Accountant", "Nurse", "Editor", "Analyst")),
                company=COMPANIES[number % len(COMPANIES)],
                email=f"{first}.{last}@{faker.random_element(('example.com', 'example.org'))}".lower(),
                phone=f"({AREA_CODES[number % len(AREA_CODES)]}) 555-01{faker.random_int(0, 99):02d}",
                street=faker.street_address().splitlines()[0],
                city=faker.city(),
                state=faker.state_abbr(include_territories=False),
                zip=f"000{faker.random_int(10, 99)}",
                ssn=ADVERTISED_SSNS[number % len(ADVERTISED_SSNS)],
                card=TEST_CARDS[number % len(TEST_CARDS)],
                iban=EXAMPLE_IBANS[number % len(EXAMPLE_IBANS)],
                ip=f"{faker.random_element(EXAMPLE_NETWORKS)}.{faker.random_int(1, 254)}",
                date_of_birth=faker.date_between(FIRST_BIRTH, LAST_BIRTH).strftime("%m/%d/%Y"),
                employee_id=f"E-{faker.random_int(10000, 99999)}",
                username=username,
            )
        )
    return personas


def write_personas(personas: list[Persona], path: Path) -> None:
    """One JSON list, one object per persona."""
    text = json.dumps([asdict(persona) for persona in personas], indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def read_personas(path: Path) -> list[Persona]:
    """The inverse of :func:`write_personas`."""
    return [Persona(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))]
