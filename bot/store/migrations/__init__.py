"""The database's own history: Alembic migrations, each with a way back, and the two calls that walk them."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from bot.store.unit import DatabaseError


def bring_up_to_date(engine: Engine) -> None:
    """Bring the database to the newest version. Safe to call from several processes: the others wait.

    Raises DatabaseError when it was used by a newer release than this one.
    """
    _walk(engine, "head", up=True)


def take_down(engine: Engine, to: str = "base") -> None:
    """Take the database back to a version; `base` is an empty database. For tests and for going back a release."""
    _walk(engine, to, up=False)


def version(engine: Engine) -> tuple[str | None, str | None]:
    """The version the database has, and the newest one this code knows."""
    with engine.connect().execution_options(first_contact_reads=True) as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    return present, ScriptDirectory.from_config(config()).get_current_head()


def config() -> Config:
    """Alembic's settings, without a file."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    return settings


def _walk(engine: Engine, to: str, *, up: bool) -> None:
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            # Two processes that start at once must not both create the tables; the second waits here.
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(70014)")
        settings = config()
        settings.attributes["connection"] = connection
        present = MigrationContext.configure(connection).get_current_revision()
        if present is not None and present not in _known(settings):
            raise DatabaseError(
                f"The database is at version {present}, which this release does not know: it was used by a newer one. "
                "Start that release again, or restore the backup from before the update."
            )
        (command.upgrade if up else command.downgrade)(settings, to)


def _known(settings: Config) -> set[str]:
    return {script.revision for script in ScriptDirectory.from_config(settings).walk_revisions()}
