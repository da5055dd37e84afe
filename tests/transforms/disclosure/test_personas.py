from __future__ import annotations

import re
from collections import Counter

import pytest

from schemas.benchmark import Persona, PersonaPool, PrivateType
from schemas.errors import ConfigError
from schemas.record_key import derive_key
from transforms.disclosure.nobodys_values import nobodys
from transforms.disclosure.personas import (
    LARGEST_POOL,
    LOCALES,
    PersonaSettings,
    decoy_of,
    draw_personas,
    matched_decoy,
)

KEY = derive_key(3, b"", "personas")
COUNT = 300


@pytest.fixture(scope="module")
def pools() -> dict[PersonaPool, tuple[Persona, ...]]:
    return {pool: draw_personas(pool, COUNT, PersonaSettings(), KEY) for pool in PersonaPool}


@pytest.fixture(scope="module")
def everybody(pools) -> list[Persona]:
    return [persona for pool in pools.values() for persona in pool]


def _identity(kind: PrivateType, persona: Persona) -> str:
    value = persona.value(kind)
    if kind == PrivateType.NAME:
        return " ".join(sorted(value.casefold().split()))
    if kind == PrivateType.PHONE:
        return _called(persona)
    return re.sub(r"\W", "", value).casefold()


def test_no_value_of_any_type_is_shared_within_or_between_pools(everybody):
    for kind in PrivateType:
        said = Counter(_identity(kind, persona) for persona in everybody)
        assert len(said) == len(everybody), (kind, said.most_common(1)[0][1])


def _called(persona: Persona) -> str:
    import phonenumbers

    said = re.sub(r"^00(?=[1-9])", "+", persona.value(PrivateType.PHONE))
    number = phonenumbers.parse(said, persona.locale[-2:])
    return f"{number.country_code}{number.national_number}"


def test_everybody_has_every_type_once_on_one_line(everybody):
    for persona in everybody:
        assert [kind for kind, _ in persona.values] == list(PrivateType)
        assert all(value.strip() == value and value.isprintable() for _, value in persona.values)


def test_a_persona_does_not_depend_on_how_many_are_drawn(pools):
    assert draw_personas(PersonaPool.MEMORY, 40, PersonaSettings(), KEY) == pools[PersonaPool.MEMORY][:40]


def test_a_value_does_not_depend_on_which_others_are_asked_for(pools):
    few = draw_personas(
        PersonaPool.EVALUATION, 30, PersonaSettings(types=(PrivateType.SSN, PrivateType.PLATE)), KEY
    )
    for one, whole in zip(few, pools[PersonaPool.EVALUATION], strict=False):
        assert dict(one.values) == {
            kind: whole.value(kind) for kind in (PrivateType.NAME, PrivateType.SSN, PrivateType.PLATE)
        }


def test_another_key_draws_other_people(pools):
    other = draw_personas(PersonaPool.MEMORY, 40, PersonaSettings(), derive_key(4, b"", "personas"))
    same = sum(
        one.value(PrivateType.SSN) == two.value(PrivateType.SSN)
        for one, two in zip(other, pools[PersonaPool.MEMORY], strict=False)
    )
    assert same == 0


def test_a_decoy_is_drawn_by_the_laws_of_its_persona(pools):
    decoys = {decoy.persona_id: decoy for decoy in pools[PersonaPool.DECOY]}
    mail_kinds = Counter()
    for persona in pools[PersonaPool.MEMORY]:
        decoy = matched_decoy(persona, decoys)
        assert decoy.persona_id == decoy_of(persona.persona_id)
        assert (persona.locale, persona.gender) == (decoy.locale, decoy.gender)
        kinds = [_mail_kind(one) for one in (persona, decoy)]
        assert kinds[0] == kinds[1]
        mail_kinds[kinds[0]] += 1
        shapes = {_shape(one.value(PrivateType.PHONE)) for one in (persona, decoy)}
        if persona.locale == "en_US":
            assert len(shapes) == 1
    assert 0.25 < mail_kinds["stranger"] / COUNT < 0.42
    assert all(0.08 < mail_kinds[kind] / COUNT < 0.25 for kind in mail_kinds if kind != "stranger")


def _mail_kind(persona: Persona) -> str:
    from faker.decode import unidecode

    words = unidecode(persona.value(PrivateType.NAME)).lower()
    plain = re.sub(r"[^a-z]", "", words)
    local = persona.value(PrivateType.EMAIL).split("@")[0]
    letters, digits = local.rstrip("0123456789"), local[-1].isdigit()
    if plain.startswith(letters):
        return f"given {digits}"
    return f"family {digits}" if plain.endswith(letters) else "stranger"


def _shape(value: str) -> str:
    return re.sub(r"\d", "d", value)


def test_american_telephones_are_written_in_21_forms():
    americans = PersonaSettings(locales=("en_US",), types=(PrivateType.PHONE,))
    drawn = draw_personas(PersonaPool.EVALUATION, 400, americans, KEY)
    forms = Counter(_shape(persona.value(PrivateType.PHONE)) for persona in drawn)
    assert len(forms) == 21
    assert 160 < forms["ddd-ddd-dddd"] < 240


def test_mail_goes_to_hosts_that_do_not_exist(everybody):
    hosts = Counter(persona.value(PrivateType.EMAIL).split("@")[1] for persona in everybody)
    assert set(hosts) == set(nobodys()["mail_hosts"])
    assert all(
        re.fullmatch(r"example\.(com|net|org)|\w+\.(example|test)", host) for host in nobodys()["mail_hosts"]
    )


def test_social_security_numbers_are_neither_issued_nor_tax_numbers(everybody):
    for persona in everybody:
        area, group, serial = persona.value(PrivateType.SSN).split("-")
        assert (len(area), len(group), len(serial)) == (3, 2, 4)
        assert area[0] == "9"
        assert int(group) in {*range(1, 50), *range(66, 70), 89}
        assert int(serial) > 0


def test_no_telephone_number_is_valid_but_in_ranges_for_fiction(everybody):
    import phonenumbers

    fiction = re.compile(
        r"1\d{3}55501\d\d|44(11[3-8]496|1[2-6]1496|191498)0\d{3}|44207946\d{4}|441632\d{6}|447700900\d{3}"
        r"|3532091\d{5}|49(3023125|6990009|4066969|2214710|8999998)\d{3}"
        r"|33(19900|26191|35301|46571|53649|63998)\d{4}|46(3139006|4062804|8465004|7017406)\d\d"
    )
    for persona in everybody:
        full = _called(persona)
        number = phonenumbers.parse(f"+{full}")
        assert fiction.fullmatch(full) or not phonenumbers.is_valid_number(number), full


def test_cards_pass_their_check_digit_and_have_no_issuer(everybody):
    from stdnum import luhn

    for persona in everybody:
        figures = persona.value(PrivateType.CARD).replace(" ", "")
        assert luhn.is_valid(figures)
        assert re.fullmatch(r"99[0-8]\d{13}", figures)


def test_accounts_have_check_digits_or_banks_that_are_given_to_nobody(everybody):
    from stdnum import iban

    for persona in everybody:
        figures = persona.value(PrivateType.ACCOUNT).replace(" ", "")
        if persona.locale == "en_US":
            assert re.fullmatch(r"4\d{8}-[1-9]\d{9}", figures)
            continue
        assert figures[:2] == persona.locale[-2:]
        assert figures[2:4] in {"00", "01", "99"}
        assert int("".join(str(int(char, 36)) for char in figures[4:] + figures[:4])) % 97 == 1
        assert iban.calc_check_digits(figures) != figures[2:4]
        form = next(entry[3]["bban"] for entry in iban._ibandb.prefixes if entry[1] == figures[:2])
        assert sum(map(int, re.findall(r"\d+", form))) == len(figures) - 4


def test_passports_have_one_character_too_many(everybody):
    assert all(re.fullmatch(r"[A-Z]{2}\d{8}", persona.value(PrivateType.PASSPORT)) for persona in everybody)


def test_plates_hold_what_their_register_never_prints(everybody):
    impossible = {
        "en_US": r"[JQXZ]{2} [A-Z]{3} \d{4}", "en_GB": r"[IQZ][A-Z]\d\d [A-Z]{3}",
        "en_IE": r"1\d3-[CDGL]-\d{5}", "de_DE": r"Q[A-Z]-[A-Z]{2} \d{4}",
        "fr_FR": r"[A-Z][IOU]-\d{3}-[A-Z]{2}", "es_ES": r"\d{4} [A-Z][AEIOUQ][A-Z]",
        "it_IT": r"[A-Z][IOQU] \d{3}[A-Z]{2}", "nl_NL": r"[A-Z][AEOU]-\d{3}-[A-Z]", "pl_PL": r"Q[A-Z] \d{5}",
        "sv_SE": r"[A-Z][IQV][A-Z] \d{3}",
    }  # fmt: skip
    for persona in everybody:
        assert re.fullmatch(impossible[persona.locale], persona.value(PrivateType.PLATE)), persona.locale


def test_no_day_of_birth_can_be_read_as_another(everybody):
    for persona in everybody:
        said = persona.value(PrivateType.DATE_OF_BIRTH)
        numbers = [int(number) for number in re.split(r"\D+", said) if number]
        if not re.search("[A-Z]", said) and numbers[0] < 1000:
            assert max(numbers[:2]) > 12


def test_every_locale_and_both_genders_are_drawn(everybody):
    locales = Counter(persona.locale for persona in everybody)
    assert set(locales) == set(LOCALES)
    assert 0.4 < sum(persona.gender == "female" for persona in everybody) / len(everybody) < 0.6


@pytest.mark.parametrize(
    ("key", "make"),
    [
        ("locales", lambda: PersonaSettings(locales=())),
        ("locales", lambda: PersonaSettings(locales=("xx_XX",))),
        ("types", lambda: PersonaSettings(types=())),
        ("personas", lambda: draw_personas(PersonaPool.DECOY, -1, PersonaSettings(), KEY)),
        ("personas", lambda: draw_personas(PersonaPool.DECOY, LARGEST_POOL + 1, PersonaSettings(), KEY)),
        ("persona_id", lambda: decoy_of("evaluation-00001")),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(key, make):
    with pytest.raises(ConfigError) as caught:
        make()
    assert caught.value.key == key


def test_small_ranges_are_left_for_unassigned_numbers_before_they_end():
    swedes = PersonaSettings(locales=("sv_SE",), types=(PrivateType.PHONE,))
    drawn = draw_personas(PersonaPool.MEMORY, 250, swedes, KEY)
    numbers = {re.sub(r"\D", "", persona.value(PrivateType.PHONE)) for persona in drawn}
    assert len(numbers) == 250


@pytest.mark.slow
def test_names_without_digits_end_and_digits_follow():
    poles = PersonaSettings(locales=("pl_PL",), types=(PrivateType.EMAIL,))
    drawn = draw_personas(PersonaPool.MEMORY, 3000, poles, KEY)
    assert len({persona.value(PrivateType.EMAIL) for persona in drawn}) == 3000


@pytest.mark.slow
def test_ten_thousand_of_each_pool_share_nothing():
    everybody = [
        persona for pool in PersonaPool for persona in draw_personas(pool, 10_000, PersonaSettings(), KEY)
    ]
    for kind in PrivateType:
        assert len({_identity(kind, persona) for persona in everybody}) == 30_000, kind
