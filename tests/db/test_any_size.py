"""What hangs on a row is found by an index when the row goes, however much is stored."""

from wattlink.db.database import Database


async def test_every_foreign_key_has_an_index(db: Database) -> None:
    async with db.read() as reader:
        missing = await reader.all(
            str,
            """
            SELECT conrelid::regclass || ': ' || conname FROM pg_constraint
             WHERE contype = 'f' AND NOT EXISTS (
                SELECT FROM pg_index
                 WHERE indrelid = conrelid AND conkey @> (indkey::smallint[])[0:cardinality(conkey) - 1])
            """,
        )
    assert missing == []
