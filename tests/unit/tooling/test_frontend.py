import json
import os
import sysconfig
from pathlib import Path

import pytest

from bot.web.frontend import SHIPPED, FrontEndError, find_node, install

NPM = """#!/bin/sh
echo "$@" >> called
for file in {files}; do mkdir -p "node_modules/$(dirname "$file")"; echo "$file" > "node_modules/$file"; done
exit {status}
"""


def _program(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)


def _node(folder: Path, version: str, *, status: int = 0, files: tuple[str, ...] = tuple(SHIPPED)) -> None:
    """A Node that answers with this version, and an npm that puts these files where packages would be."""
    _program(folder, "node", f"#!/bin/sh\necho {version}\n")
    _program(folder, "npm", NPM.format(files=" ".join(files), status=status))


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that programs are looked for in first, and no Node in this virtual environment."""
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path / "bin"), "/usr/bin", "/bin"]))
    monkeypatch.setattr(sysconfig, "get_path", lambda _: str(tmp_path / "nothing"))
    return tmp_path / "bin"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "frontend"
    folder.mkdir()
    (folder / "package-lock.json").write_text(json.dumps({"packages": {}}))
    return folder


def test_the_machines_own_node_is_used(machine: Path) -> None:
    _node(machine, "v22.3.0")
    found = find_node()
    assert found is not None
    assert (found.folder, found.version) == (machine, "22.3.0")


@pytest.mark.parametrize("version", ["v18.20.1", "no", ""])
def test_a_node_that_is_too_old_or_broken_is_not(machine: Path, version: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _node(machine, version)
    monkeypatch.setenv("PATH", str(machine) + os.pathsep + "/bin")
    found = find_node()
    assert found is None or found.folder != machine


def test_what_is_shipped_is_laid_out_once_for_each_lock(machine: Path, project: Path, tmp_path: Path) -> None:
    _node(machine, "v20.0.0")
    vendor = tmp_path / "vendor"
    assert install(project, vendor) is True
    assert {path.relative_to(vendor).as_posix() for path in vendor.rglob("*") if path.is_file()} >= set(
        SHIPPED.values()
    )
    assert install(project, vendor) is False
    (project / "package-lock.json").write_text("{}")
    assert install(project, vendor) is True
    assert (project / "called").read_text().count("ci --ignore-scripts") == 2


def test_when_npm_fails_nothing_counts_as_installed(machine: Path, project: Path, tmp_path: Path) -> None:
    _node(machine, "v20.0.0", status=1)
    with pytest.raises(FrontEndError, match="reaches the package registries"):
        install(project, tmp_path / "vendor")
    _node(machine, "v20.0.0")
    assert install(project, tmp_path / "vendor") is True


def test_a_package_without_the_file_is_named(machine: Path, project: Path, tmp_path: Path) -> None:
    _node(machine, "v20.0.0", files=tuple(SHIPPED)[:-1])
    with pytest.raises(FrontEndError, match=r"sse\.min\.js is not in the package"):
        install(project, tmp_path / "vendor")
    assert not (tmp_path / "vendor" / ".installed").exists()
