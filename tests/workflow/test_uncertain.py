"""Both sides of everything that public sources leave uncertain and that the connector depends on.

Each :class:`Side` is a device that answers one way: an enrolment and a renewal over it end in handshakes, or in a
refusal that names the obstacle, with the device unchanged. ``UNTOUCHED`` lists what the connector does not depend on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.model import KeySpec, Outcome
from sectigo_f5.secret import Secret
from sectigo_f5.simulator import Fault
from tests.support.hierarchy import new_authority, new_server
from tests.support.names import EC_384, ONLY_EC, PROFILE_URL, VIRTUAL_URL
from tests.support.spread import spread
from tests.support.virtual_servers import attach
from tests.support.world import World, bigip
from tests.workflow.cells import must_enrol_and_renew, must_enrol_and_renew_job, must_refuse, objects

MANY = 99
CSR_REFUSED = (
    Fault("POST", "/sys/crypto/csr$", action="error:400:01070313:3: Error reading key PEM file", times=MANY),
)


@dataclass(frozen=True)
class Side:
    """One side of an uncertainty, and how it must end: in service, or in a refusal with ``sentence``."""

    uncertainty: str
    side: str
    switches: dict[str, Any] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    job: dict[str, Any] = field(default_factory=dict)
    sentence: str = ""
    run: Callable[[World, Side], None] | None = None  # if it takes more than an enrolment and a renewal

    def __str__(self) -> str:
        return f"{self.uncertainty}: {self.side}"


def enrols_or_is_refused(world: World, side: Side) -> None:
    """Enrol and renew, or be refused."""
    if side.sentence:
        must_refuse(world, side.sentence, **{"keys": ONLY_EC, **side.job})
    else:
        must_enrol_and_renew(world, **{"keys": ONLY_EC, **side.job})


# -- sides that take more than an enrolment and a renewal ------------------------------------------


def names_a_strange_virtual_server(world: World, side: Side) -> None:
    path = world.add_virtual_server("/Common/vs%2b")
    if side.sentence:
        must_refuse(world, side.sentence, virtual_servers=(path,))
    else:
        must_enrol_and_renew_job(world, world.job(virtual_servers=(path,)))


def returns_a_ciphertext(world: World, side: Side) -> None:
    """Delete the profile by hand: the `$M$` text that the device shows puts the pair in service again, or does not."""
    job = world.job()
    first = world.one(job)
    attach(world)
    world.device.delete(PROFILE_URL)
    for fault in side.faults:
        world.device.fault(fault)
    world.wait(hours=1)
    result = world.one(job)
    assert (result.outcome, result.error) == (Outcome.REPLACED if side.sentence else Outcome.REPAIRED, None)
    assert side.sentence in result.reason
    assert world.seen_by_client().serial == result.serial
    assert (result.serial == first.serial) is not bool(side.sentence)


def grows_old(world: World, side: Side) -> None:
    """Renew until older generations would be deleted, which are still in use."""
    for _ in range(3):
        world.wait(days=80)
        assert world.one(world.job()).error is None
    for fault in side.faults:
        world.device.fault(fault)
    world.wait(days=80)
    result = world.one(world.job())
    assert (result.outcome, result.error) == (Outcome.RENEWED, None)
    assert world.seen_by_client().serial == result.serial


def logs_out(world: World, side: Side) -> None:
    """Delete the token; the answer does not matter."""
    result = world.one(world.job(keys=ONLY_EC))
    assert (result.outcome, result.error) == (Outcome.ENROLLED, None)
    assert [call.status for call in world.device.journal if call.method == "DELETE" and "/tokens/" in call.path] == [
        200
    ]


def is_locked_out(world: World, side: Side) -> None:
    """Log in only once: another try could lock the user out for longer."""
    job = world.job()
    if not side.faults:
        world.one(replace(job, device=replace(job.device, password=Secret("wrong"))))
    before = len(world.device.journal)
    result = world.one(job)
    assert side.sentence in (result.error or "")
    assert [call.path for call in world.device.journal[before:]] == ["/mgmt/shared/authn/login"]


def shows_an_elliptic_key(world: World, side: Side) -> None:
    """Keep the certificate, whether its object shows the size or the curve."""
    job = world.job(keys=ONLY_EC)
    assert world.one(job).error is None
    (name,) = (
        item["name"]
        for item in world.device.get("/mgmt/tm/sys/file/ssl-cert")["items"]
        if item["name"].startswith("www.example.com_") and "chain" not in item["name"]
    )
    world.device.set(f"/mgmt/tm/sys/file/ssl-cert/~Common~{name}", **side.switches)
    assert world.one(job).outcome is Outcome.KEPT


def takes_over_a_bundle(world: World, side: Side) -> None:
    """Take over a hand-made profile whose certificate object holds leaf and chain."""
    issuer = new_authority("Hand CA", world.now)
    leaf = new_server(("www.example.com",), world.now, issuer)
    both = leaf.certificate_pem + issuer.certificate_pem
    world.device.add_certificate("/Common/by_hand.crt", both, leaf.key_pem)
    _attach(world, "/Common/by_hand")
    enrols_or_is_refused(world, side)


def joins_a_profile_of_the_same_name(world: World, side: Side) -> None:
    """Join a hand-made profile that serves our name among others, under the same server name."""
    leaf = new_server(("www.example.com", "shop.example.com"), world.now, new_authority("Hand CA", world.now))
    world.device.add_certificate("/Common/by_hand.crt", leaf.certificate_pem, leaf.key_pem)
    _attach(world, "/Common/by_hand", serverName="www.example.com", sniDefault="true")
    before, old = objects(world), world.seen_by_client().serial
    result = world.one(world.job(sni=True))
    assert (result.outcome, side.sentence in (result.error or "")) == (Outcome.FAILED, True)
    assert (objects(world), world.seen_by_client().serial) == (before, old)


def _attach(world: World, path: str, **properties: str) -> None:
    entry = {"name": "default", "cert": f"{path}.crt", "key": f"{path}.key"}
    world.device.add_profile("client-ssl", path, certKeyChain=[entry], **properties)
    attach(world, path)


def moves_the_sni_default(world: World, side: Side) -> None:
    jobs = [world.job(sni=True, sni_default=True, keys=ONLY_EC), world.job("shop.example.com", sni=True, keys=ONLY_EC)]
    assert [result.error for result in world.go(*jobs)] == [None, None]
    moved = [replace(jobs[0], sni_default=False), replace(jobs[1], sni_default=True)]
    results = world.go(*moved)
    assert [result.error for result in results] == [None, None]
    assert world.seen_by_client(name=None).serial == results[1].serial


def belongs_to_an_iapp(world: World, side: Side) -> None:
    """Change an object of an iApp whose service cannot be read, so that only the refusal reveals it."""
    world.device.add_folder("/Common/x.app")
    world.device.set(VIRTUAL_URL, appService="/Common/x.app/x")
    enrols_or_is_refused(world, side)


def works_in_another_partition(world: World, side: Side) -> None:
    world.device.add_partition("Shop")
    path = world.add_virtual_server("/Shop/vs")
    if side.sentence:
        must_refuse(world, side.sentence, partition="Shop", virtual_servers=(path,))
    else:
        must_enrol_and_renew_job(world, world.job(partition="Shop", virtual_servers=(path,)))


# -- the sides -------------------------------------------------------------------------------------


def _error(method: str, path: str, status: int, text: str, times: int = MANY) -> tuple[Fault, ...]:
    return (Fault(method, path, action=f"error:{status}:{text}", times=times),)


NOT_FOUND = "01020036:3: The requested"
UNREADABLE = "01070313:3: Error reading key PEM file /Common/k.key for profile /Common/p: error"
IAPP = "The application service must be updated using an application management interface"
LOST_CERTIFICATE = Fault("POST", "/sys/file/ssl-cert$", action="drop", times=2)
STANDBY = "is not the active unit"
SAVE = "^/mgmt/tm/sys/config$"
NO_CSR = "the CSR cannot be read from the BIG-IP"

SIDES = (
    Side("% in a name", "is percent-encoded in the URL", run=names_a_strange_virtual_server),
    Side(
        "% in a name",
        "is not understood",
        faults=_error(
            "GET", "/ltm/virtual/~Common~vs%25", 404, f"{NOT_FOUND} Virtual Server (/Common/vs%252b) was not found."
        ),
        sentence="virtual server /Common/vs%2b does not exist",
        run=names_a_strange_virtual_server,
    ),
    Side(
        "the 404 of a certificate",
        "calls it Certificate File",
        faults=(LOST_CERTIFICATE,),
        sentence="does not show the certificate",
    ),
    Side(
        "the 404 of a certificate",
        "calls it something else",
        faults=(
            LOST_CERTIFICATE,
            *_error("GET", "/ssl-cert/.*www", 404, f"{NOT_FOUND} SSL Certificate (x) was not found."),
        ),
        sentence="does not show the certificate",
    ),
    Side(
        "a passphrase that does not fit",
        "in the words of OpenSSL 1.0",
        run=returns_a_ciphertext,
        faults=_error(
            "PATCH", "/transaction/", 400, f"transaction failed:{UNREADABLE}:0906A068:PEM routines:bad password", 1
        ),
        sentence="the passphrase does not open the key",
    ),
    Side(
        "a passphrase that does not fit",
        "in the words of OpenSSL 3",
        run=returns_a_ciphertext,
        faults=_error(
            "PATCH", "/transaction/", 400, f"transaction failed:{UNREADABLE}:1C800064:Provider routines::bad decrypt", 1
        ),
        sentence="the passphrase does not open the key",
    ),
    Side("`$M$` texts over REST", "open the key they came from", run=returns_a_ciphertext),
    Side(
        "`$M$` texts over REST",
        "are taken for a clear passphrase",
        {"own_ciphertext": "rejected"},
        run=returns_a_ciphertext,
        sentence="the passphrase does not open the key",
    ),
    Side(
        "a file in use",
        "01071349",
        run=grows_old,
        faults=_error("DELETE", "/sys/file/", 400, "01071349:3: File object by name (/Common/x.crt) is in use."),
    ),
    Side(
        "a file in use",
        "another code",
        run=grows_old,
        faults=_error(
            "DELETE",
            "/sys/file/",
            400,
            "01070265:3: The file (/Common/x.crt) cannot be deleted because it is in use by x",
        ),
    ),
    Side(
        "a call that takes too long",
        "the REST service gives up first",
        faults=_error("POST", "/sys/crypto/key$", 400, "remoteSender:10.0.2.2, method:POST ", times=1),
    ),
    Side(
        "a call that takes too long",
        "the connection ends, and it was done",
        faults=(Fault("POST", "/sys/crypto/key$", action="drop-after"),),
    ),
    Side("the answer to handing a token back", "the token", run=logs_out),
    Side(
        "the answer to handing a token back",
        "nothing",
        run=logs_out,
        faults=(Fault("DELETE", "/authz/tokens/", action="status:200"),),
    ),
    Side(
        "a locked user",
        "is answered as with a wrong password",
        {"max_login_failures": 1},
        run=is_locked_out,
        sentence="refused the login of admin; check username and password (a locked",
    ),
    Side(
        "a locked user",
        "is named as the reason",
        run=is_locked_out,
        faults=_error("POST", "/authn/login", 401, "Maximum number of login attempts exceeded."),
        sentence="refused the login of admin; check username and password (a locked",
    ),
    *(
        Side("creation with securityType and passphrase", answer, {"native_password_keys": answer})
        for answer in ("works", "silently-normal", "rejected")
    ),
    *(
        Side("curveName on creation", answer, {"curve_name": answer}, job={"keys": (EC_384,)})
        for answer in ("works", "ignored", "rejected")
    ),
    *(
        Side("the value of gen-csr", answer, {"gen_csr_value": answer, "bash": False}, CSR_REFUSED)
        for answer in ("ignored", "names-the-csr")
    ),
    Side("sizes of RSA keys", "3072 is made", job={"keys": (KeySpec("rsa", "3072"),)}),
    Side(
        "sizes of RSA keys",
        "3072 is refused",
        job={"keys": (KeySpec("rsa", "3072"),)},
        faults=_error("POST", "/sys/crypto/key$", 400, 'invalid property value "key-size":"3072"', times=1),
    ),
    *(
        Side(
            "a key name that is taken",
            str(status),
            faults=_error(
                "POST",
                "/sys/crypto/key$",
                status,
                "01020066:3: The requested Certificate Key File already exists",
                times=1,
            ),
        )
        for status in (409, 400)
    ),
    *(Side("the CSR's PEM in the answer", str(shown), {"csr_pem_in_answer": shown}) for shown in (True, False)),
    *(Side("a CSR for a protected key", answer, {"csr_for_password_keys": answer}) for answer in ("works", "rejected")),
    Side("files of CSRs of other partitions", "as in Common", {"bash": False}, run=works_in_another_partition),
    Side(
        "files of CSRs of other partitions",
        "none, but there is a shell",
        {"csr_file": "common-only"},
        run=works_in_another_partition,
    ),
    Side(
        "files of CSRs of other partitions",
        "none, and no shell",
        {"csr_file": "common-only", "bash": False},
        run=works_in_another_partition,
        sentence=NO_CSR,
    ),
    *(Side("`validateOnly`", answer, {"validate_only": answer}) for answer in ("works", "ignored", "rejected")),
    *(
        Side("a save that is not answered", what, {"task_polls": polls}, faults=(Fault("POST", path, action=action),))
        for what, path, action, polls in (
            ("is made by a task", SAVE, "async-timeout", 3),
            ("is made although nobody answers, and once more", SAVE, "async-timeout-after", 1),
            ("is repeated, for there are no tasks", "/sys/config$", "drop", 1),
        )
    ),
    *(
        Side("a range wider than the file", answer, {"bulk_download": answer, "bash": False})
        for answer in ("200", "206", "400")
    ),
    *(
        Side(
            "standard error in util/bash's answer",
            str(mixed),
            {"stderr_in_answer": mixed},
            job={"key_route": "openssl"},
        )
        for mixed in (True, False)
    ),
    Side("what a bundle's properties are of", "the leaf", run=takes_over_a_bundle),
    Side(
        "what a bundle's properties are of",
        "the CA",
        {"bundle_describes": "last"},
        run=takes_over_a_bundle,
        sentence="write `sni: true` for www.example.com",
    ),
    Side(
        "the size of an elliptic key",
        "in bits, without a curve",
        run=shows_an_elliptic_key,
        switches={"certificateKeySize": 256, "certificateKeyCurveName": "none"},
    ),
    Side(
        "the size of an elliptic key",
        "none, but a curve",
        run=shows_an_elliptic_key,
        switches={"certificateKeySize": 0, "certificateKeyCurveName": "prime256v1"},
    ),
    *(Side("a PATCH of certKeyChain", answer, {"cert_key_chain_patch": answer}) for answer in ("replaces", "adds")),
    *(
        Side("the passphrase in a profile's entry", answer, {"profile_passphrase": answer})
        for answer in ("required", "optional")
    ),
    *(
        Side("the type of an attached profile", f"nameReference: {shown}", {"name_reference": shown})
        for shown in (True, False)
    ),
    *(
        Side(
            "SNI rules on a change of an attached profile",
            str(checked),
            {"sni_checked_on_profile": checked},
            run=moves_the_sni_default,
        )
        for checked in (True, False)
    ),
    Side(
        "one server name on two profiles",
        "is accepted",
        {"same_server_names": True},
        run=joins_a_profile_of_the_same_name,
        sentence="a virtual server takes one profile for a name",
    ),
    Side(
        "one server name on two profiles",
        "is refused",
        {"same_server_names": False},
        run=joins_a_profile_of_the_same_name,
        sentence="a virtual server takes one profile for a name",
    ),
    *(
        Side(
            "the refusal of an iApp's object",
            code,
            run=belongs_to_an_iapp,
            sentence="belongs to an iApp",
            faults=_error("PATCH", "/transaction/", 400, f"transaction failed:{code}:3: {IAPP}"),
        )
        for code in ("010715bd", "01070734")
    ),
    Side("unix-mv and its like without a shell", "are allowed", {"bash": False}),
    Side("unix-mv and its like without a shell", "are not", {"bash": False, "unix_tools": False}, sentence=NO_CSR),
    Side(
        "unix-mv and its like without a shell",
        "are kept out of /config/ssl",
        {"bash": False},
        sentence=NO_CSR,
        faults=_error("POST", "/util/unix-mv", 400, "the path /config/ssl/ssl.csr is not allowed"),
    ),
    *(Side("$top and $skip", f"are {done}", {"paging": done}) for done in ("ignored", "rejected")),
    *(Side("$select", f"is {done}", {"select": done}) for done in ("ignored", "rejected")),
    Side("$select", "takes the items of sub-collections away", {"select": "without-items"}),
    Side("whose configuration wins in a group", "the active unit's", {"ha": "active"}),
    Side("whose configuration wins in a group", "a standby's", {"ha": "standby"}, sentence=STANDBY),
)

UNTOUCHED = {  # uncertain as well, but the connector does not depend on it
    "kind of `sys`, of installations, of CSR files; `apiError`; fields of uploads and pages": "never read",
    "`%` and folders in $filter": "no filter is sent",
    "default curve of a key; `lifetime`, `admin-email-address`": "every property that matters is sent, no other",
    "texts of iRules in use, HTTP rules without HTTP, shared destinations": "neither of them is changed",
    "dangling profile, existing profile, missing parent": "everything is read before it is named",
    "whether system objects can be deleted": "only names of our own pattern are deleted",
    "`chainReference`; context `all` of a client SSL profile": "`chain` is read, `clientside` is sent",
    "established connections when a certificate changes": "a new connection is made to look",
    "`X-F5-REST-Overriding-Collection`; sys/crypto and util in a transaction": "never sent, never queued",
    "CSRs in `sys/file/ssl-csr`; `sys/ready` on 13": "never asked",
    "Content-Length, Content-Type": "always sent",
    "partitions of a plain save": "no answer tells it, and none could be read back: what F5's own modules send is sent",
}


@pytest.mark.parametrize("side", spread(SIDES, days=4), ids=str)
def test_each_side_ends_in_a_handshake_or_a_named_refusal(tmp_path: Path, side: Side) -> None:
    switches = {} if side.run is shows_an_elliptic_key else side.switches
    with bigip(tmp_path, **switches) as world:
        if side.run is not returns_a_ciphertext and side.run is not grows_old:
            for fault in side.faults:
                world.device.fault(fault)
        (side.run or enrols_or_is_refused)(world, side)


def test_every_uncertainty_has_two_sides() -> None:
    assert all(sides >= 2 for sides in Counter(side.uncertainty for side in SIDES).values())
    assert len({str(side) for side in SIDES}) == len(SIDES)
