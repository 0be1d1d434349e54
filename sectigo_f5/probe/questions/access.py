"""Who may do what: the user, what it may read, the HA group, the shell, files to and from the device."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote

import requests

from sectigo_f5.bigip import readers
from sectigo_f5.bigip.holdings.standing import FAILOVER_STATUS, is_active
from sectigo_f5.bigip.permissions import ALL_PARTITIONS, roles_of
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.icontrol.lists.manner import Manner
from sectigo_f5.icontrol.transfer import BULK, BULK_URL, CHUNK, DOWNLOADS, UPLOADS_URL
from sectigo_f5.probe import endpoints as read
from sectigo_f5.probe.bench import Bench, NotAskedError, RefusedError
from sectigo_f5.probe.catalogue.nouns import REJECTED, WORKS
from sectigo_f5.probe.making import files
from sectigo_f5.probe.seen import Seen, printed

ROLES = ("admin", "resource-admin", "certificate-manager", "manager", "guest")
NOT_TOLD = "not-told"
GROUPS, SYNC_STATUS = "/mgmt/tm/cm/device-group", "/mgmt/tm/cm/sync-status"
TRAFFIC_GROUP = "/mgmt/tm/cm/traffic-group/~Common~traffic-group-1/stats"  # every BIG-IP has it
CONTENT = b"a scratch file of sectigo-f5 probe\n"


def user(bench: Bench) -> None:
    """Ask for the role and the shell; of a remote user the BIG-IP tells nothing."""
    seen = bench.ask("GET", f"/mgmt/tm/auth/user/{quote(bench.unit.device.username)}")
    shown = bench.settled(seen, "a look at the user").body
    roles = roles_of(shown)
    everywhere = next((roles[every] for every in ALL_PARTITIONS if every in roles), None)
    role = roles.get(bench.partition) or everywhere or next(iter(roles.values()), NOT_TOLD)
    bench.find("role", role if role in (*ROLES, NOT_TOLD) else "other")
    where = "all-partitions" if everywhere else ("one" if len(roles) == 1 else "several") if roles else NOT_TOLD
    bench.find("role_where", where)
    shell = str(shown.get("shell", NOT_TOLD))
    bench.find("shell_told", shell if shell in ("bash", "tmsh", "none") else NOT_TOLD)


# -- what is read ------------------------------------------------------------------------------


def endpoints(bench: Bench) -> None:
    """Read each collection and object that the connector reads, of a collection one object at the most."""
    seen = {path: bench.ask("GET", path) for path in read.OBJECTS}
    for name, select in read.COLLECTIONS.items():
        seen[read.TM + name] = bench.ask(
            "GET", read.TM + name, query=Manner(1, select, expand=name in read.EXPANDED).query(0)
        )
    for name in read.BY_NAME:
        seen[read.TM + name] = bench.ask("GET", object_url(name, bench.scratch.path("absent")))
    seen[read.EXPORT] = export = bench.ask("GET", read.EXPORT)
    told = export.body.get("value")
    bench.find("key_export", told if told in ("enabled", "disabled") else NOT_TOLD)
    seen[read.ACCESS_PROFILES] = _module(bench, "apm", read.ACCESS_PROFILES, Manner(1, read.NAMES, expand=False))
    seen[read.AS3] = _module(bench, "as3", read.AS3, Manner(None, (), expand=False))
    hidden = [path for path, answer in seen.items() if answer.refused_permission]
    if hidden:
        raise RefusedError(f"this user may not read {', '.join(hidden)}")


def _module(bench: Bench, finding: str, path: str, manner: Manner) -> Seen:
    """Find whether something is installed by whether its path answers; a role that is too low tells nothing."""
    seen = bench.there(path, manner.query(0))
    if seen.status == requests.codes.bad_request and manner.query(0):  # perhaps for the options
        seen = bench.there(path)
    if not seen.refused_permission:
        bench.find(finding, seen.ok)
    if seen.unregistered and "not_registered" not in bench.texts:
        bench.note_text("not_registered", seen, path=path.removeprefix("/mgmt"))
    return seen


def high_availability(bench: Bench) -> None:
    """Ask whether the unit is active, and what its group does by itself."""
    active = is_active(bench.must(bench.ask("GET", FAILOVER_STATUS), "the state of the unit").body)
    sync = next(readers.statistics(bench.ask("GET", SYNC_STATUS).body), {})
    bench.ask("GET", "/mgmt/tm/cm/device")
    bench.ask("GET", TRAFFIC_GROUP)
    told = bench.settled(bench.ask("GET", GROUPS), "the device groups")
    groups = [each for each in _objects(told.body) if each.get("type") == "sync-failover"]
    alone = sync["mode"] == "standalone" if "mode" in sync else told.ok and not groups
    bench.find("ha", "standalone" if alone else "active" if active else "standby")
    by_itself = any(readers.flag(each, "autoSync") for each in groups)
    bench.find("auto_sync", by_itself if told.ok else NOT_TOLD)


def _objects(collection: Json) -> list[Json]:
    items = collection.get("items")
    return [each for each in items if isinstance(each, dict)] if isinstance(items, list) else []


# -- the shell, files --------------------------------------------------------------------------


def shell(bench: Bench) -> None:
    """Have the shell print something on both of its outputs."""
    out, err = bench.scratch.name("out"), bench.scratch.name("err")
    seen = bench.settled(bench.bash(f"echo {out}; echo {err} >&2", repeatable=True), "util/bash")
    bench.find("bash", out in printed(seen))
    if out in printed(seen):
        bench.find("stderr_in_answer", err in printed(seen))
    elif not seen.message.startswith("Authorization failed"):  # which says nothing of a shell
        bench.note_text("no_shell", seen)


def upload(bench: Bench) -> None:
    """Upload a small file, if it can be deleted again."""
    name = bench.scratch.name("upload.txt")
    files.must_be_deletable(bench, f"{DOWNLOADS}/{name}")
    seen = bench.settled(_upload(bench, bench.scratch.upload("upload.txt")), "an upload")
    bench.find("uploads", WORKS if seen.ok else REJECTED)
    names = {"user": bench.unit.device.username, "path": f"{UPLOADS_URL}/{name}", "method": "POST"}
    bench.note_text("upload_refused", seen, **names)


def _upload(bench: Bench, name: str) -> Seen:
    total = len(CONTENT)
    headers = {"Content-Type": "application/octet-stream", "Content-Range": f"0-{total - 1}/{total}"}
    return bench.ask("POST", f"{UPLOADS_URL}/{quote(name)}", raw=CONTENT, headers=headers, repeatable=True)


def file_tools(bench: Bench) -> None:
    """List a file, move it to where it can be downloaded, fetch it, and remove it: as a CSR is read."""
    name = bench.scratch.name("tools.txt")
    source, target = f"{DOWNLOADS}/{name}", f"{BULK}/{name}"
    if not files.unix(bench, "ls", source).ok:
        bench.find("unix_tools", value=False)
        return
    bench.scratch.file(source)
    bench.scratch.file(target)
    if not _stored(bench, name):
        raise NotAskedError("this user can store no file on the device")
    moves = _shows(bench, source) and files.unix(bench, "mv", f"{source} {target}").ok
    fetches = moves and _fetched(bench, name)
    bench.find("unix_tools", fetches and files.unix(bench, "rm", target).ok and not _shows(bench, target))


def _stored(bench: Bench, name: str) -> bool:
    """Store the file, by the shell if it cannot be uploaded."""
    if _upload(bench, name).ok:
        return True
    text = CONTENT.decode().rstrip()
    return bench.bash(f"echo {text} > {DOWNLOADS}/{name}", repeatable=True).ok


def _shows(bench: Bench, file: str) -> bool:
    """Tell whether a file is there, by what ``ls`` prints; what it does not find, it names, too."""
    text = printed(files.unix(bench, "ls", file))
    return file in text and "no such file" not in text.lower()


def _fetched(bench: Bench, name: str) -> bool:
    """Download the file by a range that is wider than it, and if that is refused by its own."""
    path, total = f"{BULK_URL}/{quote(name)}", len(CONTENT)
    seen = _download(bench, path, f"0-{CHUNK - 1}/0")
    right = _is_right(seen)
    told = right or seen.status == requests.codes.bad_request
    bench.find("bulk_download", str(seen.status) if told and seen.status in (200, 206, 400) else "other")
    if seen.status == requests.codes.bad_request:
        return _is_right(_download(bench, path, f"0-{total - 1}/{total}"))
    return right


def _download(bench: Bench, path: str, part: str) -> Seen:
    """Download a part of the file, once more if that was cut short."""
    seen = bench.settled(bench.ask("GET", path, headers={"Content-Range": part}), "a download")
    return bench.ask("GET", path, headers={"Content-Range": part}) if seen.ok and not _is_right(seen) else seen


def _is_right(seen: Seen) -> bool:
    return seen.answer is not None and seen.answer.content == CONTENT


ASKED: Mapping[str, Callable[[Bench], None]] = {
    "user": user,
    "endpoints": endpoints,
    "high-availability": high_availability,
    "shell": shell,
    "upload": upload,
    "file-tools": file_tools,
}
