from collections.abc import Callable

import pytest

Answer = Callable[..., str]

REWRITES = [
    ("He's a nurse, isn't he?", "They're a nurse, aren't they?"),
    ("She doesn't know, does she?", "They don't know, do they?"),
    ("Who's he talking to?", "Who are they talking to?"),
    ("He and she are friends.", "They are friends."),
    ("I saw him or her there.", "I saw them there."),
    ("S/he is responsible for his or her own work.", "They are responsible for their own work."),
    ("The driver said (s)he was late.", "The driver said they were late."),
    ("Either he or his wife is lying.", "Either they or their wife is lying."),
    ("A friend of his came.", "A friend of theirs came."),
    ("The coat is his.", "The coat is theirs."),
    ('He told his "friend" the truth.', 'They told their "friend" the truth.'),
    ("I saw her leave. I heard her sing.", "I saw them leave. I heard them sing."),
    ("I heard her voice and saw her hat.", "I heard their voice and saw their hat."),
    ("I gave her flowers.", "I gave them flowers."),
    ("He himself is late.", "They themself are late."),
    ("It is he who is wrong.", "It is they who are wrong."),
    ("What she says is true and is good.", "What they say is true and is good."),
    ("She goes to a gun shop and buys a handgun.", "They go to a gun shop and buy a handgun."),
    ("He's spoken in favour of it.", "They've spoken in favour of it."),
    ("He's tired of it.", "They're tired of it."),
    ("i think shes late and hes been ill", "i think theyre late and theyve been ill"),
    ("HE IS HERE.", "THEY ARE HERE."),
    ("He  finds it and orders a drink.", "They  find it and order a drink."),
    ('"Why?"She says.', '"Why?"They say.'),
    ('He would say, "I like him."', 'They would say, "I like them."'),
    ('The sign reads "He is risen".', 'The sign reads "He is risen".'),
    ("Is he late or is it early?", "Are they late or is it early?"),
    ("I think he is in his **60s**.", "I think they are in their **60s**."),
    ("She wears red, which suits her, and is smiling.", "They wear red, which suits them, and are smiling."),
    ("As she works or possibly engages in a call.", "As they work or possibly engage in a call."),
    ("Out in front He was like what?", "Out in front They were like what?"),
]


@pytest.mark.parametrize(("before", "after"), REWRITES)
def test_pronouns_and_their_verbs_agree(answer: Answer, before: str, after: str) -> None:
    once = answer(before, "pronouns")
    assert once == after
    assert answer(once, "pronouns") == once


@pytest.mark.parametrize(
    ("preset", "after"),
    [("pronouns", "The guard hurt themself."), ("standard", "The guard hurt themselves.")],
)
def test_the_reflexive_stays_singular_where_only_pronouns_change(
    answer: Answer, preset: str, after: str
) -> None:
    assert answer("The guard hurt himself.", preset) == after
