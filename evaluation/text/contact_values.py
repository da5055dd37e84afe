"""Invented ways to reach somebody: addresses of post, mail, telephone and net, accounts and their keys."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Callable, Mapping, Sequence

from evaluation.text.persona_source import PersonaSource

_ADDRESS_LOCALES = (
    "en_US", "en_US", "en_US", "en_GB", "en_GB", "en_CA", "en_AU", "de_DE", "de_AT", "de_CH", "fr_FR",
    "es_ES", "it_IT", "nl_NL", "pt_BR", "pl_PL", "sv_SE", "da_DK",
)  # fmt: skip


def email(source: PersonaSource) -> str:
    """An address; sometimes with a tag, a subdomain, in capitals or spelled out."""
    name, host = source.any_faker(("en_US", "de_DE", "fr_FR", "es_ES", "pl_PL")).email().split("@")
    form = source.random.randrange(12)
    return {
        0: f"{name}+{source.digits(2)}@{host}",
        1: f"{name}@mail.{host}",
        2: f"{name}@{host}".upper(),
        3: f"{name} [at] {host.replace('.', ' [dot] ')}",
        4: f"{name} (at) {host.replace('.', ' dot ')}",
        5: f"{name} at {host.replace('.', ' dot ')}",
        6: f"{name}_{source.digits(3)}@{host.rsplit('.', 1)[0]}.co.uk",
    }.get(form, f"{name}@{host}")


def phone(source: PersonaSource) -> str:
    """A valid number of any country in one of its written forms, at times with an extension."""
    if source.random.random() < 0.3:
        return source.any_faker().phone_number()
    return _phone(source, ("NATIONAL", "NATIONAL", "INTERNATIONAL", "E164"), 0.12)


def phone_formed(source: PersonaSource) -> str:
    """A number whose form alone gives it away: with a country code, or in American form."""
    if source.random.random() < 0.5:
        return _phone(source, ("INTERNATIONAL", "E164"), 0.2)
    area, exchange = source.random.randint(201, 989), source.random.randint(201, 989)
    form = source.random.choice(("({}) {}-{}", "{}-{}-{}", "{}.{}.{}", "1-{}-{}-{}", "+1 {} {} {}"))
    return form.format(area, exchange, source.digits(4))


def _phone(source: PersonaSource, forms: Sequence[str], extended: float) -> str:
    import phonenumbers

    while True:
        region = source.random.choice(sorted(phonenumbers.SUPPORTED_REGIONS))
        kind = source.random.choice(
            (phonenumbers.PhoneNumberType.FIXED_LINE, phonenumbers.PhoneNumberType.MOBILE)
        )
        number = phonenumbers.example_number_for_type(region, kind)
        if number is None:
            continue
        plain = phonenumbers.national_significant_number(number)
        if len(plain) < 7:
            continue
        changed = phonenumbers.parse(
            f"+{number.country_code}{plain[:-4]}{source.digits(4)}", None, keep_raw_input=False
        )
        if not phonenumbers.is_valid_number(changed):
            changed = number
        form = getattr(phonenumbers.PhoneNumberFormat, source.random.choice(forms))
        shown = str(phonenumbers.format_number(changed, form))
        if source.random.random() < extended:
            shown += source.random.choice((" ext. {}", " x{}", "x{}", " ext {}", " extension {}")).format(
                source.digits(3)
            )
        return shown


def url(source: PersonaSource) -> str:
    """A web address, with or without its scheme."""
    fake = source.any_faker(("en_US", "de_DE", "fr_FR"))
    host = fake.domain_name()
    return source.random.choice(
        (fake.url(), f"www.{host}", f"https://{host}/{fake.uri_path()}?id={source.digits(3)}", host)
    )


def ip(source: PersonaSource) -> str:
    """An address of either version. A port is no part of it."""
    version_6 = ipaddress.IPv6Address(source.random.getrandbits(128))
    sparse = ipaddress.IPv6Address((0x20010DB8 << 96) | source.random.getrandbits(32))
    version_4 = ipaddress.IPv4Address(source.random.randint(1 << 24, (224 << 24) - 1))
    return str(source.random.choice((version_4, version_4, version_6, sparse, version_6.exploded)))


def handle(source: PersonaSource) -> str:
    """A name on a network, with its @."""
    return "@" + user(source)


def user(source: PersonaSource) -> str:
    """A login name."""
    name = source.any_faker(("en_US", "fr_FR")).user_name()
    return source.random.choice((name, f"{name}_{source.digits(2)}", f"{name}{source.digits(2)}"))


def address(source: PersonaSource) -> str:
    """A street with number, at times with unit, town and postcode, on one line."""
    fake = source.any_faker(_ADDRESS_LOCALES)
    whole = source.random.random() < 0.6
    shown = fake.address() if whole else fake.street_address()
    return ", ".join(line.strip(" ,") for line in shown.split("\n"))


def _degrees(source: PersonaSource, whole: float) -> str:
    return f"{int(whole)}°{source.random.randrange(60)}'{source.random.randrange(60)}\""


def coordinates(source: PersonaSource) -> str:
    """A place on the globe."""
    north, east = source.random.uniform(10, 70), source.random.uniform(5, 120)
    return source.random.choice(
        (
            f"{north:.6f}, {east:.6f}",
            f"{north:.4f}° N, {east:.4f}° W",
            f"{_degrees(source, north)}N {_degrees(source, east)}E",
        )
    )


def password(source: PersonaSource) -> str:
    """A password with letters, digits and signs."""
    return (
        source.random.choice(("Summer", "hunter", "Tr0ub4dor", "correct", "qwerty"))
        + source.random.choice(("!", "#", "_", "&", ""))
        + source.digits(3)
    )


def key(source: PersonaSource) -> str:
    """A key in the form of one of the large services."""
    return source.random.choice(
        (
            "AKIA" + source.alphanumeric(16).upper(),
            "ghp_" + source.alphanumeric(36),
            "sk-" + source.alphanumeric(48),
            "sk_live_" + source.alphanumeric(24),
            "AIza" + source.alphanumeric(35, "_-"),
            f"xoxb-{source.digits(11)}-{source.digits(12)}-{source.alphanumeric(24)}",
            "hf_" + source.alphanumeric(34),
            f"eyJ{source.alphanumeric(30)}.eyJ{source.alphanumeric(60)}.{source.alphanumeric(43, '_-')}",
            "glpat-" + source.alphanumeric(20),
            "SG." + source.alphanumeric(22) + "." + source.alphanumeric(43),
        )
    )


def private_key(source: PersonaSource) -> str:
    """A private key block."""
    kind = source.random.choice(("RSA ", "EC ", "OPENSSH ", ""))
    lines = "\n".join(source.alphanumeric(64, "+/") for _ in range(3))
    return f"-----BEGIN {kind}PRIVATE KEY-----\n{lines}\n-----END {kind}PRIVATE KEY-----"


def mac(source: PersonaSource) -> str:
    """A hardware address."""
    pairs = [f"{source.random.randrange(256):02x}" for _ in range(6)]
    joined = source.random.choice((":", "-")).join(pairs)
    return source.random.choice((joined, joined.upper()))


def wallet(source: PersonaSource) -> str:
    """An address of Bitcoin or Ethereum."""
    return source.random.choice(
        (
            "0x" + "".join(source.random.choice("0123456789abcdef") for _ in range(40)),
            "bc1q" + "".join(source.random.choice("qpzry9x8gf2tvdw0s3jn54khce6mua7l") for _ in range(38)),
            _bitcoin(source),
        )
    )


def _bitcoin(source: PersonaSource) -> str:
    payload = bytes([0]) + source.random.randbytes(20)
    payload += hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4]
    digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    value, shown = int.from_bytes(payload, "big"), ""
    while value:
        value, rest = divmod(value, 58)
        shown = digits[rest] + shown
    return "1" * (len(payload) - len(payload.lstrip(b"\0"))) + shown


CONTACT_VALUES: Mapping[str, Callable[[PersonaSource], str]] = {
    maker.__name__: maker
    for maker in (
        email, phone, phone_formed, url, ip, handle, user, address, coordinates, password, key, private_key,
        mac, wallet,
    )
}  # fmt: skip
"""Makers by the name of their slot in ``pii_templates.yaml``."""
