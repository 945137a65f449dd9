"""The base of every value that crosses a boundary of this package."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """An immutable value that survives JSON unchanged and refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")
