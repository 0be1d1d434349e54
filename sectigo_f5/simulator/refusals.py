"""The refusals of the simulated device; only :mod:`sectigo_f5.simulator.rest.answers` turns them into JSON.

Each function names the source of its text: F5's own repositories and issue threads. "Uncertain" marks
texts that no public source quotes: match their status or a part of them, never the whole.
A device may word them otherwise (:attr:`~sectigo_f5.simulator.switches.Switches.texts`), by the names of the
functions and of their parameters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sectigo_f5.simulator.wording import Texts, filled, in_words

_API_ERRORS = (
    (r"^transaction failed:", 2),  # f5devcentral/bigip-kubernetes-gateway
    (r"^[0-9a-f]{8}:\d: ", 3),  # mcpd's own errors: F5 AS3
    (r"^Object not found - |^Found invalid command id ", 1),  # electric-cloud-community/EC-BigIp, f5-common-python #641
    (r"connection to mcpd", 32768001),  # bigip-rest-go
)
_OTHER_API_ERROR = 26214401  # electric-cloud-community/EC-BigIp


class Refusal(Exception):  # noqa: N818  the device refuses; the simulator works
    """An answer other than 200: its status and BIG-IP's message.

    ``kind`` is the function of :mod:`refusals` that made it, and ``names`` are that function's arguments.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message
        self.kind = ""
        self.names: Mapping[str, str] = {}

    def __str__(self) -> str:
        return self.message

    def worded(self, texts: Texts) -> Refusal:
        """Return the refusal as a device words it that has texts of its own."""
        if self.kind not in texts:
            return self
        status, message = texts[self.kind]
        other = Refusal(status, filled(message, self.names))
        other.kind, other.names = self.kind, self.names
        return other

    @property
    def from_restjavad(self) -> bool:
        """True if the REST service itself answers: it is starting, or it has timed out (bigip-rest-go, f5-sdk)."""
        return self.status == 401 or bool(re.match(r"(Public )?URI path|remoteSender:", self.message))  # noqa: PLR2004

    @property
    def api_error(self) -> int:
        """The number that accompanies the message; it depends on the kind of text."""
        found = (number for pattern, number in _API_ERRORS if re.search(pattern, self.message))
        return next(found, _OTHER_API_ERROR)


class UnknownCallError(Exception):
    """An endpoint, method or property that the simulator does not know: its user must be told."""


@in_words
def not_found(title: str, name: str) -> Refusal:
    """Seen verbatim for most types: F5 AS3, go-bigip, f5-sdk."""
    return Refusal(404, f"01020036:3: The requested {title} ({name}) was not found.")


@in_words
def not_registered(path: str) -> Refusal:
    """A path, without ``/mgmt``, of a module that is not provisioned; every one while REST starts: bigip-rest-go."""
    return Refusal(404, f"Public URI path not registered: {path}")


@in_words
def exists(title: str, name: str, partition: str) -> Refusal:
    """Seen for certificate and key files: terraform-provider-bigip #218."""
    return Refusal(409, f"01020066:3: The requested {title} ({name}) already exists in partition {partition}.")


@in_words
def partition_missing(partition: str) -> Refusal:
    """A POST into a partition that does not exist: electric-cloud-community/EC-BigIp's system tests."""
    return Refusal(400, f"The requested folder (/{partition}) was not found.")


@in_words
def nothing_specified() -> Refusal:
    """A PATCH or PUT without a property: electric-cloud-community/EC-BigIp's system tests."""
    return Refusal(400, "one or more properties must be specified")


@in_words
def no_item_below(path: str) -> Refusal:
    """A GET of one item of a sub-collection: electric-cloud-community/EC-BigIp's system tests."""
    return Refusal(404, f"Object not found - {path}")


@in_words
def invalid_command(below: str) -> Refusal:
    """A POST below the URL of a queued command: f5-common-python #641."""
    return Refusal(400, f"Found invalid command id {below}")


@in_words
def no_rest_object(name: str) -> Refusal:
    """A custom REST role or resource group that does not exist. Text uncertain."""
    return Refusal(404, f"Object not found: {name}")


@in_words
def no_task(number: str) -> Refusal:
    """``Task not found`` is what F5 AS3 looks for; the rest of the text is uncertain."""
    return Refusal(404, f"Task not found: {number}")


@in_words
def no_shell() -> Refusal:
    """``util/bash`` by a user without a shell: F5 Ansible #1570, #1944, #2452. The status is uncertain."""
    return Refusal(400, '"bash" unexpected argument')


@in_words
def file_missing(what: str, path: str) -> Refusal:
    """A profile names a key or certificate that does not exist: terraform-provider-bigip #318."""
    return Refusal(400, f"01070277:3: The requested {what} ({path}) was not found.")


@in_words
def mismatch(profile: str, key: str, certificate: str, before_14: bool) -> Refusal:
    """Keyfactor's f5-rest-orchestrator, Troubleshooting; for older releases F5 Ansible #1217 and pull request #2515."""
    if before_14:  # which releases are the older ones is uncertain
        return Refusal(400, f"01070317:3: profile {profile}'s key and certificate do not match")
    return Refusal(400, f"01070317:3: profile {profile}'s key({key}) and certificate({certificate}) do not match.")


@in_words
def bad_passphrase(key: str, profile: str) -> Refusal:
    """F5 Ansible #2131; the text after ``error:`` depends on the device's OpenSSL."""
    reason = "error:0906A068:PEM routines:PEM_do_header:bad password read"
    return Refusal(400, f"01070313:3: Error reading key PEM file {key} for profile {profile}: {reason}")


@in_words
def csr_refused(key: str) -> Refusal:
    """A CSR for a protected key, by switch. Text uncertain."""
    return Refusal(400, f"01070313:3: Error reading key PEM file {key}: error:0906A068:PEM routines:bad password read")


@in_words
def not_supported(what: str) -> Refusal:
    """What this device does not do, by switch. Text uncertain."""
    return Refusal(400, f"01070734:3: Configuration error: {what} is not supported")


@in_words
def unknown_format(path: str) -> Refusal:
    """terraform-provider-bigip #980."""
    return Refusal(400, f"01070712:3: Certificate/Key has unknown format or security type ({path}).")


@in_words
def both_spellings(profile: str) -> Refusal:
    """From TMOS 15: terraform-provider-bigip #449."""
    return Refusal(
        400,
        f"01b4002a:3: Client SSL profile ({profile}):cert-key-chain and profile cert/key/chain/passphrase options "
        "cannot be specified together.",
    )


@in_words
def not_rsa(profile: str, key: str) -> Refusal:
    """terraform-provider-bigip #839."""
    return Refusal(
        400,
        f"01b40029:3: Client SSL profile ({profile}): {key} is not RSA key. To add non-RSA cert/key, please use "
        "[cert-key-chain add].",
    )


@in_words
def no_rsa_pair() -> Refusal:
    """f5-sdk pull request #420."""
    return Refusal(400, "010717e3:3: Client SSL profile must have RSA certificate/key pair.")


@in_words
def two_of_a_type(profile: str, kind: str) -> Refusal:
    """That it is refused: F5 Ansible's documentation of bigip_profile_client_ssl. Text uncertain."""
    return Refusal(
        400, f"0107157c:3: Client SSL profile ({profile}) cannot contain more than one {kind} cert-key pair."
    )


@in_words
def incomplete_pair(profile: str) -> Refusal:
    """A certificate without a key, or the reverse. Text uncertain."""
    return Refusal(400, f"01070315:3: profile {profile} requires a key and a certificate")


@in_words
def several_sni_defaults(virtual_server: str) -> Refusal:
    """k8s-bigip-ctlr #332, F5 AS3."""
    return Refusal(
        400,
        f"01071809:3: Virtual Server {virtual_server} has more than one clientssl/serverssl profile that is default "
        "for SNI.",
    )


@in_words
def no_sni_default(virtual_server: str) -> Refusal:
    """An F5 lab simulator; no primary source."""
    return Refusal(
        400,
        f"0107149c:3: Virtual server {virtual_server} has more than one clientssl/serverssl profile but none of them "
        "is default for SNI",
    )


@in_words
def dangling_policy(virtual_server: str, policy: str) -> Refusal:
    """Go clients' tests, which quote the device."""
    return Refusal(
        400,
        f"01070712:3: Values ({policy}) specified for virtual server policy ({virtual_server} {policy}): foreign key "
        "index (policy_FK) do not point at an item that exists in the database.",
    )


@in_words
def same_server_name(virtual_server: str) -> Refusal:
    """k8s-bigip-ctlr #1042, #781."""
    return Refusal(
        400,
        f"0107149e:3: Virtual server {virtual_server} has more than one clientssl/serverssl profile with same server "
        "name.",
    )


@in_words
def other_partition(what: str, virtual_server: str, path: str) -> Refusal:
    """Seen for iRules in a public probe of a device; for profiles by analogy. Text uncertain for those."""
    return Refusal(
        400,
        f"01070726:3: A virtual server may only reference {what} in the same partition or the common partition "
        f"({virtual_server}:{path})",
    )


@in_words
def in_use(title: str, path: str, by: str) -> Refusal:
    """f5-openstack-agent #1024 (a rule), terraform-provider-bigip #914 (a profile)."""
    return Refusal(400, f"01070265:3: The {title} ({path}) cannot be deleted because it is in use by a {by}.")


@in_words
def file_in_use(path: str) -> Refusal:
    """That it is refused: terraform-provider-bigip #295. Text and code uncertain."""
    return Refusal(400, f"01071349:3: File object by name ({path}) is in use.")


@in_words
def needs_http(rule: str, event: str, virtual_server: str) -> Refusal:
    """f5-appsvcs-templates #121, #132 (17.0.0.1); the code of older releases is unknown."""
    return Refusal(
        400,
        f"01071912:3: {event} event in rule ({rule}) requires an associated HTTP or FASTHTTP profile on the "
        f"virtual-server ({virtual_server}).",
    )


@in_words
def renegotiating_http2(virtual_server: str, profile: str) -> Refusal:
    """F5 Bug ID 516327; the misspelling is the device's own."""
    return Refusal(
        400,
        f"01070734:3: Configuration error: In Virtual Server ({virtual_server}) an http2 profile with "
        f"enforce-tls-requirements enabled is incompatible with clientssl profile '{profile}'; regenotiation must be "
        "disabled",
    )


@in_words
def shared_destination(one: str, other: str) -> Refusal:
    """Third-party prose."""
    return Refusal(
        400,
        f"01070333:3: Virtual Server {one} illegally shares destination address, source address, service port, "
        f"ip-protocol, and vlan with Virtual Server {other}.",
    )


@in_words
def profile_http_missing() -> Refusal:
    """Third-party prose, measured with an HTML profile on 17.5.1; for other profiles uncertain."""
    return Refusal(400, "01070734:3: Required profile profile_http not present")


@in_words
def no_forward_proxy_key(profile: str) -> Refusal:
    """terraform-provider-bigip #213."""
    return Refusal(400, f"01071610:3: Profile {profile}'s SSL forward proxy RSA CA key is missing.")


@in_words
def bad_name(path: str) -> Refusal:
    """A client SSL profile whose name begins with a digit: dehydrated-bigip #12, AS3 #556. For ``*`` uncertain."""
    return Refusal(400, f"01070088:3: The requested object name ({path}) is invalid.")


@in_words
def bad_value(name: str, value: object) -> Refusal:
    """A value outside the property's range. Text uncertain."""
    return Refusal(400, f'invalid property value "{name}":"{value}"')


@in_words
def owned_by_application(service: str) -> Refusal:
    """That strict updates refuse: F5 Ansible's documentation. Code and text uncertain."""
    return Refusal(
        400,
        f"010715bd:3: The application service ({service}) has strict updates enabled, the object must be updated using "
        "an application management interface.",
    )


@in_words
def owner_not_named(service: str) -> Refusal:
    """From TMOS 12.1 on for some objects: scottdware/go-bigip pull request #47. Code and text uncertain."""
    return Refusal(400, f"010715bc:3: The object belongs to the application service ({service}), which must be named.")


@in_words
def access_denied(user: str, title: str, partition: str) -> Refusal:
    """A role that does not reach this partition. Text uncertain."""
    return Refusal(403, f"01070822:3: Access Denied: User ({user}) may not change {title} in partition ({partition})")


@in_words
def metadata_denied(user: str, virtual_server: str) -> Refusal:
    """That only administrators may set it: F5 Ansible's bigip_virtual_server. Text uncertain."""
    return Refusal(403, f"01070822:3: Access Denied: User ({user}) may not set metadata of ({virtual_server})")


@in_words
def file_unreadable() -> Refusal:
    """``sourcePath`` names no file: the device reads it with curl, whose exit code 37 this is. Text uncertain."""
    return Refusal(400, "Failed! exit_code (37).\n")


@in_words
def wrong_passphrase(file: str) -> Refusal:
    """``install`` of an encrypted key: what a public importer of keys looks for in the answer. Its end is uncertain."""
    return Refusal(400, f"Unable to verify key {file} is protected by provided passphrase.")


@in_words
def not_protected() -> Refusal:
    """A passphrase for a key that is not encrypted: terraform-provider-bigip's acceptance tests."""
    return Refusal(400, "Passphrase specified, but key is not protected")


@in_words
def passphrase_missing() -> Refusal:
    """``securityType: password`` without a passphrase. Text uncertain."""
    return Refusal(400, "The passphrase is required for the security type password")


@in_words
def bad_import() -> Refusal:
    """``install`` of something that is not a key, or cannot be opened. Text uncertain."""
    return Refusal(400, "01070734:3: Configuration error: the key cannot be read: bad format or bad password")


@in_words
def unauthorized(reason: str) -> Refusal:
    """Every 401 of restjavad begins with the same words: terraform-provider-bigip #226."""
    return Refusal(401, reason)


@in_words
def bad_request(reason: str) -> Refusal:
    """Errors without one of mcpd's codes."""
    return Refusal(400, reason)


@in_words
def role_refused(user: str, path: str, method: str) -> Refusal:
    """A role without the permission: terraform-provider-bigip #226."""
    return Refusal(401, _authorization_failed(user, path, method))


@in_words
def upload_refused(user: str, path: str, method: str) -> Refusal:
    """The same for an upload, which needs more than other calls: F5 Ansible #1611, #2298."""
    return Refusal(401, _authorization_failed(user, path, method))


def _authorization_failed(user: str, path: str, method: str) -> str:
    return (
        f"Authorization failed: user=https://localhost/mgmt/shared/authz/users/{user} resource={path} "
        f"verb={method} uri:http://localhost:8100{path} referrer:127.0.0.1 sender:127.0.0.1"
    )


@in_words
def token_too_long(longest: int) -> Refusal:
    """A token's life beyond ten hours: DevCentral, "iControl REST Authentication Token Management"."""
    return Refusal(406, f"Auth-token absolute timeout ({longest} seconds) exceeded")


@in_words
def transaction_missing() -> Refusal:
    """A transaction that is unknown or has expired: e-XpertSolutions/f5 #36."""
    return Refusal(404, "Missing transaction ID for this call.")


@in_words
def nothing_to_commit() -> Refusal:
    """A commit without commands: f5-sdk's tests."""
    return Refusal(400, "there is no command to commit in the transaction")


@in_words
def transaction_failed(reason: str) -> Refusal:
    """The refusal of one of its commands: terraform-provider-bigip #980, f5devcentral/bigip-kubernetes-gateway."""
    return Refusal(400, f"transaction failed:{reason}")
