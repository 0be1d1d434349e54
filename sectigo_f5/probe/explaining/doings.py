"""What the connector does on the BIG-IP of a report, where that follows from several findings together; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from sectigo_f5.bigip.obstacles import UNKNOWN_WITHOUT_RSA
from sectigo_f5.probe.catalogue.nouns import REJECTED, WORKS
from sectigo_f5.probe.explaining.findings import Findings
from sectigo_f5.probe.explaining.nouns import Means, unforeseen
from sectigo_f5.probe.explaining.routes import KINDS, route

NOT_KNOWN = Means("not known: too little was answered")


def doings(found: Findings) -> Iterator[tuple[str, Means]]:
    """Yield what is done, and how it is done here."""
    for kind, question in KINDS.items():
        how = route(found, question)
        yield f"keys of {kind}", Means(str(how), unforeseen=how.is_closed and _may_everything(found))
    for what, how_of in _OTHERS.items():
        yield what, how_of(found)


def _may_everything(found: Findings) -> bool:
    """Tell whether the user has what docs/permissions.md asks for: then nothing that is closed is closed for that."""
    rights = (found.works("upload", "uploads"), found.works("shell", "bash"))
    return found.word("user", "role") in ("admin", "not-told") and all(rights)


def _certificates(found: Findings) -> Means:
    uploads, shell = found.works("upload", "uploads"), found.works("shell", "bash")
    role = found.word("user", "role")
    if uploads and role not in (None, "admin", "not-told"):
        return unforeseen(f"sent by upload, which other releases refuse to the role {role}")
    if uploads:
        return Means("sent by upload")
    if uploads is None or shell is None:
        return NOT_KNOWN
    return Means("sent through util/bash, in pieces") if shell else Means("not stored: this user can send none")


def _ecdsa_alone(found: Findings) -> Means:
    alone, release = found.works("profile-ec-only", "ec_only"), _major(found)
    if alone is None or release is None:
        return NOT_KNOWN
    refused = release < UNKNOWN_WITHOUT_RSA  # before anything is ordered
    if alone and refused:
        return unforeseen("refused by the connector, unless a profile here is so already; the BIG-IP would take it")
    if alone:
        return Means("put in service")
    return Means("refused" if refused else "refused by the BIG-IP: write `keys:` with an RSA key, too")


def _going_back(found: Findings) -> Means:
    own = found.word("profile-by-ciphertext", "own_ciphertext")
    needed = found.word("profile-without-passphrase", "profile_passphrase")
    if own == WORKS:
        return Means("put back by the BIG-IP's own text of the passphrase")
    if own == REJECTED and needed == "optional":
        return Means("put back by the passphrase in the key object")
    if own == REJECTED and needed == "required":
        return unforeseen("not put back: `rollback` fails, and a change that went wrong cannot be taken back")
    return NOT_KNOWN


def _saving(found: Findings) -> Means:
    whole, task = found.word("save", "save"), found.word("task", "task_save")
    if whole == REJECTED and task == REJECTED:
        return unforeseen("not at all by this user: a restart of the BIG-IP would undo each change")
    if whole == REJECTED and task == WORKS:
        return Means("by the asynchronous task")
    if whole is None and task == WORKS:
        return Means("not tried; there is the asynchronous task, too")
    return Means("at once") if whole == WORKS else NOT_KNOWN


def _rehearsal(found: Findings) -> Means:
    word = found.word("transaction", "validate_only")
    if word is None:
        return NOT_KNOWN
    return Means("before a certificate is ordered" if word == WORKS else "none")


def _major(found: Findings) -> int | None:
    first = re.match(r"\d+", found.report.release.version)
    return int(first[0]) if first else None


_OTHERS: dict[str, Callable[[Findings], Means]] = {
    "certificates": _certificates,
    "an ECDSA certificate alone": _ecdsa_alone,
    "a former pair": _going_back,
    "rehearsal of a change": _rehearsal,
    "saving": _saving,
}
