"""What a library logs goes through our handler too, and an exception of its own may quote what a person wrote."""

import io
import logging

import pytest

from bot.log import set_up

WORDS = "zorblequax has been following me"


@pytest.fixture
def written() -> io.StringIO:
    """What our handler writes of a library's log `library`."""
    root, library = logging.getLogger(), logging.getLogger("library")
    before, level = root.handlers[:], root.level
    set_up()
    (ours,) = root.handlers
    root.handlers[:] = before
    root.setLevel(level)
    assert isinstance(ours, logging.StreamHandler)
    stream = io.StringIO()
    ours.setStream(stream)
    library.handlers[:] = [ours]
    return stream


def test_an_exception_is_named_with_its_place_and_never_quoted(written: io.StringIO) -> None:
    try:
        int(WORDS)
    except ValueError:
        logging.getLogger("library").exception("It went wrong")
    assert "ERROR library It went wrong\n  ValueError at test_log_of_libraries.py:" in written.getvalue()
    assert "zorblequax" not in written.getvalue()
    assert "Traceback" not in written.getvalue()
