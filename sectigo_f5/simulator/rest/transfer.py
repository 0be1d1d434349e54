"""``shared/file-transfer``: uploads in chunks, bulk downloads.

Sources: f5-sdk and F5 Ansible (ranges without ``bytes``), go-bigip (the answer's fields).
"""

from __future__ import annotations

import re

from sectigo_f5.simulator.refusals import of_objects
from sectigo_f5.simulator.refusals.refusal import Refusal
from sectigo_f5.simulator.state.configuration import Json
from sectigo_f5.simulator.state.disk import BULK, DOWNLOADS, UPLOADING
from sectigo_f5.simulator.state.work import World

_RANGE = re.compile(r"(\d+)-(\d+)/(\d+|\*)")
_NAME = re.compile(r"(?!\.{1,2}\Z)[\w.%+@=-]+")


def upload(world: World, name: str, content: bytes, content_range: str) -> Json:
    """Store one chunk; the file appears when its last byte has arrived."""
    start, end, total = _range(content_range)
    if end - start + 1 != len(content) or end >= total or not _NAME.fullmatch(name):
        raise of_objects.bad_request(f"Chunk range ({content_range}) does not match the content's {len(content)} bytes")
    temporary = world.disk.root / f"{UPLOADING}/{name}".lstrip("/")
    have = temporary.stat().st_size if temporary.exists() else 0
    if start and start != have:
        raise of_objects.bad_request(f"Invalid chunk: {start} does not follow the {have} bytes received so far")
    with temporary.open("ab" if start else "wb") as file:
        file.write(content)
    if end + 1 == total:
        temporary.replace(world.disk.root / f"{DOWNLOADS}/{name}".lstrip("/"))
    return {
        "remainingByteCount": total - end - 1,
        "usedChunks": {str(start): len(content)},
        "totalByteCount": total,
        "localFilePath": f"{DOWNLOADS}/{name}",
        "temporaryFilePath": f"{UPLOADING}/{name}",
        "generation": 0,
        "lastUpdateMicros": int(world.clock() * 1_000_000),
    }


def download(world: World, name: str, content_range: str) -> tuple[int, bytes, str]:
    """Return status, content and ``Content-Range``.

    A range within the file is answered with 200 (BIGREST accepts nothing else for later chunks), a
    wider one with the whole file, or with 400 and the true range: f5-sdk's code and comments disagree,
    so it is a switch.
    """
    content = world.disk.read(f"{BULK}/{name}") if _NAME.fullmatch(name) else None
    if content is None:
        raise Refusal(404, f"java.io.FileNotFoundException: {BULK}/{name} (No such file or directory)")
    start, end, _ = _range(content_range) if content_range else (0, len(content) - 1, 0)
    total = len(content)
    if start >= total and total:
        raise of_objects.bad_request(f"Invalid range {content_range} for {total} bytes")
    if end < total:
        return 200, content[start : end + 1], f"{start}-{end}/{total}"
    status = world.switches.bulk_status
    body = b"" if status == 400 else content[start:]  # noqa: PLR2004
    return status, body, f"{start}-{total - 1}/{total}"


def _range(text: str) -> tuple[int, int, int]:
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        raise of_objects.bad_request(f"Content-Range header is missing or invalid: {text!r}")
    return int(match[1]), int(match[2]), int(match[3]) if match[3] != "*" else 0
