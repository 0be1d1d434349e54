"""``sys crypto``: keys created on the device; the objects are those of ``sys file``.

Shapes: answers of a 14.1.2.1. Requests: F5 Ansible, F5's AS3 SDK, DigiCert's F5 plugin. That ``create sys crypto
key`` takes a passphrase over REST is unproven; the switches hold the answers that a device might give.
"""

from __future__ import annotations

from sectigo_f5.simulator.certificates import csrs, files, installation, pem
from sectigo_f5.simulator.refusals import of_objects, of_pairs
from sectigo_f5.simulator.refusals.refusal import UnknownCallError
from sectigo_f5.simulator.state.configuration import Item, Json, check_folder, check_name, full_path, split_path
from sectigo_f5.simulator.state.kinds import KINDS
from sectigo_f5.simulator.state.work import Work, is_unset, normalize
from sectigo_f5.simulator.switches import IGNORED, NAMES_THE_CSR, NOT_TOLD, REJECTED, SILENTLY_NORMAL

_KEY = (
    *csrs.PLACE,
    *csrs.SUBJECT_PROPERTIES,
    "keyType",
    "keySize",
    "curveName",
    "securityType",
    "passphrase",
    "options",
)
RSA_SIZES = ("1024", "2048", "3072", "4096")


def post(work: Work, what: str, request: object) -> Json:
    """Create a key or a CSR, or install a file."""
    body = normalize(request)
    if body.get("command") == "install" and what in installation.KINDS:
        return installation.install(work, what, body)
    if what == "key":
        return create_key(work, body)
    if what == "csr":
        return csrs.create(work, body)
    raise UnknownCallError(f"POST sys/crypto/{what} with the command {body.get('command')}")


def create_key(work: Work, body: Json) -> Json:
    """Create a key on the device, with a CSR in the same call if ``options`` contain ``gen-csr``."""
    csrs.check_properties(body, _KEY, "key")
    path = _new_path(work, files.KEY, body)
    passphrase = _passphrase(work, body)
    key = _generate(work, body)
    item = Item(files.KEY, path, {"sourcePath": f"file:///config/ssl/ssl.key/{split_path(path)[2]}"}, generation=0)
    stored = files.store_key(work, item, pem.key_pem(key, passphrase), passphrase or "")
    request = None
    value = _gen_csr(body)
    if value is not None:
        csrs.check_allowed(work, stored, work.switches.csr_with_key or work.switches.csr_for_password_keys)
        request = csrs.store(work, _gen_csr_path(work, path, value), key, body, own_copy=True)
    work.configuration.put(stored)
    echoed = {name: value for name, value in body.items() if name not in (*csrs.PLACE, "passphrase")}
    return csrs.answer(work, "key", path, {**echoed, **csrs.command_result(request, work.switches.prints_csr_of_key)})


def _generate(work: Work, body: Json) -> pem.PrivateKey:
    kind = str(body.get("keyType") or "rsa-private")
    if body.get("curveName") and work.switches.curve_name == REJECTED:
        raise of_objects.bad_request('"curve-name" is an unknown property of sys crypto key')
    requested = None if work.switches.curve_name == IGNORED else body.get("curveName")
    size, curve = str(body.get("keySize") or "2048"), str(requested or "prime256v1")
    if kind == "rsa-private" and size not in RSA_SIZES:
        raise of_objects.bad_value("keySize", size)
    if kind == "ec-private" and curve not in pem.CURVES:
        raise of_objects.bad_value("curveName", curve)
    if kind not in ("rsa-private", "ec-private"):
        raise UnknownCallError(f"the keyType {kind}")
    return pem.make_key(kind, size, curve)


def _passphrase(work: Work, body: Json) -> str | None:
    """Return the passphrase that protects the key, or None; what other devices answer is a switch. Texts uncertain."""
    security_type = str(body.get("securityType") or "normal")
    if security_type not in ("normal", "password"):
        raise UnknownCallError(f"the securityType {security_type}: there is no hardware security module")
    if security_type == "normal":
        return None
    manner = work.switches.password_keys(body.get("keyType") == "ec-private")
    if manner == REJECTED:
        raise of_objects.bad_request('"passphrase" is an unknown property of sys crypto key')
    if manner == SILENTLY_NORMAL:
        return None
    if is_unset(body.get("passphrase")):
        raise of_pairs.passphrase_missing()
    return str(body["passphrase"])


def _gen_csr(body: Json) -> str | None:
    """Return the value of ``"options": [{"gen-csr": "…"}]``, or None if no CSR is requested."""
    options = {name: str(value) for option in body.get("options") or [] for name, value in option.items()}
    if set(options) - {"gen-csr"}:
        raise UnknownCallError(f"the option {', '.join(options)} of sys/crypto/key")
    return options.get("gen-csr")


def _gen_csr_path(work: Work, key: str, value: str) -> str:
    """Return the CSR's name: ``base.csr`` on TMOS 13, the key's own from 14 (DigiCert's F5 plugin looks for both).

    That the option's value has no meaning is uncertain: it may be the name.
    """
    if work.switches.gen_csr_value == NAMES_THE_CSR:
        return full_path(value, split_path(key)[0])
    return key if work.switches.names_csr_as_the_key else f"{key.removesuffix('.key')}.csr"


# -- showing -----------------------------------------------------------------------------------


def show(work: Work, what: str, item: Item, echo: str = "") -> Json:
    """Return a key or certificate: the full path in ``name``, no partition, sizes as texts."""
    shown = csrs.envelope(work, what, echo or item.path, item.generation)
    if what == "key":
        words = {"keySize": str(item.get("keySize")), "keyType": item.get("keyType")}
        return {**shown, **words, "securityType": item.get("securityType")}
    return {**shown, **_certificate(work, item)}


def _certificate(work: Work, item: Item) -> Json:
    shown = files.show_certificate(work, item)
    names = {word: name for name, word in csrs.SUBJECT.items()}
    subject = pem.subject_attributes(files.described_certificate(work, item))
    described = {names[word]: value for word, value in subject if word in names}
    raw = {
        "certificateKeySize": str(shown["certificateKeySize"]),
        "expiration": shown["expirationString"],
        "issuer": shown["issuer"],
        "publicKeyType": "RSA" if shown["keyType"].startswith("rsa") else "ECDSA",
    }
    below = {"link": work.link("sys/crypto/cert", item.path, "/cert-validators"), "isSubcollection": True}
    printed = {"fingerprint": shown["fingerprint"]} if "fingerprint" in shown else {}
    return {"apiRawValues": raw, **described, **printed, "certValidatorsReference": below}


def _new_path(work: Work, kind: str, body: Json) -> str:
    if is_unset(body.get("name")):
        raise of_objects.nothing_specified()
    path = csrs.path_in(body)
    check_name(path)
    files.check_name(work, path)
    check_folder(work.configuration, path)
    if work.configuration.find(kind, path) is not None:
        raise of_objects.exists(KINDS[kind].title, path, split_path(path)[0])
    work.check_may_change(Item(kind, path, {}))
    return path


def file_item(work: Work, what: str, path: str) -> Item:
    """Return the file object behind ``sys crypto key`` or ``cert``."""
    kind = installation.FILES[what]
    item = work.configuration.find(kind, path)
    if item is None:
        raise of_objects.not_found(KINDS[kind].title, path)
    return item


def list_all(work: Work, what: str) -> list[Json]:
    """Return every key, certificate or CSR."""
    if what == "csr":
        return [csrs.show(work, item) for item in csrs.list_all(work.world)]
    return [show(work, what, item) for item in work.configuration.of(installation.FILES[what])]


def get(work: Work, what: str, path: str, echo: str = "") -> Json:
    """Return one of them; refuses one that does not exist."""
    if what == "csr":
        return csrs.show(work, csrs.require(work.world, path), echo)
    return show(work, what, file_item(work, what, path), echo)


def delete(work: Work, what: str, path: str) -> None:
    """Delete one of them."""
    if what == "csr":
        csrs.delete(work, path)
    else:
        work.remove(file_item(work, what, path))


def allow_key_export(work: Work) -> Json:
    """Return ``sys crypto allow-key-export``."""
    kind = "tm:sys:crypto:allow-key-export:allow-key-exportstate"
    told = work.switches.key_export
    value = {} if told == NOT_TOLD else {"value": told}
    return {"kind": kind, "selfLink": work.link("sys/crypto/allow-key-export"), **value}
