"""Where the certificates of trusted CAs are: the system's, and those of a file that an operator names."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import certifi

from sectigo_f5.errors import ConnectorError
from sectigo_f5.files import create_private

# Where distributions keep them in one file, for a Python whose OpenSSL was built to look elsewhere.
KNOWN = (
    "/etc/ssl/certs/ca-certificates.crt",  # Debian, Ubuntu, Alpine
    "/etc/pki/tls/certs/ca-bundle.crt",  # RHEL, Fedora
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  # RHEL 10, Fedora
    "/var/lib/ca-certificates/ca-bundle.pem",  # SLES, openSUSE
    "/etc/ssl/cert.pem",
)
VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")  # what requests asks, in its order


def system_store() -> str:
    """Return the file, or the directory, of the CAs that this system trusts; that of certifi if it has none.

    ``SSL_CERT_FILE`` and ``SSL_CERT_DIR`` have their say, as for OpenSSL's other programs.
    """
    paths = ssl.get_default_verify_paths()
    found = next((path for path in (paths.cafile, *KNOWN) if path and Path(path).is_file()), None)
    if found is None and paths.capath and any(Path(paths.capath).glob("*.[0-9]")):
        found = paths.capath
    return found or certifi.where()


def store_of_requests() -> str:
    """Return the store of whoever uses requests and names none: the one in the environment, else the system's."""
    return next(filter(None, map(os.environ.get, VARIABLES)), None) or system_store()


def store_for_children(folder: Path, named: Path | None) -> dict[str, str]:
    """Return the variable by which a program that we start finds whom to trust, and what it starts in turn.

    With ``named``, the CAs of that file too: they are all written to a file in ``folder``. In our own environment the
    variable would override ``verify``. Raises :class:`ConnectorError` if one of them cannot be read.
    """
    store = store_of_requests()
    if named:
        both, place = folder / "trusted.pem", Path(store)
        parts = sorted(place.glob("*.[0-9]")) if place.is_dir() else [place]
        create_private(both, b"\n".join(map(_read, (*parts, named))))
        store = str(both)
    return {VARIABLES[0]: store}


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise ConnectorError(
            f"the trusted CAs in {file} cannot be read ({error.strerror}); correct ACME_CA_BUNDLE or {VARIABLES[0]}"
        ) from error
