"""``sys crypto csr``: CSRs for keys on the device, and what they share with keys.

Shapes: an object of a 14.1.2.2 in F5 Ansible's unit tests. That the passphrase in a key's object opens
a protected key is unproven: no public code shows it, so it is a switch.
"""

from __future__ import annotations

from sectigo_f5.simulator.certificates import files, pem
from sectigo_f5.simulator.refusals import of_objects, of_pairs
from sectigo_f5.simulator.refusals.refusal import UnknownCallError
from sectigo_f5.simulator.state.configuration import Item, Json, check_folder, check_name, full_path, split_path
from sectigo_f5.simulator.state.disk import CSRS
from sectigo_f5.simulator.state.work import Work, World, is_unset
from sectigo_f5.simulator.switches import AS_SENT, COMMON_ONLY, EVERY_PARTITION, NONE, OTHER, REJECTED, TYPED

KIND = "sys/crypto/csr"
TITLE = "Certificate Signing Request File"
SUBJECT = {  # the property, and the attribute of the distinguished name
    "commonName": "CN",
    "ou": "OU",
    "organization": "O",
    "city": "L",
    "state": "ST",
    "country": "C",
    "emailAddress": "emailAddress",
}
SUBJECT_PROPERTIES = (*SUBJECT, "subjectAlternativeName", "challengePassword", "adminEmailAddress", "consumer")
PLACE = ("name", "partition")
PROPERTIES = (*PLACE, *SUBJECT_PROPERTIES, "key")


def create(work: Work, body: Json) -> Json:
    """Create a CSR for a key on the device; the passphrase in the key's object opens a protected key."""
    check_properties(body, PROPERTIES, "csr")
    if is_unset(body.get("key")) or is_unset(body.get("name")):
        raise of_objects.nothing_specified()
    path = path_in(body)
    check_name(path)
    check_folder(work.configuration, path)
    key_path = full_path(str(body["key"]), str(body.get("partition") or ""))
    item = work.configuration.find(files.KEY, key_path)
    if item is None:
        raise of_pairs.file_missing("key", key_path)
    check_allowed(work, item, work.switches.csr_for_password_keys)
    sealed = item.get("passphrase")
    key = pem.open_key(item.content, work.world.vault.open(sealed) if sealed else None)
    if key is None:
        raise of_pairs.bad_import()
    request = store(work, path, key, body)
    echoed = {name: value for name, value in body.items() if name not in (*PLACE, "challengePassword")}
    return answer(work, "csr", path, {**echoed, **command_result(request, work.switches.csr_pem_in_answer)})


def check_allowed(work: Work, key: Item, manner: str) -> None:
    """Refuse a CSR for a protected key if the device does."""
    if key.get("securityType") == "password" and manner == REJECTED:
        raise of_pairs.csr_refused(key.path)


def store(work: Work, path: str, key: pem.PrivateKey, body: Json, *, own_copy: bool = False) -> bytes:
    """Create a CSR and store it; refuses to overwrite one.

    The plain file below ``/config/ssl/ssl.csr``, whose name has no partition, *is* the object: F5
    Ansible moves it away, and the object is gone. A CSR created together with its key has a copy of its
    own: F5's AS3 SDK removes the file, and lists the CSR afterwards.
    """
    if find(work.world, path) is not None:
        raise of_objects.exists(TITLE, path, split_path(path)[0])
    subject = {word: str(body[name]) for name, word in SUBJECT.items() if not is_unset(body.get(name))}
    try:
        request = pem.make_request(key, subject, str(body.get("subjectAlternativeName") or ""))
    except ValueError as error:
        raise of_objects.bad_value("subjectAlternativeName", body.get("subjectAlternativeName")) from error
    kind, size, _ = pem.describe_key(key, "public")
    shown = {name: str(body[name]) for name in (*SUBJECT, "subjectAlternativeName") if not is_unset(body.get(name))}
    raw = {"keySize": str(size), "publicKeyType": "RSA" if kind.startswith("rsa") else "ECDSA"}
    partition, _, name = split_path(path)
    file = f"{CSRS}/{name}"
    where = work.switches.csr_file
    has_file = where == EVERY_PARTITION or (where == COMMON_ONLY and partition == "Common")
    if has_file:
        work.world.disk.write(file, request)
    backing = {"file": file} if has_file and not own_copy else {}
    generation = work.configuration.generation
    work.world.csrs[path] = Item(KIND, path, {**shown, "apiRawValues": raw, **backing}, generation, request)
    return request


def find(world: World, path: str) -> Item | None:
    """Return a CSR object; None if there is none, or if the file that it was is gone."""
    item = world.csrs.get(path)
    if item is None or (item.get("file") and world.disk.read(item.get("file")) is None):
        return None
    return item


def list_all(world: World) -> list[Item]:
    """Return every CSR object, by path."""
    items = (find(world, path) for path in sorted(world.csrs))
    return [item for item in items if item is not None]


def require(world: World, path: str) -> Item:
    """Return a CSR object; refuses one that does not exist."""
    item = find(world, path)
    if item is None:
        raise of_objects.not_found(TITLE, path)
    return item


def command_result(request: bytes | None, prints: bool) -> Json:
    """Return the PEM as ``commandResult`` if the device prints it in its answer: unproven, so a switch."""
    return {"commandResult": request.decode()} if request and prints else {}


def show(work: Work, item: Item, echo: str = "") -> Json:
    """Return a CSR object: metadata only, and its name as the URL spelled it."""
    shown = {name: value for name, value in item.properties.items() if name != "file"}
    if "subjectAlternativeName" in shown:
        shown |= _names(work, shown.pop("subjectAlternativeName"))
    return {**envelope(work, "csr", echo or item.path, item.generation), **shown}


def _names(work: Work, sent: str) -> Json:
    """Return the alternative names as they are shown; how is uncertain."""
    spelled = {AS_SENT: sent, TYPED: sent.lower(), OTHER: f"names: {sent.count(',') + 1}", NONE: ""}
    shown = spelled[work.switches.csr_names]
    return {"subjectAlternativeName": shown} if shown else {}


def show_file(work: Work, item: Item) -> Json:
    """Return a CSR as a file object, if there is one; its shape is uncertain."""
    partition, _, name = split_path(item.path)
    return {
        "kind": "tm:sys:file:ssl-csr:ssl-csrstate",
        "name": name,
        "partition": partition,
        "fullPath": item.path,
        "generation": item.generation,
        "selfLink": work.link("sys/file/ssl-csr", item.path),
        "checksum": pem.checksum(item.content),
        "size": len(item.content),
    }


def delete(work: Work, path: str) -> None:
    """Delete a CSR object and, unless it stays by switch, its file."""
    require(work.world, path)
    del work.world.csrs[path]
    if not work.switches.csr_file_stays:
        work.world.disk.remove(f"{CSRS}/{split_path(path)[2]}")


# -- shared with keys --------------------------------------------------------------------------


def envelope(work: Work, what: str, echo: str, generation: int = 1) -> Json:
    """Return what every object of ``sys crypto`` shows: the full path in ``name``, no partition."""
    return {
        "kind": f"tm:sys:crypto:{what}:{what}state",
        "name": echo,
        "fullPath": echo,
        "generation": generation,
        "selfLink": work.link(f"sys/crypto/{what}", echo),
    }


def answer(work: Work, what: str, path: str, echoed: Json) -> Json:
    """Return the answer to a POST: the request, echoed."""
    return {**envelope(work, what, path, work.configuration.generation), **echoed}


def path_in(body: Json) -> str:
    """Return the full path that a POST names."""
    return full_path(str(body.get("name") or ""), str(body.get("partition") or ""))


def check_properties(body: Json, properties: tuple[str, ...], what: str) -> None:
    """Raise :class:`UnknownCallError` for properties that the simulator does not know."""
    strangers = sorted(set(body) - set(properties))
    if strangers:
        raise UnknownCallError(f"the property {', '.join(strangers)} of sys/crypto/{what}")
