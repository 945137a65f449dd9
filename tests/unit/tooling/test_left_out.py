import pytest

from tests.support import left_out


def _skipped(reason: object) -> pytest.TestReport:
    return pytest.TestReport("test", ("file.py", 1, "test"), {}, "skipped", reason, "call")  # type: ignore[arg-type]  # a stand-in


def test_a_part_that_is_missing_is_named_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception) as skipped:
        left_out.leave_out("Chromium", "only root may install it")
    reports = [_skipped(("conftest.py", 7, f"Skipped: {skipped.value}"))] * 3
    assert left_out.lines(reports) == ["LEFT OUT: 3 tests: Chromium, because only root may install it"]


@pytest.mark.parametrize("value", ["true", "1", "True"])
def test_where_everything_must_run_a_missing_part_is_a_failure(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", value)
    with pytest.raises(
        pytest.fail.Exception, match="PostgreSQL is needed and cannot be had, because there is no apt-get"
    ):
        left_out.leave_out("PostgreSQL", "there is no apt-get")


def test_a_skip_of_any_other_kind_is_named_too() -> None:
    assert left_out.lines([_skipped(("file.py", 1, "Skipped: not today"))]) == ["LEFT OUT: 1 test: not today"]


def test_nothing_left_out_is_nothing_said() -> None:
    assert left_out.lines([]) == []
