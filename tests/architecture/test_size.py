"""Files of about 300 lines and functions of about 40 at most; an exception is named with its reason."""

import ast

from tests.support.checkout import Source, sources

FILE = 300
FUNCTION = 40

# A name, how many lines it may have, and why it is no better in two.
LONGER = {
    "bot/store/migrations/versions/0001_the_first_tables.py": (
        520,
        "generated: every table once, in the order of creation",
    ),
    "bot/store/migrations/versions/0001_the_first_tables.py upgrade": (410, "generated"),
    "bot/store/migrations/versions/0001_the_first_tables.py downgrade": (100, "generated"),
    "bot/store/tables.py": (420, "the whole database on one page, so that it is read as one"),
    "dialogue/phrases.py": (380, "lists of what people say, not logic"),
    "tests/properties/test_engine.py small_flows": (55, "one step of every kind, written out"),
    "tests/integration/test_accounts.py": (380, "the door, tried from every side, with one set of people"),
    "tests/integration/test_chat_page.py": (350, "the chat page, tried from every side"),
    "tests/integration/test_delivery.py": (380, "a text on its way out, with everything that can befall it"),
    "tests/integration/test_desk.py": (340, "the desk, tried from every side, with one set of people"),
    "tests/integration/test_nlu_client.py": (360, "one stand-in that is late, wrong and down in every way there is"),
    "tests/integration/test_turns.py": (380, "one turn, with everything that can come in"),
}


def _lengths(source: Source) -> dict[str, int]:
    lengths = {source.name: source.text.count("\n")}
    for node in source.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lengths[f"{source.name} {node.name}"] = (node.end_lineno or node.lineno) - node.lineno + 1
    return lengths


def _limit(name: str) -> int:
    return LONGER[name][0] if name in LONGER else FUNCTION if " " in name else FILE


def test_files_and_functions_can_be_read_in_one_go() -> None:
    lengths = {name: length for source in sources() for name, length in _lengths(source).items()}
    too_long = [f"{name}: {length} lines" for name, length in lengths.items() if length > _limit(name)]
    assert not too_long, (
        "Find the second thing these do and give it a place of its own. Only when there is none, name them in LONGER "
        "with the reason.\n" + "\n".join(too_long)
    )
    needless = [name for name in LONGER if lengths.get(name, 0) <= (FUNCTION if " " in name else FILE)]
    assert not needless, f"These need no exception any more; take them out of LONGER: {needless}"
