"""What Alembic runs for each call: our connection, our tables, one transaction that the caller owns."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from bot.store.tables import Moment, metadata


def _as_plain_type(kind: str, thing: Any, autogenerate: AutogenContext) -> str | Literal[False]:  # noqa: ANN401, ARG001
    # A migration must mean the same in ten years, whatever our own types have become by then.
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(thing, Moment) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    render_item=_as_plain_type,
)
context.run_migrations()
