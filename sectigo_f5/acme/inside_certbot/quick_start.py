"""Load only what this call of Certbot needs: half of the time that one takes is the import of modules.

Like the launcher, this module imports nothing of the connector.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

CERTBOT = "certbot."  # modules of plugins that Certbot brings itself


def load_one_plugin(name: str) -> None:
    """Have Certbot load the plugin of this name and those that it brings itself, as if no other was installed.

    Certbot loads all of them each time, a DNS plugin's cloud SDK among them, and fails if one of them cannot be loaded.
    """
    from certbot._internal.plugins.disco import PluginsRegistry

    registry: Any = PluginsRegistry
    load = registry._load_entry_point.__func__

    def load_if_wanted(cls: Any, entry_point: Any, plugins: Any) -> None:
        if entry_point.name == name or entry_point.module.startswith(CERTBOT):
            load(cls, entry_point, plugins)

    registry._load_entry_point = classmethod(load_if_wanted)


def distutils_without_setuptools() -> None:
    """Give f5-sdk the ``distutils`` of setuptools without the rest of it, which takes as long as f5-sdk itself.

    f5-sdk compares versions by it. Python has had none of its own since 3.12, and before that setuptools puts its own
    in the place. Without setuptools, nothing is done.
    """
    setuptools = importlib.util.find_spec("setuptools")
    folder = Path(setuptools.origin if setuptools and setuptools.origin else "").parent / "_distutils"
    if "distutils" in sys.modules or not (folder / "__init__.py").exists():
        return
    found = importlib.util.spec_from_file_location(
        "distutils", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    module = importlib.util.module_from_spec(found)  # type: ignore[arg-type]  # None if it did not end in .py
    sys.modules["distutils"] = module
    found.loader.exec_module(module)  # type: ignore[union-attr]
