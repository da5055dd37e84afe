import pytest

from transforms.text.pattern_checks import CHECKS


@pytest.mark.parametrize(
    ("check", "value", "length"),
    [
        ("ssn", "219-09-9999", 11),
        ("ssn", "219099999", 9),
        ("ssn", "666-09-9999", 0),
        ("ssn", "900-09-9999", 0),
        ("ssn", "912-75-9999", 11),
        ("iban", "gb42nawi04454264788619", 22),
        ("iban", "NO93 8601 1117 947 and", 18),
        ("iban", "NO93 8601 1117 948", 0),
        ("iban_named", "NO93 8601 1117 948 BIC ABCD", 18),
        ("card", "4111 1111 1111 1111", 19),
        ("card", "4111 1111 1111 1112", 0),
        ("card", "9781234567897", 0),
        ("card_near", "503867297114", 12),
        ("ipv6", "::1", 3),
        ("ipv6", "10:30:45", 0),
        ("mixed", "hunter2", 7),
        ("mixed", "sign-in", 0),
        ("mixed", "[SECRET]", 0),
        ("masked_phone", "138****5678", 11),
        ("masked_phone", "***-***-**78", 0),
        ("spoken_phone", "double five five, one two oh nine", 33),
        ("spoken_phone", "one two three four five six seven", 0),
        ("printed_phone", "O3-8945 8899", 12),
        ("printed_phone", "SOLD 5", 0),
        ("national", "RSSMRA85T10A562S", 16),
        ("national", "RSSMRA85T10A562X", 0),
        ("national", "529.982.247-25", 14),
        ("national", "529.982.247-26", 0),
        ("wallet", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT", 34),
        ("wallet", "1BoatSLRHtKNngkdXEeobR76b53LETtpyU", 0),
        ("identity", "2019", 0),
        ("coordinates", "40.7128, -74.0060", 17),
        ("coordinates", "0.1234, 0.5678", 0),
        ("blob", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", 40),
        ("blob", "averyveryverylongwordthatgoesonandonandon1", 0),
        ("plate", "2019", 0),
        ("plate", "7ABC123", 7),
    ],
)
def test_a_check_says_how_many_characters_count(check, value, length):
    assert CHECKS[check](value) == length
