"""How the desk makes a page of a template: given from outside, like everything the desk reaches."""

from typing import Protocol

from fastapi import Request
from fastapi.responses import Response


class Render(Protocol):
    """Makes a page of a template."""

    def __call__(self, request: Request, name: str, *, status: int = 200, **context: object) -> Response:
        """The template `name` filled with `context`, sent with this status."""
        ...
