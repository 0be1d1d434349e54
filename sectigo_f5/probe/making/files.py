"""Files of the device, which nobody brings there who could not delete them again."""

from __future__ import annotations

from sectigo_f5.probe.bench import Bench, NotAskedError
from sectigo_f5.probe.seen import Seen, printed

NOT_BROUGHT = "this user may delete no file, so none is uploaded"


def must_be_deletable(bench: Bench, file: str) -> None:
    """Raise :class:`NotAskedError` unless this user may delete files; tried once, by one that is not there."""
    if bench.deletes_files is None:
        bench.deletes_files = unix(bench, "rm", file).ok or _by_shell(bench, file)
    if not bench.deletes_files:
        raise NotAskedError(NOT_BROUGHT)


def unix(bench: Bench, tool: str, arguments: str) -> Seen:
    """Run ``util/unix-rm`` or another of these; raises :class:`ConnectorError` if it fails by itself."""
    body = {"command": "run", "utilCmdArgs": arguments}
    seen = bench.ask("POST", f"/mgmt/tm/util/unix-{tool}", body, repeatable=tool != "mv")
    return bench.settled(seen, f"unix-{tool}")


def _by_shell(bench: Bench, file: str) -> bool:
    return "removed" in printed(bench.bash(f"rm -f {file}; echo removed", repeatable=True))
