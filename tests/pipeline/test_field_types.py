import json

from hypothesis import given
from hypothesis import strategies as st

from pipeline.field_types import feature_of, fit, join, join_all, merge_fields, type_of
from schemas.columns import arrow_type, value

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON)
def test_join_is_commutative(a, b):
    assert join(type_of(a), type_of(b)) == join(type_of(b), type_of(a))


@given(st.lists(JSON, min_size=2, max_size=4))
def test_join_does_not_depend_on_order(items):
    assert join_all(map(type_of, items)) == join_all(map(type_of, reversed(items)))


@given(st.lists(JSON, min_size=1, max_size=4))
def test_every_value_fits_the_joined_column(items):
    import pyarrow as pa

    joined = join_all(map(type_of, items))
    column = pa.array([fit(item, joined) for item in items], arrow_type(feature_of(joined)))
    assert len(column) == len(items)


def test_same_types_stay_and_unequal_ones_become_json():
    cases = [
        ([1, 2], "int64"),
        ([1, 2.5], "float64"),
        ([None, "a"], "string"),
        ([True, 1], "json"),
        (["a", 1], "json"),
        ([[1], []], ["list", "int64"]),
        ([{"a": 1}, {"a": 2}], ["struct", {"a": "int64"}]),
        ([{"a": 1}, {"b": 2}], "json"),
        ([{}], "json"),
        ([2**70], "json"),
    ]
    for items, expected in cases:
        assert join_all(map(type_of, items)) == expected, items


def test_json_columns_keep_the_value():
    assert json.loads(fit({"b": [1, None]}, "json")) == {"b": [1, None]}
    assert feature_of("json") == value("string")


def test_fields_that_only_some_records_have_are_kept():
    assert merge_fields({"a": "int64"}, {"b": "string"}) == {"a": "int64", "b": "string"}
