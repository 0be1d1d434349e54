"""CSRs: what they are asked for, made, found under the names that they may have, and read."""

from __future__ import annotations

from collections.abc import Iterable

from sectigo_f5.bigip.keys import bodies, csr
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.icontrol.errors import DeviceError
from sectigo_f5.probe.bench import Bench, Seen
from sectigo_f5.probe.throwaway_ca import DOMAIN

CSR = "sys/crypto/csr"


def names(bench: Bench) -> tuple[str, str]:
    """Return the names that CSRs of this probe are for, the common name first."""
    return f"{bench.scratch.stem}.{DOMAIN}", f"www.{bench.scratch.stem}.{DOMAIN}"


def subject(bench: Bench) -> Json:
    """Return them as a CSR's properties."""
    return bodies.subject_of(names(bench)[0], names(bench))


def ask_for(bench: Bench, suffix: str, key: str) -> tuple[str, Seen]:
    """Ask for the CSR of a key; returns its full path, and what was answered."""
    path = bench.scratch.path(suffix)
    bench.scratch.object(CSR, path)
    body = bodies.request(path, key, subject(bench))
    return path, bench.ask("POST", bodies.CSR_URL, body, timeout=bodies.KEY_TIMEOUT)


def read(bench: Bench, paths: Iterable[str]) -> str | None:
    """Return the PEM of the CSR under one of some full paths, read as the connector reads it; None if it cannot be."""
    paths = list(paths)
    return next(filter(None, (by_tmsh(bench, path) for path in paths)), None) or next(
        filter(None, (by_file(bench, path) for path in paths)), None
    )


def by_tmsh(bench: Bench, path: str) -> str | None:
    """Read a CSR by tmsh; None if it cannot be."""
    try:
        return csr.by_tmsh(bench.client, path)
    except DeviceError:
        return None


def by_file(bench: Bench, path: str) -> str | None:
    """Read a CSR by moving its file; None if it cannot be."""
    bench.scratch.file(csr.download_place(path))
    try:
        return csr.by_file(bench.client, path)
    except DeviceError:
        return None


def there(bench: Bench, path: str) -> Json:
    """Return what is shown of the CSR of that name; empty if there is none."""
    return bench.ask("GET", object_url(CSR, path)).body
