"""The values of many persons by their forms: whose is what an answer tells?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from evaluation.mm_privacy.tiers import TypeRules
from evaluation.mm_privacy.type_rules import rules_of
from evaluation.mm_privacy.written import Written, read_written
from schemas.benchmark import Persona, PrivateType


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose value stands at characters ``span`` of an answer."""

    persona_id: str
    span: tuple[int, int]


class KnownValues:
    """Values by type and form. Looking up an answer costs as much with 2,000 persons as with two."""

    def __init__(self, values: Iterable[tuple[str, PrivateType, str]]) -> None:
        """``values``: persona id, type, value as it is printed; empty values are left out."""
        self._holders: dict[PrivateType, dict[str, tuple[str, ...]]] = {}
        self._rules: dict[PrivateType, list[TypeRules]] = {}
        for persona_id, private_type, value in values:
            if not value.strip():
                continue
            rules = rules_of(private_type, value)
            read_by = self._rules.setdefault(private_type, [])
            if rules not in read_by:
                read_by.append(rules)
            forms = self._holders.setdefault(private_type, {})
            for form in rules.forms(value):
                if persona_id not in forms.get(form, ()):
                    forms[form] = (*forms.get(form, ()), persona_id)

    @classmethod
    def of(cls, personas: Iterable[Persona]) -> KnownValues:
        """The values of ``personas``."""
        return cls((one.persona_id, kind, value) for one in personas for kind, value in one.values)

    def places(
        self, written: Written, private_type: PrivateType, *, besides: Collection[str]
    ) -> Iterator[tuple[int, int]]:
        """Where ``written`` tells values of that type in full, but for the forms ``besides``."""
        forms = self._holders.get(private_type, {})
        for rules in self._rules.get(private_type, ()):
            for reading in rules.readings(written):
                if reading.form in forms and reading.form not in besides:
                    yield reading.start, reading.end

    def told(self, text: str, private_type: PrivateType, *, besides: str = "") -> tuple[Holder, ...]:
        """Whose values of that type ``text`` tells in full, each person once.

        ``besides``: the gold value; persons who share it are left out.
        """
        forms = self._holders.get(private_type, {})
        if not forms or not text.strip():
            return ()
        written = read_written(text)
        own = set(rules_of(private_type, besides).forms(besides)) if besides.strip() else set()
        mine = {persona for form in own for persona in forms.get(form, ())}
        found: dict[str, Holder] = {}
        for rules in self._rules[private_type]:
            for reading in rules.readings(written):
                for persona_id in forms.get(reading.form, ()):
                    if persona_id not in mine and persona_id not in found:
                        found[persona_id] = Holder(
                            persona_id, written.original_span(reading.start, reading.end)
                        )
        return tuple(found.values())
