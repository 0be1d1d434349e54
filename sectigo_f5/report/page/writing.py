"""The file of the page: replaced as a whole, as readable as it was before."""

from __future__ import annotations

from pathlib import Path

from sectigo_f5.errors import ConfigurationError, ConnectorError
from sectigo_f5.files import write_as_named


def write_page(file: Path, page: str) -> None:
    """Write the page; raises :class:`ConfigurationError` if the file cannot be written."""
    try:
        write_as_named(file, page)
    except OSError as error:
        raise ConfigurationError(f"--html {file}: cannot be written ({error.strerror})") from error
    except ConnectorError as error:
        raise ConfigurationError(f"--html {file}: {error}") from error
