"""Signs of change and signs of life."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import audit, change, heartbeat
from bot.store.unit import ReadUnit, WriteUnit

_KEPT = timedelta(hours=1)


def note(unit: WriteUnit, topic: str) -> None:
    """Note that something changed which a page shows. Topics: `desk`, or `lane:` and the lookup of an address."""
    unit.connection.execute(
        insert(change),
        {
            "topic": topic,
            "at": unit.now,
        },
    )
    unit.stirred.add("change")


def latest(unit: ReadUnit) -> str:
    """A token that differs whenever something was noted since.

    The highest number alone would not do: numbers are given before they are committed, so a lower one can appear
    after a higher one. The count gives that away.
    """
    row = unit.connection.execute(select(func.max(change.c.seq), func.count())).one()
    return f"{row[0] or 0}.{row[1]}"


def forget_old(unit: WriteUnit) -> None:
    """Drop notes that every page has long seen."""
    unit.connection.execute(delete(change).where(change.c.at < unit.now - _KEPT))


def beat(unit: WriteUnit, name: str) -> None:
    """A sign of life."""
    dialect = postgresql if unit.connection.dialect.name == "postgresql" else sqlite
    unit.connection.execute(
        dialect.insert(heartbeat)
        .values(name=name, at=unit.now)
        .on_conflict_do_update(index_elements=["name"], set_={"at": unit.now})
    )


def last_beat(unit: ReadUnit, name: str) -> datetime | None:
    """The last sign of life of this name (UTC), or None."""
    row = unit.connection.execute(select(heartbeat.c.at).where(heartbeat.c.name == name)).first()
    return None if row is None else row[0]


def record_act(unit: WriteUnit, what: str, about: str, account: str | None = None) -> None:
    """Write a line of the audit: who did what to what. `about` is an id, never anybody's words."""
    unit.connection.execute(
        insert(audit),
        {
            "at": unit.now,
            "account_id": account,
            "what": what,
            "about": about,
        },
    )
