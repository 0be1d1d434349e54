"""Read the file, add what is new, and replace it."""

from __future__ import annotations

import platform
from importlib import metadata
from pathlib import Path

import sectigo_f5
from sectigo_f5.errors import ConnectorError
from sectigo_f5.files import changed_by_one, write_atomically
from sectigo_f5.report.metrics import names
from sectigo_f5.report.metrics.certificates import of_certificates
from sectigo_f5.report.metrics.devices import of_devices
from sectigo_f5.report.metrics.known import End, Known
from sectigo_f5.report.metrics.runs import of_runs
from sectigo_f5.report.metrics.textfile import Content, Samples, Textfile, to_text


def write_metrics(file: Path, known: Known, end: End | None, shard: str = "") -> None:
    """Replace the textfile, for node_exporter's textfile collector, another user, to read.

    ``end`` is that of a complete run; None leaves what the file says of complete runs.
    A configured certificate keeps its lines, whatever has become of the run. ``shard`` is its number, a label of
    what the file says of runs: several files may lie in one directory of the collector. Raises
    :class:`ConnectorError` if the file cannot be written, or is another shard's: then neither would keep its lines.
    """
    with changed_by_one(file):
        before = Textfile(file)
        other = next((label for label in before.shards() if shard and label not in ("", shard)), None)
        if other:
            raise ConnectorError(f"{file} is the file of shard {other}; give each shard one of its own, or delete it")
        write_atomically(file, to_text(_after(before.content(shard), known, end), shard))


def _after(before: Content, known: Known, end: End | None) -> Content:
    """Return what the file is to say; what it said counts for nothing if that is not ours."""
    try:
        return _merged(before, known, end)
    except (ValueError, OverflowError, OSError):
        return _merged({}, known, end)


def _merged(before: Content, known: Known, end: End | None) -> Content:
    return {
        names.BUILD: _build(),
        **of_runs(before, end, known),
        **of_certificates(before, known),
        **of_devices(before, known.devices, known.complete),
    }


def _build() -> Samples:
    try:
        certbot = metadata.version("certbot")
    except metadata.PackageNotFoundError:
        certbot = "unknown"
    return {(sectigo_f5.__version__, platform.python_version(), certbot): 1}
