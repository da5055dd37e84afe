"""What blind readers of rewritten captions objected to, by cause."""

from collections.abc import Callable

import pytest

Answer = Callable[..., str]


def _check(answer: Answer, before: str, after: str) -> None:
    once = answer(before, "safe-llava")
    assert once == after
    assert answer(once, "safe-llava") == once


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "A girl in a coat and a balding man in a cap wait.",
            "A person in a coat and a balding person in a cap wait.",
        ),
        (
            "The father comforts his sobbing child on a bench.",
            "The parent comforts their sobbing relative on a bench.",
        ),
        (
            "A boy draws while the girl next to him sleeps.",
            "A person draws while the other person next to them sleeps.",
        ),
        (
            "A girl draws while the boy beside her sings.",
            "A person draws while the other person beside them sings.",
        ),
        ("A pot boils while a man cooks at a stall.", "A pot boils while a person cooks at a stall."),
        ("A muscular women in a hat lifts a box.", "A person in a hat lifts a box."),
        (
            "The old women in the apron smiled as she stirred.",
            "The person in the apron smiled as they stirred.",
        ),
        ("A small boys is throwing a ball.", "A person is throwing a ball."),
        ("A child grimaces for a photo.", "A person grimaces for a photo."),
        ("An elderly utility worker climbs a pole.", "A utility worker climbs a pole."),
        ("A woman with a full Afro hairstyle bows.", "A person with a full hairstyle bows."),
        ("A choir of both men and women sings.", "A choir of people sings."),
        ("Both the man and the woman nod.", "The two people nod."),
        ("A black haired man sits.", "A black haired person sits."),
        ("A white uniformed woman sits.", "A white uniformed person sits."),
        ("A man with dark skin wearing a vest is cooking.", "A person wearing a vest is cooking."),
        (
            "A man with dark skin and a cap wearing a vest is cooking.",
            "A person with a cap wearing a vest is cooking.",
        ),
        (
            "Yes, the youngest girl with a red scarf seems to be singing.",
            "Yes, the person with a red scarf seems to be singing.",
        ),
        ("Youth singers perform on a stage.", "Singers perform on a stage."),
        ("Two friends enjoy their youth and freedom.", "Two friends enjoy their youth and freedom."),
        (
            "The baby in the crib has a spoon in its hand.",
            "The person in the bed has a spoon in their hand.",
        ),
        (
            "The dog near the baby has a ball in its mouth.",
            "The dog near the person has a ball in its mouth.",
        ),
    ],
)
def test_determiner_verb_and_pronoun_fit_the_neutral_word(answer: Answer, before: str, after: str) -> None:
    _check(answer, before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "The girls are in red skirts, and the boys are in black trousers.",
            "Some people are in red skirts, and the other people are in black trousers.",
        ),
        (
            "Two women paint a wall while two men hold the ladder.",
            "Two people paint a wall while two other people hold the ladder.",
        ),
        ("Two men play chess. Two boys watch them.", "Two people play chess. Two other people watch them."),
        ("Two men play chess. Two men watch them.", "Two people play chess. Two people watch them."),
        ("A yard full of adults and running children.", "A yard full of people and other running people."),
        ("The bride and groom cut the cake.", "The newlyweds cut the cake."),
        (
            "The picture shows a small boy, possibly a toddler or preschooler, sitting on a rug.",
            "The picture shows a person sitting on a rug.",
        ),
        ("Two cyclists, one male and one female, ride uphill.", "Two cyclists ride uphill."),
        (
            "An older man in a suit talks while a younger man in jeans listens.",
            "A person in a suit talks while another person in jeans listens.",
        ),
        ("Boys play while the boys wait.", "People play while the people wait."),
    ],
)
def test_words_that_contrast_stay_apart_or_go(answer: Answer, before: str, after: str) -> None:
    _check(answer, before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "She seems to be of Italian descent, based on her facial features. She holds a cup.",
            "They hold a cup.",
        ),
        ("She has Asian features – particularly in her nose. She holds a cup.", "They hold a cup."),
        (
            "The image shows a man. The man is an Irish man, judging by his features. He holds a cup.",
            "The image shows a person. They hold a cup.",
        ),
        ("The picture shows a man. The man has a larger build.", "The picture shows a person."),
        ("A boy, about 8 years old, who appears severely underweight.", "A person."),
        ("**Age:** He seems to be in his late", "**Age:** not stated"),
        ("The main subject is an Asian man. He is in his 30s.", "The main subject is a person."),
        ("A man with a beard is cooking.", "A person is cooking."),
        ("A man with a beard who naps sits down.", "A person who naps sits down."),
        ("A man with a long black hair and beard reads.", "A person with long black hair reads."),
        ("He leans back, a finger resting on his beard.", "They lean back, a finger resting on their face."),
        ("A MAN AND WOMAN WALKING", "TWO PEOPLE WALKING"),
        ("Men watch a white woman and another Indian woman walk.", "People watch two people walk."),
        (
            "A man ties the robe of a white red-haired woman.",
            "A person ties the robe of a red-haired person.",
        ),
        ("She sleeps under Mary and baby Jesus.", "They sleep under Mary and Jesus."),
        ("The goggles the boy is wearing are white.", "The goggles the person is wearing are white."),
        ("She's a woman, with red hair and a smile.", "They have red hair and a smile."),
        (
            "She has dark hair that falls over her shoulders and is wearing a hat.",
            "They have dark hair that falls over their shoulders and are wearing a hat.",
        ),
        (
            "The sky is blue. **Pose:** One hand rests on her",
            "The sky is blue. **Pose:** One hand rests on their",
        ),
        ("A man looks at her", "A person looks at them"),
        ("A man is adjusting his beard in a mirror.", "A person is adjusting their hair in a mirror."),
        (
            "This man is in the seventies and has no mustache at all, and no fringe.",
            "This person has no fringe.",
        ),
        ("This old man has no mustache at all, and no fringe.", "This person has no fringe."),
        ("His hair is gray, suggesting he is an older man.", "Their hair is gray."),
        ("He appears to be of Irish descent, with gray hair.", "They have gray hair."),
        ("A woman in a bikini top plays chess.", "A person in a swimsuit top plays chess."),
        ("Journal of the European Communities", "Journal of the European Communities"),
    ],
)
def test_a_frame_goes_with_the_attribute_that_it_held(answer: Answer, before: str, after: str) -> None:
    _check(answer, before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("A women's basketball team is playing.", "A basketball team is playing."),
        ("The men's and women's teams pose together.", "The teams pose together."),
        ("A girls' softball team poses.", "A softball team poses."),
        ("A girl's soccer team poses.", "A soccer team poses."),
        ("Two men's hockey players fight for the puck.", "Two hockey players fight for the puck."),
        ("An older men's choir.", "A choir."),
        ("A woman's hand holds a cup.", "A person's hand holds a cup."),
        ("The boy's team wears blue.", "The person's team wears blue."),
        ("The sign for the men's room is blue.", "The sign for the men's room is blue."),
        ("A men's shirt hangs on a rack.", "A men's shirt hangs on a rack."),
        ("They march for women's rights.", "They march for women's rights."),
        ("A five man band is rehearsing.", "A five person band is rehearsing."),
        ("There is a two man tent.", "There is a two man tent."),
    ],
)
def test_who_plays_in_a_team_is_left_out(answer: Answer, before: str, after: str) -> None:
    _check(answer, before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("He rides his horse.", "They ride their horse."),
        ("She stares at the wall and bathes her dog.", "They stare at the wall and bathe their dog."),
    ],
)
def test_a_verb_ends_as_its_base_does(answer: Answer, before: str, after: str) -> None:
    _check(answer, before, after)
