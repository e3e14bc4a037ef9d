"""A dump restored elsewhere, or a new timeline: the feed goes on in a new epoch, and nothing falls behind a cursor."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from uuid import UUID, uuid4

import psycopg
import pytest

from wattlink.db.migrate import SchemaTooOld, check_schema, migrate

_RECORD = """
    INSERT INTO event (event_id, application_id, type, occurred_at)
    VALUES (gen_random_uuid(), %s, 'device.updated', now()) RETURNING event_id
"""
_FEED = """
    SELECT event_id, epoch, xid::text, position FROM events_behind(%s, %s, %s::text::xid8, %s, '-infinity')
     ORDER BY epoch, xid, position
"""
_ELSEWHERE = "UPDATE epoch SET system_identifier = 'another'"


def test_an_event_under_way_when_an_epoch_begins_is_not_overtaken(new_database: Callable[[], str]) -> None:
    dsn, application = new_database(), uuid4()
    with psycopg.connect(dsn) as slow, psycopg.connect(dsn) as quick, ThreadPoolExecutor() as elsewhere:
        recorded = [_record(slow, application), _record(quick, application)]
        quick.commit()
        with psycopg.connect(dsn, autocommit=True) as admin:
            admin.execute(_ELSEWHERE)
        migrating = elsewhere.submit(migrate, dsn)
        _wait_for_a_lock(dsn, migrating)
        assert not _read_on(dsn, application)
        slow.commit()
        migrating.result()
        assert [event_id for event_id, *_ in _read_on(dsn, application)] == recorded
        assert _record(quick, application)
        quick.commit()
    epochs = [epoch for _, epoch, *_ in _read_on(dsn, application)]
    assert epochs == [1, 1, 2]


def test_a_restored_dump_is_refused_until_it_is_migrated(new_database: Callable[[], str]) -> None:
    dsn = new_database()
    check_schema(dsn)
    with psycopg.connect(dsn, autocommit=True) as admin:
        admin.execute(_ELSEWHERE)
    with pytest.raises(SchemaTooOld, match="wattlink migrate"):
        check_schema(dsn)
    migrate(dsn)
    check_schema(dsn)


def _record(connection: psycopg.Connection, application: UUID) -> UUID:
    found = connection.execute(_RECORD, (application,)).fetchone()
    assert found is not None
    return UUID(str(found[0]))


def _read_on(dsn: str, application: UUID) -> list[tuple[UUID, int, str, int]]:
    with psycopg.connect(dsn, autocommit=True) as reader:
        return reader.execute(_FEED, (application, 0, "0", 0)).fetchall()


def _wait_for_a_lock(dsn: str, migrating: Future[list[str]]) -> None:
    waiting = "SELECT FROM pg_locks WHERE NOT granted AND relation = 'event'::regclass"
    with psycopg.connect(dsn, autocommit=True) as observer:
        while observer.execute(waiting).fetchone() is None:
            assert not migrating.done(), "migrate didn't wait for the transaction under way"
