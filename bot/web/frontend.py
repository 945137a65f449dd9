"""Fetch the pages' style sheets and scripts, and lay out what is shipped in `bot/web/static/vendor/`.

Run as `python -m bot.web.frontend`; `make setup` and the build of the wheel do it. What is fetched is locked in
`frontend/package-lock.json`. Afterwards there are

    vendor/nhsuk/nhsuk-frontend.min.css, nhsuk-frontend.min.js (an ES module), assets/
    vendor/htmx/htmx.min.js, sse.min.js

and, for the tests only, axe-core in `frontend/node_modules/`. Only Python's own library is used, because the build of
the wheel runs this file in an environment that has nothing else.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

OLDEST_NODE = 20
NODE_LOCK = Path(__file__).parents[2] / ".requirements" / "node.txt"
VENDOR = Path(__file__).parent / "static" / "vendor"

# From a package's folder to the shipped one.
SHIPPED = {
    "nhsuk-frontend/dist/nhsuk/nhsuk-frontend.min.css": "nhsuk/nhsuk-frontend.min.css",
    "nhsuk-frontend/dist/nhsuk/nhsuk-frontend.min.js": "nhsuk/nhsuk-frontend.min.js",
    "nhsuk-frontend/dist/nhsuk/assets": "nhsuk/assets",
    "htmx.org/dist/htmx.min.js": "htmx/htmx.min.js",
    "htmx-ext-sse/dist/sse.min.js": "htmx/sse.min.js",
}


class FrontEndError(Exception):
    """The front-end files cannot be fetched; the message says why and what to do."""


@dataclass(frozen=True)
class Node:
    """A Node that is new enough: the folder its programs are in, and its version."""

    folder: Path
    version: str


def find_node() -> Node | None:
    """The machine's own Node with its npm, else the one in this virtual environment; None when there is neither."""
    scripts = sysconfig.get_path("scripts")
    for path in (os.environ.get("PATH", os.defpath), scripts):
        node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
        if node is None or npm is None:
            continue
        answer = subprocess.run(  # noqa: S603 -- the program was just looked up
            [node, "--version"], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
        version = answer.stdout.strip().removeprefix("v")
        if answer.returncode == 0 and version.partition(".")[0].isdigit() and int(version.split(".")[0]) >= OLDEST_NODE:
            return Node(Path(node).parent, version)
    return None


def install(frontend: Path, vendor: Path) -> bool:
    """Fetch what `frontend`'s lock names and lay out what is shipped in `vendor`.

    Gives back False when that had been done before for the same lock. Raises FrontEndError with a reason.
    """
    lock = hashlib.sha256((frontend / "package-lock.json").read_bytes()).hexdigest()
    done = vendor / ".installed"
    if done.is_file() and done.read_text("utf-8") == lock and (frontend / "node_modules").is_dir():
        return False
    node = find_node() or _fetch_node()
    _say(f"==> setting up: the pages' style sheets and scripts, with Node {node.version}")
    environment = os.environ | {
        "PATH": f"{node.folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        # The machine's own list of trusted certificates: without it npm waits for minutes where traffic is inspected.
        "NODE_USE_SYSTEM_CA": "1",
    }
    _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], frontend, environment)
    shutil.rmtree(vendor, ignore_errors=True)
    for source, target in SHIPPED.items():
        _copy(frontend / "node_modules" / source, vendor / target)
    _drop_fonts(vendor / "nhsuk" / "nhsuk-frontend.min.css")
    # Last of all, so that an interrupted run is begun again.
    done.write_text(lock, "utf-8")
    return True


def _fetch_node() -> Node:
    """Install Node into this virtual environment, from the registry Python's own packages come from."""
    _say(f"==> setting up: Node, because there is none of version {OLDEST_NODE} or newer here (65 MB)")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(NODE_LOCK)]
    _run(command, NODE_LOCK.parent, dict(os.environ))
    node = find_node()
    if node is None:
        raise FrontEndError(f"Node was installed and still does not start. Install Node {OLDEST_NODE} or newer.")
    return node


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    program = shutil.which(command[0], path=environment.get("PATH"))
    if program is None:
        raise FrontEndError(f"{command[0]} is not there.")
    done = subprocess.run(  # noqa: S603 -- the commands stand in this file
        [program, *command[1:]], cwd=folder, env=environment, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode != 0:
        raise FrontEndError(
            f"`{' '.join(command)}` failed in {folder}; its own words stand above. "
            "Check that this machine reaches the package registries, then run the same command again."
        )


def _copy(source: Path, target: Path) -> None:
    if not source.exists():
        raise FrontEndError(f"{source} is not in the package that package-lock.json names.")
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)


def _drop_fonts(style_sheet: Path) -> None:
    # Frutiger is licensed for NHS services only and lies on another host, which would learn of each visit. The pages'
    # content policy refuses it, loudly, even where no element asks for it. Arial is the sheet's own second choice.
    words = style_sheet.read_text("utf-8")
    style_sheet.write_text(re.sub(r"@font-face\s*\{[^}]*\}", "", words), "utf-8")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    """Fetch the front-end files for this checkout; the exit code for the shell."""
    try:
        install(Path(__file__).parent / "frontend", VENDOR)
    except FrontEndError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
