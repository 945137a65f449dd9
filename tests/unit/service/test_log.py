import logging
from pathlib import Path

import pytest

from bot.log import FACTS, Log

WORDS = "zorblequax has been following me"
log = Log("bot.tested")


@pytest.fixture(autouse=True)
def _everything(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


@pytest.mark.parametrize("write", [log.info, log.warning, log.error])
def test_a_line_names_the_event_and_its_facts(write: object, caplog: pytest.LogCaptureFixture) -> None:
    assert callable(write)
    write("turn.taken", row="7c0d", attempts=2, route=None)
    assert caplog.messages == ["turn.taken row=7c0d attempts=2"]


@pytest.mark.parametrize("name", ["words", "sender", "text", "phone", "body"])
def test_a_fact_that_is_not_on_the_list_is_refused(name: str, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(TypeError, match=name):
        log.info("turn.taken", **{name: "x"})
    assert caplog.messages == []


@pytest.mark.parametrize("text", [WORDS, "x" * 121, "two\nlines", "line\n", "a,b", "+44 7700 900001", "é?"])
@pytest.mark.parametrize("name", sorted(FACTS))
def test_a_fact_that_could_be_a_text_is_refused_and_not_repeated(
    name: str, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(TypeError) as refused:
        log.warning("turn.taken", **{name: text})
    assert text not in str(refused.value)
    assert caplog.messages == []


def _fall_over() -> None:
    try:
        int(WORDS)
    except ValueError as error:
        raise LookupError(f"no {WORDS}") from error


def test_a_failure_names_the_exception_and_the_place_and_never_its_message(caplog: pytest.LogCaptureFixture) -> None:
    try:
        _fall_over()
    except LookupError as error:
        log.failure("turn.failed", error, attempts=1)
    (record,) = caplog.records
    assert record.getMessage().startswith("turn.failed attempts=1 error=LookupError path=test_log.py:")
    assert record.exc_info is None
    assert "zorblequax" not in caplog.text


def test_a_failure_in_code_made_at_run_time_is_logged_too(caplog: pytest.LogCaptureFixture) -> None:
    made: dict[str, object] = {}
    exec(compile("def fail():\n    raise KeyError('a b')", "<made up>", "exec"), made)  # noqa: S102 -- what is tested
    fail = made["fail"]
    assert callable(fail)
    try:
        fail()
    except KeyError as error:
        log.failure("turn.failed", error)
    assert "error=KeyError" in caplog.messages[0]
    assert "name=_made_up_:2" in caplog.messages[0]


def test_a_failure_without_a_trace_is_logged_too(caplog: pytest.LogCaptureFixture) -> None:
    log.failure("turn.failed", ValueError(WORDS))
    assert caplog.messages == ["turn.failed error=ValueError path=unknown name=unknown"]


def test_a_failure_in_a_library_names_our_line_that_called_it(caplog: pytest.LogCaptureFixture) -> None:
    from bot.store.encryption import read_keyring  # noqa: PLC0415 -- only this test needs a module of ours

    try:
        read_keyring((), "", Path("/proc/not here"))
    except OSError as error:
        log.failure("start.failed", error)
    assert "path=encryption.py:" in caplog.messages[0]
    assert "name=pathlib.py:" in caplog.messages[0]
