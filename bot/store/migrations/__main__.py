"""Write the next migration: the difference between the tables and what the migrations make so far.

    python -m bot.store.migrations "what changes"

Read it before you trust it: a renamed column looks like one taken away and one put in.
"""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory

from bot.store.migrations import bring_up_to_date, config
from bot.store.unit import open_engine


def main(arguments: Sequence[str]) -> int:
    """Write the migration that is described by the one argument; the exit code."""
    if len(arguments) != 1 or not arguments[0].strip():
        sys.stderr.write('Say in a few words what changes: python -m bot.store.migrations "a note on each booking"\n')
        return 2
    settings = config()
    number = len(list(ScriptDirectory.from_config(settings).walk_revisions())) + 1
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'as-migrated.sqlite'}")
        if number > 1:
            bring_up_to_date(engine)
        with engine.begin() as connection:
            settings.attributes["connection"] = connection
            command.revision(settings, message=arguments[0].strip(), autogenerate=True, rev_id=f"{number:04}")
        engine.dispose()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
