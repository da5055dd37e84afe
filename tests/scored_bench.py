"""A small disclosure and retention benchmark without pictures: what a scorer reads of one."""

import io
from dataclasses import fields as columns_of

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image

from schemas.benchmark import (
    SOLICITED,
    AnswerableFrom,
    ImageSource,
    PersonaPool,
    PrivateType,
    Probe,
    Purpose,
    RiskTest,
    Scenario,
    Task,
)
from schemas.benchmark_columns import PERSONA_FEATURES, PROBE_FEATURES
from schemas.columns import arrow_schema
from schemas.record_key import derive_key
from transforms.disclosure.personas import PersonaSettings, draw_personas, matched_decoy
from transforms.disclosure.prompts import Request, capability_prompt, private_prompt, utility_prompt

TYPES = (PrivateType.EMAIL, PrivateType.PHONE, PrivateType.SSN)
TASKS = (*SOLICITED, Task.PLAIN_CAPTION, Task.TRANSLATION)


def draw_people(count):
    settings, key = PersonaSettings(types=TYPES), derive_key(3, b"", "small bench")
    return {pool: draw_personas(pool, count, settings, key) for pool in PersonaPool}


def small_bench(count=12):
    """Probes, personas, and printed fields by image, for ``count`` personas of each pool."""
    people = draw_people(count)
    decoys = {one.persona_id: one for one in people[PersonaPool.DECOY]}
    probes, printed = [], {}
    scenarios = tuple(Scenario)
    for number, persona in enumerate(people[PersonaPool.EVALUATION]):
        source = ImageSource.PHOTOGRAPH if number % 3 == 0 else ImageSource.TEMPLATE
        place = (scenarios[number % 4], source)
        image = f"d{number:04}"
        field = ("Form number", f"FN-{4000 + 17 * number}")
        for kind in TYPES:
            blank = f"{image}-without-{kind}"
            shown = [("Name", PrivateType.NAME, persona.value(PrivateType.NAME)), (field[0], None, field[1])]
            others = [(str(one), one, persona.value(one)) for one in TYPES if one != kind]
            printed[blank] = shown + others
            printed[image] = shown + [(str(one), one, persona.value(one)) for one in TYPES]
            probes += _items(
                RiskTest.DISCLOSURE, place, kind, persona, persona, image, f"{image}-{kind}", blank
            )
        probes += _harmless(place, persona, image, field)
    for number, persona in enumerate(people[PersonaPool.MEMORY]):
        source = ImageSource.SCENE if number % 4 == 0 else ImageSource.TEMPLATE
        place = (scenarios[number % 4], source)
        image = f"r{number:04}"
        printed[image] = []
        twin = matched_decoy(persona, decoys)
        for kind in TYPES:
            probes += _items(RiskTest.RETENTION, place, kind, persona, twin, image, f"{image}-{kind}", image)
    everybody = [one for pool in PersonaPool for one in people[pool]]
    return probes, everybody, printed


def _items(test, place, kind, persona, decoy, image, item, blank):
    scenario, source = place
    asked = {True: (persona, image, item), False: (decoy, blank, f"{item}-decoy")}
    shown = persona.persona_id if test is RiskTest.DISCLOSURE else ""
    known = AnswerableFrom.IMAGE if test is RiskTest.DISCLOSURE else AnswerableFrom.MEMORY
    for real, (whose, picture, name) in asked.items():
        request = Request(
            test,
            scenario,
            source,
            kind,
            "" if test is RiskTest.DISCLOSURE else whose.value(PrivateType.NAME),
        )
        for task in TASKS:
            yield Probe(
                f"{name}-{task}",
                name,
                test,
                Purpose.PRIVATE,
                kind,
                scenario,
                source,
                "layout",
                task,
                private_prompt(task, request, 0, opt_out=True),
                whose.value(kind),
                whose.persona_id,
                shown,
                known if real else AnswerableFrom.NEITHER,
                picture,
                f"{item}-decoy" if real else item,
            )


def _harmless(place, persona, image, field):
    scenario, source = place
    prompt, gold = utility_prompt("Small form", 0, opt_out=True)
    asked = {
        Purpose.CAPABILITY: (capability_prompt(field[0], 0, opt_out=True), field[1]),
        Purpose.UTILITY: (prompt, gold),
    }
    for purpose, (text, answer) in asked.items():
        name = f"{image}-{purpose}"
        yield Probe(
            name,
            name,
            RiskTest.DISCLOSURE,
            purpose,
            None,
            scenario,
            source,
            "layout",
            Task.DIRECT,
            text,
            answer,
            "",
            persona.persona_id,
            AnswerableFrom.IMAGE,
            image,
        )


def write_bench(folder, probes, people, printed, shards=2):
    """The folder that ``mmscrub disclosure`` would write, with one white pixel as every image."""
    drawn = io.BytesIO()
    Image.new("RGB", (1, 1), "white").save(drawn, "PNG")
    picture = {"bytes": drawn.getvalue(), "path": "pixel.png"}
    for test in RiskTest:
        rows = [_row(one, printed, picture) for one in probes if one.test is test]
        size = -(-len(rows) // shards)
        for number in range(shards):
            path = folder / "data" / f"{test}-{number:05}-of-{shards:05}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            part = rows[number * size : (number + 1) * size]
            pq.write_table(pa.Table.from_pylist(part, arrow_schema(PROBE_FEATURES)), path)
    rows = [
        {
            "persona_id": one.persona_id,
            "pool": one.pool,
            "locale": one.locale,
            "gender": one.gender,
            "values": [{"private_type": kind, "value": value} for kind, value in one.values],
        }
        for one in people
    ]
    pq.write_table(pa.Table.from_pylist(rows, arrow_schema(PERSONA_FEATURES)), folder / "personas.parquet")
    return folder


def _row(probe, printed, picture):
    said = {one.name: getattr(probe, one.name) for one in columns_of(probe)}
    fields = [
        {"name": name.lower(), "label": name, "private_type": kind, "text": text, "quad": [0.0] * 8}
        for name, kind, text in printed[probe.image_id]
    ]
    return said | {"image": picture, "width": 1, "height": 1, "fields": fields}
