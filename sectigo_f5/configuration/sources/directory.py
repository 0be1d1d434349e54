"""Which files of the configuration directory are read, and a warning about each that only looks as if it were."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from sectigo_f5.configuration.findings import Findings
from sectigo_f5.configuration.sources.content import UnreadableFileError, read_content, reason
from sectigo_f5.errors import ConfigurationError

SUFFIXES = (".yaml", ".yml")  # in any case
WRITTEN = (*SUFFIXES, ".json")  # of a configuration in a subdirectory
EDITORS_FILES = (".#", "._")  # the lock of an editor, the attributes of a Mac
DOCUMENTS = re.compile(r"README.*|.*\.(md|rst|html)", re.I)
DEVICES = re.compile(rb"(?:^|[{,])\s*[\"']?devices[\"']?\s*:", re.M)
KUBERNETES = re.compile(rb"^apiVersion\s*:", re.M)
MOST_LOOKED_AT = 2000  # files below the subdirectories: somebody may name / as the directory


def yaml_files(directory: Path) -> tuple[list[Path], tuple[str, ...]]:
    """Return the files to read, sorted, and the warnings about others; raises :class:`ConfigurationError` if none is.

    What a name with another ending, or a subdirectory, hides is never read, but it is never passed over in silence.
    """
    try:
        paths = sorted(directory.iterdir())
    except (OSError, ValueError) as error:
        remedy = "create it, run as root, or name another with --config-dir"
        why = reason(error) if isinstance(error, OSError) else "not a valid path"
        raise ConfigurationError(f"{directory}: cannot be read ({why}); {remedy}") from error
    files = [path for path in paths if _is_read(path)]
    warnings = tuple(_passed_over([path for path in paths if not _is_read(path)], directory))
    if not files:
        raise nothing_to_read(directory, warnings)
    return files, warnings


def nothing_to_read(directory: Path, warnings: Iterable[str]) -> ConfigurationError:
    """Return the error of a directory without a configuration, with what has been passed over."""
    remedy = "write one, or name another directory with --config-dir"
    return ConfigurationError(" | ".join([f"{directory}: contains no *.yaml or *.yml file; {remedy}", *warnings]))


def is_of_kubernetes(content: bytes) -> bool:
    """Tell whether a file is a manifest, perhaps ours (config/kubernetes-cronjob.yaml), and holds no configuration."""
    return bool(KUBERNETES.search(content)) and not DEVICES.search(content)


def _is_read(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES and not path.name.startswith(".")


def _passed_over(paths: list[Path], directory: Path) -> Iterator[str]:
    """Yield a warning for each file that is not read although it seems to be a configuration."""
    for path in paths:
        if _seems_meant(path):
            yield _warning(path, "its name does not end with .yaml or .yml", "rename it", directory)
        elif not path.name.startswith(".") and not _leads_back(path, directory):
            for below in islice(_files_below(path), MOST_LOOKED_AT):
                if below.suffix.lower() in WRITTEN and not below.name.startswith(".") and _holds_devices(below):
                    yield _warning(below, "only files directly in the directory are", "move it there", directory)


def _warning(path: Path, why: str, remedy: str, directory: Path) -> str:
    findings = Findings(path)
    findings.warning(f"is not read: {why}; {remedy}, or move it out of {directory}")
    return findings.warnings[0]


def _seems_meant(path: Path) -> bool:
    """Return whether an operator may believe that the file is read, by its name or by what it holds."""
    name = path.name.lower()
    if name.startswith("."):
        return name.endswith(SUFFIXES) and not name.startswith(EDITORS_FILES)
    return any(suffix in name for suffix in SUFFIXES) or _holds_devices(path)


def _holds_devices(path: Path) -> bool:
    if DOCUMENTS.fullmatch(path.name):
        return False
    try:
        return bool(DEVICES.search(read_content(path)))
    except UnreadableFileError:
        return False


def _leads_back(path: Path, directory: Path) -> bool:
    """Return whether a link leads to the directory that it stands in, or to one above."""
    return Path(os.path.realpath(directory)).is_relative_to(os.path.realpath(path))


def _files_below(directory: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(directory):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(folder) / name for name in sorted(names))
