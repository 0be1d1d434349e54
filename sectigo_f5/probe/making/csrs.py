"""CSRs: what they are asked for, made, found under the names that they may have, and read."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sectigo_f5.bigip.keys import bodies, csr
from sectigo_f5.bigip.readers import full_path
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError
from sectigo_f5.icontrol.shell import shell_safe
from sectigo_f5.probe.bench import Bench
from sectigo_f5.probe.clearing.deleting import run_program
from sectigo_f5.probe.seen import Seen, printed
from sectigo_f5.probe.throwaway_ca import DOMAIN
from sectigo_f5.x509.certificates import extract_request

CSR = "sys/crypto/csr"


def names(bench: Bench) -> tuple[str, str]:
    """Return the names that CSRs of this probe are for, the common name first."""
    return f"{bench.scratch.stem}.{DOMAIN}", f"www.{bench.scratch.stem}.{DOMAIN}"


def subject(bench: Bench) -> Json:
    """Return them as a CSR's properties."""
    return bodies.subject_of(names(bench)[0], names(bench))


def note(bench: Bench, path: str) -> str:
    """Note a CSR that is about to be made; returns ``path``.

    Its file is noted too, for it may stay when the CSR is deleted, unless this user can neither see nor remove it.
    """
    if bench.lists_files is None:
        bench.lists_files = run_program(bench.client, "ls", file_of(path)) is not None
    if bench.lists_files:
        bench.scratch.file(file_of(path))
    bench.scratch.object(CSR, path)
    return path


def file_of(path: str) -> str:
    """Return the file that a CSR may be on the device, besides its object."""
    return f"{csr.FILES}/{path.rpartition('/')[2]}"


def ask_for(bench: Bench, suffix: str, key: str) -> tuple[str, Seen]:
    """Ask for the CSR of a key; returns its full path, and what was answered."""
    path = note(bench, bench.scratch.path(suffix))
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
    return _unless_refused(lambda: csr.by_tmsh(bench.client, path))


def by_file(bench: Bench, path: str) -> str | None:
    """Read a CSR by moving its file, after which there may be none; None if it cannot be."""
    bench.scratch.file(csr.download_place(path))
    return _unless_refused(lambda: csr.by_file(bench.client, path))


def by_filestore(bench: Bench, path: str) -> str | None:
    """Read a CSR as the file that its object is in the file store; None if it cannot be."""
    _, partition, name = path.split("/")
    folder = f"/config/filestore/files_d/{shell_safe(partition)}_d/certificate_signing_request_d"
    return extract_request(printed(bench.bash(f"cat {folder}/:{partition}:{name}_*")))


def _unless_refused(read: Callable[[], str | None]) -> str | None:
    try:
        return read()
    except OutcomeUnknownError:
        raise
    except DeviceError:
        return None


def shown(bench: Bench, path: str) -> Json:
    """Return what is shown of the CSR of that full path; empty if there is none."""
    return bench.ask("GET", object_url(CSR, path)).body


def with_our_names(bench: Bench) -> list[str]:
    """Return the full paths of CSRs with a name of this probe, each of which is deleted when the question ends."""
    every = bench.client.items(f"/mgmt/tm/{CSR}")
    paths = [full_path(item) for item in every if bench.scratch.stem in str(item.get("name"))]
    return [note(bench, path) for path in paths]
