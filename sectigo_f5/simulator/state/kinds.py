"""The kinds of objects: what errors call them, which properties they have, and which ones a request may carry.

A property that is not listed here is unknown and answered with 501, because a device would refuse it, too,
and a simulator that ignores it hides the mistake.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sectigo_f5.simulator.state import profile_defaults as profiles
from sectigo_f5.simulator.state.profile_defaults import each

# What every GET shows and every PUT of a whole object sends back.
ENVELOPE = ("kind", "name", "partition", "fullPath", "subPath", "generation", "selfLink", "apiRawValues")
FILE = (
    "certificateKeyCurveName certificateKeySize checksum createTime createdBy curveName email expirationDate "
    "expirationString fingerprint isBundle issuer keySize keyType lastUpdateTime mode revision serialNumber size "
    "subject subjectAlternativeName systemPath updatedBy version"
)
_VALIDATION = "issuerCert certValidationOptions certValidators"  # for OCSP stapling
VIRTUAL_SERVER = {
    **each("addressStatus cmpEnabled", "yes"),
    **each("mirror mobileAppTunnel nat64 rateLimit", "disabled"),
    **each("connectionLimit gtmScore rateLimitDstMask rateLimitSrcMask", 0),
    **each("translateAddress translatePort", "enabled"),
    "autoLasthop": "default",
    "rateLimitMode": "object",
    "serviceDownImmediateAction": "none",
    "source": "0.0.0.0/0",
    "sourceAddressTranslation": {"type": "none"},
    "sourcePort": "preserve",
    "synCookieStatus": "not-activated",
}
POOL = {
    **each("allowNat allowSnat", "yes"),
    **each("ignorePersistedWeight minUpMembersChecking queueOnConnectionLimit", "disabled"),
    **each("ipTosToClient ipTosToServer linkQosToClient linkQosToServer", "pass-through"),
    **each("minActiveMembers minUpMembers queueDepthLimit queueTimeLimit reselectTries slowRampTime", 0),
    "loadBalancingMode": "round-robin",
    "minUpMembersAction": "failover",
    "serviceDownAction": "none",
}
TRAFFIC_MATCHING_CRITERIA = {  # F5 AS3's integration test of address and port lists
    **each("destinationAddressInline sourceAddressInline", "0.0.0.0"),  # noqa: S104  every address
    "destinationPortInline": "0",
    "protocol": "tcp",
    "routeDomain": "any",
    "sourcePortInline": 0,
}
VIRTUAL_ADDRESS = {
    **each("arp floating icmpEcho", "enabled"),
    **each("routeAdvertisement spanning", "disabled"),
    "autoDelete": "true",
    "connectionLimit": 0,
    "enabled": "yes",
    "inheritedTrafficGroup": "false",
    "serverScope": "any",
    "trafficGroup": "/Common/traffic-group-1",
    "unit": 1,
}


@dataclass(frozen=True)
class Kind:
    """One collection below /mgmt/tm."""

    url: str
    title: str  # what error texts call it
    defaults: Mapping[str, Any] = field(default_factory=dict)  # shown if nothing was set
    optional: str = ""  # writable properties, shown only if set
    readonly: str = ""  # accepted in a PUT of what was read before, and ignored
    fixed: str = ""  # kept by a PUT that does not name them
    bare: bool = False  # names without a partition

    @property
    def state(self) -> str:
        """Return the ``kind`` of one object."""
        return f"tm:{self.url.replace('/', ':')}:{self.url.rpartition('/')[2]}state"

    @property
    def collection_state(self) -> str:
        """Return the ``kind`` of the collection."""
        return f"tm:{self.url.replace('/', ':')}:{self.url.rpartition('/')[2]}collectionstate"

    def knows(self, name: str) -> bool:
        """Tell whether a request may carry this property."""
        return name in self.defaults or name in self.optional.split()

    def ignores(self, name: str) -> bool:
        """Tell whether a request contains this property only because it sends the whole object back."""
        return name in ENVELOPE or name.endswith("Reference") or name in self.readonly.split()


def _profile(name: str, title: str, defaults: Mapping[str, Any] | None = None, optional: str = "") -> Kind:
    common = {"appService": "none", "defaultsFrom": "none", "description": "none"}
    known = defaults if defaults is not None else common
    return Kind(f"ltm/profile/{name}", title, known, optional, fixed="defaultsFrom")


_KINDS = (
    Kind("auth/partition", "partition", {"defaultRouteDomain": 0}, "description", bare=True),
    Kind("sys/folder", "folder", {"trafficGroup": "/Common/traffic-group-1"}, "description deviceGroup noRefCheck"),
    Kind("sys/application/service", "application service", {"strictUpdates": "enabled"}, "template description"),
    Kind("sys/provision", "module", {"cpuRatio": 0, "diskRatio": 0, "level": "none", "memoryRatio": 0}, bare=True),
    Kind("sys/file/ssl-key", "Certificate Key File", {}, "sourcePath passphrase securityType", FILE),
    Kind(
        "sys/file/ssl-cert",
        "Certificate File",
        {},
        "sourcePath issuerCert certValidationOptions certValidators passphrase",
        FILE,
    ),
    Kind("ltm/rule", "iRule", {}, "apiAnonymous appService"),
    Kind("ltm/policy", "policy", {"strategy": "/Common/first-match"}, "appService description requires controls rules"),
    Kind("ltm/cipher/group", "cipher group", {"ordering": "default"}, "allow require exclude description appService"),
    Kind(
        "ltm/cipher/rule",
        "cipher rule",
        each("cipher dhGroups signatureAlgorithms", "DEFAULT"),
        "description appService",
    ),
    Kind("ltm/pool", "Pool", POOL, "appService description monitor members"),
    Kind("ltm/data-group/internal", "value list", {}, "appService description records type", fixed="type"),
    Kind("ltm/node", "node", {"session": "user-enabled", "state": "unchecked"}, "appService address description fqdn"),
    Kind("net/address-list", "Address List", {}, "addresses addressLists description"),
    Kind("net/port-list", "Port List", {}, "ports portLists description"),
    Kind("net/route-domain", "Route Domain", {"id": 0, "strict": "enabled"}, "description parent", fixed="id"),
    Kind(
        "ltm/traffic-matching-criteria",
        "Traffic Matching Criteria",
        TRAFFIC_MATCHING_CRITERIA,
        "appService description destinationAddressList destinationPortList sourceAddressList",
    ),
    Kind(
        "ltm/virtual-address",
        "Virtual Address",
        VIRTUAL_ADDRESS,
        "address mask description appService",
        fixed="address mask",
    ),
    Kind(
        "ltm/virtual",
        "Virtual Server",
        VIRTUAL_SERVER,
        "appService clonePools description destination disabled enabled fallbackPersistence ipProtocol mask metadata "
        "persist policies pool profiles rules securityLogProfiles trafficMatchingCriteria vlans vlansDisabled "
        "vlansEnabled",
        "creationTime lastModifiedTime vsIndex",
    ),
    _profile("client-ssl", "ClientSSL Profile", profiles.CLIENT_SSL, "certKeyChain passphrase usage logPublisher"),
    _profile("server-ssl", "ServerSSL Profile", profiles.SERVER_SSL, "passphrase"),
    _profile("http", "HTTP Profile", profiles.HTTP),
    _profile("fasthttp", "FastHTTP Profile"),
    _profile("http2", "HTTP/2 Profile", profiles.HTTP2),
    _profile("tcp", "TCP Profile", profiles.TCP),
    _profile("udp", "UDP Profile"),
    _profile("fastl4", "FastL4 Profile"),
    _profile("one-connect", "OneConnect Profile"),
    _profile("websocket", "Websocket Profile"),
    _profile("html", "HTML Profile"),
    _profile("sip", "SIP Profile"),
    _profile("diameter", "Diameter Profile"),
    _profile("dhcpv4", "DHCPv4 Profile"),
    _profile("dhcpv6", "DHCPv6 Profile"),
    Kind("ltm/message-routing/sip/profile/session", "SIP Session Profile", {"appService": "none"}, "defaultsFrom"),
    Kind("ltm/monitor/https", "monitor", {"appService": "none", "cert": "none", "key": "none"}, "defaultsFrom"),
    Kind("apm/sso/saml", "SAML SSO configuration", {"appService": "none"}, "idpCertificate idpSignkey entityId"),
    Kind("apm/aaa/saml", "SAML AAA server", {"appService": "none"}, "spCertificate spSignkey entityId"),
    Kind("apm/oauth/jwk-config", "JWK configuration", {"appService": "none"}, "cert certKey keyId"),
    Kind("apm/profile/access", "Access Profile", {"appService": "none", "defaultsFrom": "none"}, "description"),
)
KINDS = {kind.url: kind for kind in _KINDS}
NAMING_FILES = ("ltm/monitor/https", "apm/sso/saml", "apm/aaa/saml", "apm/oauth/jwk-config")  # keys and certificates
PROFILE_KINDS = tuple(kind.url for kind in _KINDS if "/profile/" in kind.url)


_SINCE: dict[int, dict[str, Any]] = {  # release: properties of client SSL profiles whose defaults it changed
    16: {"tmOptions": ["dont-insert-empty-fragments", "no-tlsv1.3", "no-dtlsv1.2"]},  # a 16.0.0, f5-ansible-bigip
    21: {  # bitwisecook/tcl-lsp, from profile_base.conf of 21.1.0
        "cipherGroup": "/Common/f5-default",
        "ciphers": "none",
        "logPublisher": "/Common/sys-ssl-publisher",
        "tmOptions": ["dont-insert-empty-fragments", "no-tlsv1.1", "no-tlsv1", "no-ssl"],
    },
}


def default_properties(kind: Kind, major: int) -> dict[str, Any]:
    """Return what an object of this kind shows if nothing was set, per release."""
    later = profiles.SINCE_14 if major < 14 else frozenset[str]()  # noqa: PLR2004  the release itself
    found = {name: value for name, value in kind.defaults.items() if name not in later}
    for first, changed in _SINCE.items():
        if kind.url == "ltm/profile/client-ssl" and major >= first:
            found |= changed
    return found
