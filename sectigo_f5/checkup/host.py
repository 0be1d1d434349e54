"""This host: the configuration, and the files that a run writes."""

from __future__ import annotations

import os
import platform
import ssl
from collections.abc import Iterator, Sequence
from pathlib import Path

from sectigo_f5 import __version__
from sectigo_f5.configuration.environment.notify import name_of
from sectigo_f5.errors import ConnectorError
from sectigo_f5.files import REMEDY
from sectigo_f5.model import Configuration, Job, Settings
from sectigo_f5.notifications import sending
from sectigo_f5.report.looks import HOST, Group, Look, doubtful, judged, well, wrong
from sectigo_f5.run import CertificateAuthority
from sectigo_f5.secret import Secret
from sectigo_f5.state.directory import ROOM
from sectigo_f5.state.writable import problems_of_files

NAME = "this host"
FILES = 8  # that a run makes for each certificate, those in Certbot's working directory too
PLENTY = 10  # times what a run needs
UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB")


def group(
    settings: Settings, configuration: Configuration, jobs: Sequence[Job], authority: CertificateAuthority
) -> Group:
    """Look at this host; ``jobs`` are the certificates that were selected."""
    looks = (
        well("program", f"sectigo-f5 {__version__}, Python {platform.python_version()}, {ssl.OPENSSL_VERSION}"),
        *certbot(authority),
        *configured(configuration, jobs),
        *(judged(name, problem, "can be written") for name, problem in problems_of_files(settings).items()),
        room(settings.state_dir, len(jobs)),
        *notified(settings.notify_urls),
    )
    return Group(HOST, NAME, looks, f"sectigo-f5 {__version__}")


def certbot(authority: CertificateAuthority) -> Iterator[Look]:
    """Say which release of each package of Certbot's there is, and whether the connector knows it."""
    try:
        releases = authority.releases()
    except ConnectorError as error:
        yield wrong("certbot", str(error))
        return
    yield from (judged(package, fault, release) for package, (release, fault) in releases.items())


def configured(configuration: Configuration, jobs: Sequence[Job]) -> tuple[Look, ...]:
    """Say what is wrong in the YAML files, a line for each mistake."""
    said = (
        *(wrong("configuration", mistake) for mistake in configuration.mistakes),
        *(doubtful("configuration", warning) for warning in configuration.warnings),
    )
    devices = len({(job.device.hosts, job.device.port) for job in jobs})
    return said or (well("configuration", f"{len(jobs)} certificate(s) on {devices} BIG-IP(s), no mistake"),)


def notified(urls: Sequence[Secret]) -> Iterator[Look]:
    """Say whether Apprise can use each URL of those who are told; nobody is told anything."""
    what = "NOTIFY_URLS"
    if urls and not sending.is_possible():
        yield doubtful(what, sending.MISSING)
        return
    try:
        found = sending.faults(urls) if urls else []
    except ConnectorError as error:
        yield doubtful(what, str(error))
        return
    for number, (url, fault) in enumerate(zip(urls, found, strict=True), 1):
        name = name_of(number, url)
        yield doubtful(what, f"{name}: {fault}") if fault else well(what, f"{name}: Apprise can use it")


def room(state: Path, certificates: int) -> Look:
    """Look at the room that is left under ``STATE_DIR`` for a user like us, in bytes and in files."""
    what, needed, files = "room", ROOM * (certificates + 1), FILES * (certificates + 1)
    try:
        found = os.statvfs(state)
    except OSError as error:
        return doubtful(what, f"how much is free under STATE_DIR {state} is not known ({error.strerror})")
    free, inodes = found.f_bavail * found.f_frsize, found.f_favail if found.f_files else None  # 0: there is no limit
    left = "" if inodes is None else f" and {inodes} files"
    text = f"{size(free)}{left} are free under STATE_DIR {state}; a run over everything needs {size(needed)}"
    if free < needed or (inodes is not None and inodes < files):
        return wrong(what, text, REMEDY)
    scarce = free < PLENTY * needed or (inodes is not None and inodes < PLENTY * files)
    return doubtful(what, text, "make room before a run finds none") if scarce else well(what, text)


def size(count: int) -> str:
    """Return a number of bytes in words, rounded down."""
    power = min((max(count, 1).bit_length() - 1) // 10, len(UNITS) - 1)
    return f"{count >> (10 * power)} {UNITS[power]}"
