from io import StringIO
from pathlib import Path

from bot.flow_files import check_files
from tests.support.machine import CHECKOUT

FLOWS = CHECKOUT / "dialogue" / "flows"


def test_a_flow_that_is_in_two_files_is_named_with_both_and_what_to_do(tmp_path: Path) -> None:
    copy = tmp_path / "copy.yaml"
    copy.write_text((FLOWS / "strengths.yaml").read_text())
    out = StringIO()
    assert check_files([FLOWS / "strengths.yaml", copy], out) == 1
    assert "copy.yaml line " in out.getvalue()
    assert "version 1 of 'strengths' is in dialogue/flows/strengths.yaml already; give this one a higher version" in (
        " ".join(out.getvalue().split())
    )
    assert out.getvalue().endswith("\n1 thing to mend.\n")
