"""Things that are called after persons, and the persons that stand in the same places."""

from collections.abc import Callable
from pathlib import Path

import pytest

from transforms.text.contract import CleanedText

Told = Callable[..., list[tuple[str, str]]]
Cleaned = Callable[..., CleanedText]

# Titles, menus, signs, science, goods and animals: one sentence a line, written for this test.
NOBODY = (Path(__file__).parent / "nobody.txt").read_text("utf-8").splitlines()


def test_what_tells_of_nobody_stays_as_it_is(cleaned: Cleaned) -> None:
    asked = [text.endswith("?") for text in NOBODY]
    after = [
        cleaned([text, "It is shown."] if ask else ["What is shown?", text], "safe-llava").texts[
            0 if ask else 1
        ]
        for text, ask in zip(NOBODY, asked, strict=True)
    ]
    assert [text for text, now in zip(NOBODY, after, strict=True) if text != now] == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("An old player swings a bat.", "old"),
        ("A young tennis player.", "young"),
        ("An old fan wearing a scarf.", "old"),
        ("The old coach shouts at the team.", "old"),
        ("A young model poses on the runway.", "young"),
        ("A young couple of tourists.", "young"),
        ("An old pair of skiers.", "old"),
        ("A young family walks home.", "young"),
        ("The women's hands are folded.", "women"),
        ("Women's faces in a crowd.", "Women"),
        ("A women's volleyball team.", "women's"),
        ("The men's jackets are black.", "men"),
        ("The woman's shoe is red.", "woman"),
        ("The boy's bedroom is blue.", "boy"),
        ("Boys watch television.", "Boys"),
        ("A man leaning on a street sign.", "man"),
        ("A man with a sign.", "man"),
        ("A woman holds a sign.", "woman"),
        ("A photo shows a man.", "man"),
        ("A man and a doll.", "man"),
        ("A bride and groom cut the cake.", "bride"),
        ("The waiter serves a cake.", "waiter"),
        ("The fireman climbs the ladder.", "fireman"),
        ("The father with his children.", "father"),
        ("A group of women in a park.", "women"),
        ("Sir Lancelot is a knight.", "Sir "),
        ("The white man smiles.", "white"),
        ("A teddy bear in his arms.", "his"),
        ("An old man made a bench.", "man"),
        ("A large percentage of the women in the photo are smiling.", "women"),
        ("2 men cross the street under the 25 % off sign.", "men"),
        ("80 % of the people are men.", "men"),
        ("The man wearing the white shirt is black.", "black"),
        ("A man holds a two-man tent.", "man"),
        ("A street sign with a man standing next to it.", "man"),
        ("A man with a sign that says Free Hugs.", "man"),
        ("A big boy rides a bike.", "boy"),
        ("An older lady in red.", "older"),
        ("A Chinese man reads Chinese characters.", "Chinese"),
        ("A baby and a kitten on a bed.", "baby"),
        ("A girls leg.", "girls"),
        ("A woman in a bra.", "bra"),
        ("A man on a ship waves his flag.", "his"),
    ],
)
def test_somebody_in_the_same_place_is_found(told: Told, text: str, word: str) -> None:
    assert word.strip() in [found.strip() for found, _ in told(text, "safe-llava")]
