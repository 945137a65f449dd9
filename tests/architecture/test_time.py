"""Every moment knows its time zone, and time comes from a clock that a test can set."""

import ast
from collections.abc import Iterator

from tests.support.checkout import CODE, Source, sources

# What asks the machine for the time itself, with the reason why it may.
READS_THE_MACHINE = {
    "bot/clock.py": "it is the clock",
}


def test_no_moment_without_a_time_zone() -> None:
    naive = [place for source in sources(*CODE) for place in _naive(source)]
    assert not naive, (
        "A moment without a time zone is an hour wrong for half the year. Write datetime.now(UTC), or give tzinfo=.\n"
        + "\n".join(naive)
    )


def test_time_comes_from_the_clock() -> None:
    asked = [
        source.place(node)
        for source in sources(*CODE)
        if source.name not in READS_THE_MACHINE
        for node in source.nodes
        if isinstance(node, ast.Call) and _called(node) in {"datetime.now", "datetime.today", "date.today", "time.time"}
    ]
    assert not asked, (
        "A test and a rehearsal must be able to set the time: take it from a bot.clock.Clock, or as an argument. These "
        f"ask the machine: {asked}"
    )


def _naive(source: Source) -> Iterator[str]:
    for node in source.nodes:
        if not isinstance(node, ast.Call):
            continue
        called = _called(node)
        zoned = any(keyword.arg in {"tz", "tzinfo"} for keyword in node.keywords)
        if (
            called in {"datetime.utcnow", "datetime.utcfromtimestamp", "datetime.today", "date.today"}
            or (called == "datetime.now" and not node.args and not zoned)
            or (called == "datetime.fromtimestamp" and len(node.args) < 2 and not zoned)
            or (called in {"datetime", "datetime.datetime"} and len(node.args) < 8 and not zoned)
            or (called == "datetime.strptime")
        ):
            yield f"{source.place(node)} {ast.unparse(node)}"


def _called(node: ast.Call) -> str:
    return ast.unparse(node.func).removeprefix("datetime.datetime.").removeprefix("dt.")
