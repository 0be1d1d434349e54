"""``sys file ssl-key`` and ``ssl-cert``: how files are read, stored and shown."""

from __future__ import annotations

import functools

from cryptography import x509

from sectigo_f5.simulator.certificates import pem
from sectigo_f5.simulator.refusals import of_objects, of_pairs
from sectigo_f5.simulator.state.configuration import Item, Json, full_path, split_path
from sectigo_f5.simulator.state.disk import DOWNLOADS, FILESTORE
from sectigo_f5.simulator.state.work import Work, is_unset
from sectigo_f5.simulator.switches import COMMON_NAME, LAST, NONE, NOT_TOLD, OF_THE_FILE, REJECTED, WORKS, Switches

KEY = "sys/file/ssl-key"
CERTIFICATE = "sys/file/ssl-cert"
_FOLDERS = {KEY: "certificate_key_d", CERTIFICATE: "certificate_d"}
_KEY_MODE = 0o100640
_CERTIFICATE_MODE = 0o100644


def change(work: Work, item: Item, body: Json, _: str) -> Item:
    """Apply a request: any ``sourcePath``, even an unchanged one, reads the file again (f5-sdk's tests)."""
    handled = ("passphrase", "securityType", "sourcePath")
    properties = {name: value for name, value in body.items() if name not in handled}
    if not is_unset(properties.get("issuerCert")):
        properties["issuerCert"] = _issuer(work, str(properties["issuerCert"]))
    content: bytes | None = item.content
    if "sourcePath" in body:
        properties["sourcePath"] = f"file://{_local(str(body['sourcePath']))}"
        content = work.world.disk.read(_local(str(body["sourcePath"])))
        if content is None:
            raise of_pairs.file_unreadable()
    elif not content:
        raise of_objects.nothing_specified()
    elif "passphrase" not in body:
        return item.with_properties(**properties)
    store = store_key if item.kind == KEY else store_certificate
    return store(work, item.with_properties(**properties), content, str(body.get("passphrase") or ""))


def check_name(work: Work, path: str) -> None:
    """Refuse a name that begins with a digit if the device does."""
    if work.switches.digit_first_certificates == REJECTED and split_path(path)[2][:1].isdigit():
        raise of_objects.bad_name(path)


def _issuer(work: Work, name: str) -> str:
    """Return the full path of the certificate that signed another one; refuses a missing one (text uncertain)."""
    path = full_path(name)
    if work.configuration.find(CERTIFICATE, path) is None:
        raise of_pairs.file_missing("certificate", path)
    return path


def _local(source: str) -> str:
    """Return the path in ``file:/x`` or ``file:///x``."""
    return "/" + source.removeprefix("file:").lstrip("/")


def store_key(work: Work, item: Item, content: bytes, passphrase: str) -> Item:
    """Store a key's PEM in an object, as supplied; the passphrase of an encrypted key is sealed with it."""
    encrypted = pem.is_encrypted(content)
    if passphrase and not encrypted:
        raise of_pairs.not_protected()
    sealed = work.world.vault.keep(passphrase) if passphrase else None
    key = pem.open_key(content, work.world.vault.open(sealed) if sealed else None)
    if key is None and (sealed or not encrypted):
        raise of_pairs.unknown_format(item.path)
    kind, size, curve = pem.describe_key(key, "private") if key else ("rsa-private", 0, "none")
    words = {"keyType": kind, "keySize": size, "curveName": curve}
    words["securityType"] = "password" if encrypted else "normal"
    others = {name: value for name, value in item.properties.items() if name != "passphrase"}
    properties = {**others, **words, **({"passphrase": sealed} if sealed else {})}
    return _stamp(work, Item(item.kind, item.path, properties, content=content), item)


def store_certificate(work: Work, item: Item, content: bytes, _: str = "") -> Item:
    """Store the PEM of one or several certificates in an object."""
    if not pem.certificates(content):
        raise of_pairs.unknown_format(item.path)
    return _stamp(work, Item(item.kind, item.path, item.properties, content=content), item)


def arrange(
    work: Work,
    path: str,
    certificate: str,
    key: str | None,
    passphrase: str | None,
    key_path: str | None = None,
    security_type: str | None = None,
) -> None:
    """Create ``/Common/x.crt`` and, if a key is given, ``/Common/x.key`` or ``key_path``, for a test."""
    pairs = {CERTIFICATE: (path, certificate), KEY: (key_path or path.removesuffix(".crt") + ".key", key)}
    for kind, (place, text) in pairs.items():
        if text is not None:
            item = Item(kind, place, {"sourcePath": f"file://{DOWNLOADS}/{split_path(place)[2]}"}, generation=0)
            store = store_key if kind == KEY else store_certificate
            stored = store(work, item, text.encode(), passphrase or "")
            given = {"securityType": security_type} if security_type and kind == KEY else {}
            work.configuration.put(stored.with_properties(**given))


def _stamp(work: Work, new: Item, before: Item) -> Item:
    now = work.world.timestamp()
    revision = int(before.get("revision") or 0) + 1
    first = {"createTime": before.get("createTime") or now, "createdBy": before.get("createdBy") or work.user}
    return new.with_properties(**first, lastUpdateTime=now, updatedBy=work.user, revision=revision)


def cache_path(work: Work, item: Item) -> str:
    """Return the file of an object in the file store, which is a hidden property (AxiansITSecurity/Restsh)."""
    return _place(item, list(work.configuration.items).index(item.place) + 1)


def _place(item: Item, number: int) -> str:
    partition, _, name = split_path(item.path)
    return (
        f"{FILESTORE}/{partition}_d/{_FOLDERS[item.kind]}/:{partition}:{name}_{27000 + number}_{item.get('revision')}"
    )


def write_file_store(work: Work) -> None:
    """Write the file store as on a device, for clients that read it (Keyfactor's orchestrator, public scripts)."""
    work.world.disk.clear(FILESTORE)
    for number, item in enumerate(work.configuration.items.values(), 1):
        if item.kind in _FOLDERS:
            work.world.disk.write(_place(item, number), item.content)
    for number, item in enumerate(work.world.csrs.values() if work.switches.csr_by_filestore == WORKS else (), 1):
        partition, _, name = split_path(item.path)
        file = f":{partition}:{name}_{28000 + number}_1"
        work.world.disk.write(f"{FILESTORE}/{partition}_d/certificate_signing_request_d/{file}", item.content)


def show_key(work: Work, item: Item) -> Json:
    """Return a key object, never with a PEM in it."""
    shown = {**item.properties, **_file(item, _KEY_MODE)}
    if "passphrase" in shown and work.switches.key_in_use_opens == "no":
        shown["passphrase"] = NONE
    if work.switches.key_in_use_opens == NOT_TOLD:
        shown.pop("passphrase", None)
    if not work.switches.before_14:
        shown["certOrderManagerReference"] = work.subcollection(item, "cert-order-manager")
    return shown


def described_certificate(work: Work, item: Item) -> x509.Certificate:
    """Return the certificate that an object's properties describe; which one of a bundle it is, is uncertain."""
    return pem.certificates(item.content)[-1 if work.switches.bundle_describes == LAST else 0]


def show_certificate(work: Work, item: Item) -> Json:
    """Return a certificate object."""
    bundle = len(pem.certificates(item.content)) > 1
    certificate = described_certificate(work, item)
    shown = {
        **_certificate_properties(certificate, bundle),
        **_spelled(work.switches, certificate, bundle),
        **{name: value for name, value in item.properties.items() if name != "certValidators"},
        **_file(item, _CERTIFICATE_MODE),
    }
    if work.switches.certificate_checksum != OF_THE_FILE:
        shown["checksum"] = f"MD5:{len(item.content)}:{'0' * 32}"
    if work.switches.certificate_checksum == NONE:
        del shown["checksum"]
    if item.get("issuerCert"):
        shown["issuerCertReference"] = work.reference(CERTIFICATE, item.get("issuerCert"))
    for below in ("bundle-certificates", "cert-validators"):
        name = "bundleCertificatesReference" if below.startswith("bundle") else "certValidatorsReference"
        shown[name] = work.subcollection(item, below)
    return shown


def validators(work: Work, item: Item) -> list[Json]:
    """Return the items of ``cert-validators``: the OCSP validators that a certificate names (F5 AS3 #745)."""
    named = (one.get("name") if isinstance(one, dict) else one for one in item.get("certValidators") or [])
    return [_validator(work, item, full_path(str(name))) for name in named]


def _validator(work: Work, item: Item, path: str) -> Json:
    partition, _, name = split_path(path)
    return {
        "kind": "tm:sys:file:ssl-cert:cert-validators:cert-validatorsstate",
        "name": name,
        "partition": partition,
        "fullPath": path,
        "generation": item.generation,
        "selfLink": work.link(CERTIFICATE, item.path, f"/cert-validators/{path.replace('/', '~')}"),
        "nameReference": work.reference("sys/crypto/cert-validator/ocsp", path),
    }


def _file(item: Item, mode: int) -> Json:
    return {"checksum": pem.checksum(item.content), "mode": mode, "size": len(item.content)}


def _spelled(switches: Switches, certificate: x509.Certificate, bundle: bool) -> Json:
    """Return the properties that devices spell in several ways, or leave out."""
    spelled = {
        "fingerprint": pem.fingerprint(certificate, switches.fingerprint),
        "serialNumber": "" if bundle else pem.serial_text(certificate.serial_number, switches.serial_spelling),
        "subject": pem.one_line(certificate.subject, switches.subject_begins == COMMON_NAME),
    }
    return {name: value for name, value in spelled.items() if value}


@functools.lru_cache(maxsize=512)
def _certificate_properties(certificate: x509.Certificate, bundle: bool) -> Json:
    """Return the properties that come from the certificate itself."""
    kind, size, curve = pem.describe_key(certificate.public_key(), "public")
    ends = certificate.not_valid_after_utc
    shown: Json = {
        "certificateKeyCurveName": curve,
        "certificateKeySize": size,
        "expirationDate": int(ends.timestamp()),
        "expirationString": f"{ends:%b} {ends.day:2d} {ends:%H:%M:%S %Y} GMT",  # as OpenSSL prints it
        "isBundle": "true" if bundle else "false",
        "issuer": pem.one_line(certificate.issuer),
        "keyType": kind,
        "version": certificate.version.value + 1,
    }
    optional = {
        "subjectAlternativeName": pem.alternative_names(certificate),
        "email": dict(pem.subject_attributes(certificate)).get("emailAddress"),
    }
    return {**shown, **{name: value for name, value in optional.items() if value}}
