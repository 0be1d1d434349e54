"""CSRs on the device, and how to read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sectigo_f5.bigip.keys import bodies
from sectigo_f5.bigip.readers import alternative_names, text
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.probe.bench import Bench, NotAskedError
from sectigo_f5.probe.catalogue.nouns import REJECTED, WORKS
from sectigo_f5.probe.clearing.deleting import run_program
from sectigo_f5.probe.making import csrs, keys
from sectigo_f5.probe.making.keys import RSA_2048
from sectigo_f5.secret import one_time_passphrase

NO_KEY = "no call makes a protected key"


def of_key(bench: Bench) -> None:
    """Ask for the CSR of a protected key that is there."""
    made = keys.ask_for(bench, "of-key.key", RSA_2048)
    if not made.protected:
        raise NotAskedError(NO_KEY)
    path, answer = csrs.ask_for(bench, "of-key.csr", made.path)
    works = bench.did(answer, "a CSR")
    if works:
        in_answer = bodies.request_in(answer.body) is not None
        if not bench.shown(object_url(csrs.CSR, path)) and not in_answer:
            raise ConnectorError("the BIG-IP does not show the CSR that it was asked to make")
        bench.find("csr_pem_in_answer", in_answer)
    bench.find("csr_for_password_keys", WORKS if works else REJECTED)
    if works:
        _delete(bench, path)


def _delete(bench: Bench, path: str) -> None:
    """Delete a CSR, and look whether its file is still there, as far as this user may look."""
    listed = (
        run_program(bench.client, "ls", csrs.file_of(path)) if bench.delete(object_url(csrs.CSR, path)).ok else None
    )
    if listed is not None:
        bench.find(
            "csr_file_stays", csrs.file_of(path) in listed.split()
        )  # a file that is gone is in a sentence: ``x:``


def with_key(bench: Bench) -> None:
    """Ask for a protected key and its CSR in one call, and look for the CSR under three names."""
    made, places = _both(bench, "both")
    if made.shown is None:
        if not keys.ask_for(bench, "alone.key", RSA_2048).protected:
            raise NotAskedError(NO_KEY)
        bench.find("csr_with_key", REJECTED)
        return
    in_answer = bodies.request_in(made.answer.body) is not None
    name = next((name for name, path in places.items() if csrs.shown(bench, path)), "other")
    somewhere = name != "other" or csrs.with_our_names(bench) or in_answer
    bench.find("csr_name", name)
    bench.find("csr_with_key_in_answer", in_answer)
    if made.protected:
        bench.find("csr_with_key", WORKS if somewhere else REJECTED)


def _both(bench: Bench, stem: str) -> tuple[keys.Made, Mapping[str, str]]:
    """Ask for both in one call; returns the key, and where its CSR may be, by the words of ``csr_name``."""
    path, value = bench.scratch.path(f"{stem}.key"), f"{stem}-value.csr"
    suffixes = {"as-the-key": f"{stem}.key", "csr": f"{stem}.csr", "the-value": value}
    places = {name: bench.scratch.path(suffix) for name, suffix in suffixes.items()}
    bench.scratch.object(keys.KEY, path)
    for place in places.values():
        csrs.note(bench, place)
    with one_time_passphrase() as passphrase:
        body = bodies.protected_key(path, RSA_2048, passphrase)
        body = bodies.with_request(body, csrs.subject(bench), bench.scratch.name(value))
        return keys.send(bench, path, body), places


def reading(bench: Bench) -> None:
    """Ask for a CSR in every way; the last one moves its file away."""
    path = _csr(bench)
    told = text(csrs.shown(bench, path), "subjectAlternativeName")
    sent = csrs.subject(bench)["subjectAlternativeName"]
    same = alternative_names(told or "") == frozenset(csrs.names(bench))
    bench.find("csr_names", "none" if told is None else "as-sent" if told == sent else "typed" if same else "other")
    bench.find("csr_in_file_objects", bench.ask("GET", object_url("sys/file/ssl-csr", path)).ok)
    ways = {"csr_by_tmsh": csrs.by_tmsh, "csr_by_filestore": csrs.by_filestore, "csr_by_file": csrs.by_file}
    for name, read in ways.items():
        bench.find(name, WORKS if read(bench, path) else REJECTED)


def _csr(bench: Bench) -> str:
    """Make a CSR to be read, of whatever key there is; returns its full path."""
    made = keys.ask_for(bench, "reading.key", RSA_2048)
    if made.shown is None:
        raise NotAskedError(NO_KEY)
    path, answer = csrs.ask_for(bench, "reading.csr", made.path)
    if bench.did(answer, "a CSR"):
        return path
    places = _both(bench, "reading-both")[1].values()
    found = next((path for path in places if csrs.shown(bench, path)), None)
    if found is None:
        raise NotAskedError("no call makes a CSR of a protected key")
    return found


ASKED: Mapping[str, Callable[[Bench], None]] = {
    "csr-of-key": of_key,
    "csr-with-key": with_key,
    "csr-reading": reading,
}
