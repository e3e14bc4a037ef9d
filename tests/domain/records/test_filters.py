"""The two tellings of a condition, PostgreSQL's and ours, say the same."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wattlink.db.database import Database, Json
from wattlink.domain.records.filters import Comparison, Condition, fulfils, jsonpath_of

_WORDS = st.sampled_from(["red", "Red", "5", "5.0", "50", "-1", "1e2", "true", "", 'a "quoted"\\ word', "né", "a.b"])
_PLAIN = st.one_of(_WORDS, st.booleans(), st.integers(-2, 120), st.sampled_from([5.5, 0.1]))
_VALUES = st.one_of(_PLAIN, st.lists(_PLAIN, max_size=3))
_DOCUMENTS = st.fixed_dictionaries(
    {}, optional={"name": _VALUES, "tags": st.lists(_WORDS, max_size=3), "fields": st.dictionaries(_WORDS, _VALUES)}
)
_PATHS = st.one_of(st.sampled_from([("name",), ("tags",), ("fields",)]), st.tuples(st.just("fields"), _WORDS))
_CONDITIONS = st.builds(
    lambda path, comparison, value: Condition(path=path, comparison=comparison, value=value),
    _PATHS,
    st.sampled_from(Comparison),
    _WORDS,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(document=_DOCUMENTS, conditions=st.lists(_CONDITIONS, min_size=1, max_size=2))
async def test_both_tellings_agree(db: Database, document: dict[str, Any], conditions: list[Condition]) -> None:
    async with db.read() as reader:
        told = await reader.one(
            bool,
            "SELECT coalesce(%(document)s::jsonb @@ %(filter)s::jsonpath, false)",
            document=Json(document),
            filter=jsonpath_of(conditions),
        )
    assert told == fulfils(document, conditions)
