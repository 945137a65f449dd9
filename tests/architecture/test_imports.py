"""`dialogue` decides, `handoff` hands over, `bot` runs it all: imports go one way."""

import ast

from importlinter.cli import lint_imports

from tests.support.checkout import CODE, sources

# Building the classifier is a command for a developer; no conversation comes near it, which a contract holds.
RUN_BY_HAND = "dialogue/safety/build/"


def test_imports_go_one_way() -> None:
    assert lint_imports() == 0, (
        "An import goes against the contracts in pyproject.toml; the report above names it. Move the code to the room "
        "that may import it, or let the lower room ask through a port."
    )


def test_dialogue_reaches_for_nothing_outside() -> None:
    outside = {
        "asyncio",
        "http",
        "logging",
        "os",
        "random",
        "socket",
        "subprocess",
        "threading",
        "time",
        "urllib",
        "uuid",
    }
    reached = [
        f"{source.place(node)} imports {name}"
        for source in sources("dialogue")
        if not source.name.startswith(RUN_BY_HAND)
        for node in source.nodes
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in _imported(node)
        if name.partition(".")[0] in outside
    ]
    assert not reached, (
        "dialogue/ is pure: the same flow and inputs must give the same transcript. What it needs from the world comes "
        f"in as an argument or goes out as an event.\n{chr(10).join(reached)}"
    )


def test_every_folder_of_code_is_a_package() -> None:
    names = {source.name for source in sources(*CODE)}
    folders = {name.rpartition("/")[0] for name in names} - {"bot/store/migrations/versions"}
    missing = {folder for folder in folders if f"{folder}/__init__.py" not in names}
    assert not missing, f"These folders need an __init__.py, or the wheel's users cannot import them: {sorted(missing)}"


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [alias.name for alias in node.names]
