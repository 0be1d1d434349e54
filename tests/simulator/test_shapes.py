"""Which keys the answers have, and of which type each value is, by release.

The tables say what real devices showed: a VE of 14.1.2.1 (the public test data of Cisco's genieparser), objects of
12.1 to 14.1 (the unit tests of F5's own Ansible modules). `+name` came with TMOS 14.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest

from sectigo_f5.simulator.switches import RELEASES
from tests.simulator.conftest import Make
from tests.simulator.rest import PASSPHRASE, Rest, certificate_pem, entry, key_pem, rsa_key

TYPES: dict[str, type] = {"text": str, "number": int, "flag": bool, "list": list, "object": dict}
OBJECT = "fullPath kind name selfLink"
IN_PARTITION = f"{OBJECT} partition"

SHAPES: dict[str, dict[str, str]] = {
    "sys/file/ssl-key/~Common~p.key": {
        "text": f"{IN_PARTITION} checksum createTime createdBy curveName keyType lastUpdateTime passphrase "
        "securityType sourcePath updatedBy",
        "number": "generation keySize mode revision size",
        "object": "+certOrderManagerReference",
    },
    "sys/file/ssl-cert/~Common~default.crt": {
        "text": f"{IN_PARTITION} certificateKeyCurveName checksum createTime createdBy email expirationString "
        "+fingerprint isBundle issuer keyType lastUpdateTime serialNumber subject systemPath updatedBy",
        "number": "certificateKeySize expirationDate generation mode revision size version",
        "object": "bundleCertificatesReference certValidatorsReference",
    },
    "sys/crypto/key/~Common~p.key": {"text": f"{OBJECT} keySize keyType securityType", "number": "generation"},
    "sys/crypto/cert/~Common~default.crt": {
        "text": f"{OBJECT} city commonName country emailAddress +fingerprint organization ou state",
        "number": "generation",
        "object": "apiRawValues certValidatorsReference",
    },
    "sys/crypto/csr/c.csr": {"text": f"{OBJECT} commonName country", "number": "generation", "object": "apiRawValues"},
    "ltm/profile/client-ssl/~Common~clientssl": {
        "text": f"{IN_PARTITION} alertTimeout allowDynamicRecordSizing allowExpiredCrl allowNonSsl appService "
        "authenticate bypassOnClientCertFail bypassOnHandshakeAlert +c3dDropUnknownOcspStatus +c3dOcsp caFile cert "
        "certLookupByIpaddrPort chain cipherGroup ciphers clientCertCa crlFile defaultsFrom description "
        "destinationIpBlacklist destinationIpWhitelist forwardProxyBypassDefaultAction genericAlert handshakeTimeout "
        "hostnameBlacklist hostnameWhitelist +inheritCaCertkeychain inheritCertkeychain key maxActiveHandshakes "
        "maxAggregateRenegotiationPerMinute modSslMethods mode notifyCertStatusToVirtualServer ocspStapling "
        "peerCertMode peerNoRenegotiateTimeout proxyCaCert proxyCaKey proxySsl proxySslPassthrough "
        "renegotiateMaxRecordDelay renegotiatePeriod renegotiateSize renegotiation retainCertificate "
        "secureRenegotiation serverName sessionMirroring sessionTicket sniDefault sniRequire sourceIpBlacklist "
        "sourceIpWhitelist +sslC3d sslForwardProxy sslForwardProxyBypass +sslForwardProxyVerifiedHandshake sslSignHash "
        "strictResume uncleanShutdown",
        "number": "authenticateDepth cacheSize cacheTimeout certLifespan generation maxRenegotiationsPerMinute "
        "maximumRecordSize sessionTicketTimeout",
        "list": "certExtensionIncludes certKeyChain tmOptions",
        "object": "certReference keyReference",
    },
    "ltm/profile/http/~Common~http": {
        "text": f"{IN_PARTITION} acceptXff appService basicAuthRealm defaultsFrom description fallbackHost headerErase "
        "headerInsert insertXforwardedFor lwsSeparator oneconnectStatusReuse oneconnectTransformations proxyType "
        "redirectRewrite requestChunking responseChunking serverAgentName viaHostName viaRequest viaResponse",
        "number": "generation lwsWidth",
        "list": "encryptCookies fallbackStatusCodes responseHeadersPermitted xffAlternativeNames",
        "object": "enforcement explicitProxy hsts sflow",
    },
    "ltm/virtual/~Common~vs": {
        "text": f"{IN_PARTITION} addressStatus autoLasthop cmpEnabled creationTime destination ipProtocol "
        "lastModifiedTime mask mirror mobileAppTunnel nat64 pool rateLimit rateLimitMode serviceDownImmediateAction "
        "source sourcePort synCookieStatus translateAddress translatePort",
        "number": "connectionLimit generation gtmScore rateLimitDstMask rateLimitSrcMask vsIndex",
        "flag": "enabled vlansDisabled",
        "object": "policiesReference poolReference profilesReference sourceAddressTranslation",
    },
    "ltm/virtual/~Common~vs/profiles/~Common~clientssl": {
        "text": f"{IN_PARTITION} context",
        "number": "generation",
        "object": "nameReference",
    },
    "ltm/virtual-address/~Common~192.0.2.1": {
        "text": f"{IN_PARTITION} address arp autoDelete enabled floating icmpEcho inheritedTrafficGroup mask "
        "routeAdvertisement serverScope spanning trafficGroup",
        "number": "connectionLimit generation unit",
        "object": "trafficGroupReference",
    },
    "ltm/rule/~Common~r": {"text": f"{IN_PARTITION} apiAnonymous", "number": "generation"},
    "cm/device/~Common~bigip1.example.net": {
        "text": f"{IN_PARTITION} alternateIp baseMac build cert chassisId chassisType configsyncIp edition "
        "failoverState hostname key managementIp marketingName mgmtUnicastMode mirrorIp mirrorSecondaryIp multicastIp "
        "platformId product selfDevice timeZone version",
        "number": "generation haCapacity multicastPort",
        "list": "activeModules optionalModules",
        "object": "certReference keyReference",
    },
    "cm/device-group/~Common~device_trust_group": {
        "text": f"{IN_PARTITION} asmSync autoSync fullLoadOnSync networkFailover saveOnAutoSync type",
        "number": "generation incrementalConfigSyncSizeMax",
        "object": "devicesReference",
    },
    "cm/traffic-group/~Common~traffic-group-1": {
        "text": f"{IN_PARTITION} autoFailbackEnabled failoverMethod isFloating mac",
        "number": "autoFailbackTime generation haLoadFactor unitId",
        "object": "monitor",
    },
    "auth/partition/Common": {"text": f"{OBJECT} description", "number": "defaultRouteDomain generation"},
    "auth/user/admin": {
        "text": f"{OBJECT} description encryptedPassword",
        "number": "generation",
        "list": "partitionAccess",
    },
    "auth/password-policy": {
        "text": "kind selfLink policyEnforcement",
        "number": "expirationWarning maxDuration maxLoginFailures minDuration minimumLength passwordMemory "
        "requiredLowercase requiredNumeric requiredSpecial requiredUppercase",
    },
    "sys/global-settings": {
        "text": "kind selfLink customAddr failsafeAction fileBlacklistPathPrefix fileBlacklistReadOnlyPathPrefix "
        "fileLocalPathPrefix fileWhitelistPathPrefix guiAudit guiSecurityBanner guiSecurityBannerText guiSetup "
        "hostAddrMode hostname lcdDisplay ledLocator mgmtDhcp netReboot passwordPrompt quietBoot usernamePrompt",
        "number": "awsApiMaxConcurrency consoleInactivityTimeout",
    },
    "sys/failover": {"text": "kind selfLink", "object": "apiRawValues"},
}
STATISTICS = {  # the names in the one entry `…/0`; `details` has entries of its own
    "sys/version": "Build Date Edition Product Title Version",
    "sys/ready": "configReady licenseReady provisionReady",
    "sys/clock": "fullDate",
    "cm/sync-status": "color mode status summary",
    "cm/failover-status": "color status summary",
}


@pytest.fixture(params=RELEASES)
def shown(request: pytest.FixtureRequest, make: Make) -> Iterator[Rest]:
    """A device of each release with one of everything."""
    device = make(tmos=request.param)
    certificate = certificate_pem(rsa_key().public_key(), "p.example.com")
    device.add_certificate("/Common/p.crt", certificate, key_pem(rsa_key(), PASSPHRASE), PASSPHRASE)
    device.add_rule("/Common/r", "when CLIENT_ACCEPTED { }")
    with contextlib.closing(Rest(device)) as rest:
        rest.login()
        rest.post("ltm/pool", {"name": "pool"})
        profiles = ("/Common/tcp", "/Common/clientssl")
        device.add_virtual_server("/Common/vs", "192.0.2.1:443", profiles, pool="/Common/pool")
        rest.post("sys/crypto/csr", {"name": "c.csr", "key": "default.key", "commonName": "c", "country": "US"})
        yield rest


def wanted(shape: dict[str, str], major: int) -> dict[str, type]:
    found = {}
    for kind, names in shape.items():
        for name in names.split():
            if not name.startswith("+") or major >= 14:
                found[name.removeprefix("+")] = TYPES[kind]
    return found


def types_of(answer: dict[str, Any]) -> dict[str, type]:
    return {name: type(value) for name, value in answer.items()}


def test_objects_have_the_keys_and_types_of_their_release(shown: Rest) -> None:
    major = shown.device.switches.major
    for path, shape in SHAPES.items():
        assert types_of(shown.get(path)) == wanted(shape, major), f"{path} on {shown.device.switches.tmos}"


def test_collections_show_the_same_objects(shown: Rest) -> None:
    major = shown.device.switches.major
    for path, shape in SHAPES.items():
        collection, _, segment = path.rpartition("/")
        if "~" not in segment or collection.startswith("sys/crypto") or "/profiles/" in path:
            continue
        answer = shown.get(collection)
        last = collection.rpartition("/")[2]
        assert answer["kind"] == f"tm:{collection.replace('/', ':')}:{last}collectionstate"
        assert answer["selfLink"] == f"https://localhost/mgmt/tm/{collection}?ver={shown.device.switches.tmos}"
        found = next(item for item in answer["items"] if item["fullPath"] == segment.replace("~", "/"))
        types = wanted(shape, major) | ({"tmOptions": str} if "tmOptions" in found and major >= 14 else {})
        assert types_of(found) == types, f"{collection} on {shown.device.switches.tmos}"


def test_crypto_objects_carry_their_full_path_as_name(shown: Rest) -> None:
    for what, name in (("key", "p.key"), ("cert", "p.crt"), ("csr", "c.csr")):
        found = {item["name"]: item for item in shown.get(f"sys/crypto/{what}")["items"]}[f"/Common/{name}"]
        assert (found["fullPath"], "partition" in found) == (f"/Common/{name}", False)


def test_entries_of_a_client_ssl_profile(shown: Rest) -> None:
    body = {"name": "p", "certKeyChain": [entry("p", passphrase=PASSPHRASE, chain="/Common/ca-bundle.crt")]}
    found = shown.post("ltm/profile/client-ssl", body)["certKeyChain"][0]
    names = "name appService cert certReference chain chainReference key keyReference passphrase"
    later = {"usage"} if shown.device.switches.major >= 14 else set()
    assert set(found) == {*names.split(), *later}
    assert found.get("usage", "SERVER") == "SERVER"


def test_every_link_is_of_localhost_and_of_this_release(shown: Rest) -> None:
    ending = f"?ver={shown.device.switches.tmos}"

    def links(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from (text for name, text in value.items() if name in ("link", "selfLink"))
            for inner in value.values():
                yield from links(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from links(inner)

    for path in SHAPES:
        found = list(links(shown.get(path)))
        assert found
        assert all(text.startswith("https://localhost/mgmt/tm/") and text.endswith(ending) for text in found), path


def test_statistics_nest_as_they_do(shown: Rest) -> None:
    for path, names in STATISTICS.items():
        answer = shown.get(path)
        assert set(answer) == {"kind", "selfLink", "entries"}
        assert answer["kind"] == f"tm:{path.replace('/', ':')}:{path.rpartition('/')[2]}stats"
        entries = answer["entries"][f"https://localhost/mgmt/tm/{path}/0"]["nestedStats"]["entries"]
        described = {name: value for name, value in entries.items() if not name.startswith("https:")}
        assert set(described) == set(names.split())
        assert all(isinstance(value["description"], str) for value in described.values())
        assert bool(set(entries) - set(described)) == path.startswith("cm/")


def test_an_empty_collection(shown: Rest) -> None:
    found = shown.get("sys/file/ssl-csr")
    assert found.get("items") == ([] if shown.device.switches.major >= 14 else None)


def test_the_release_shows_where_clients_look_for_it(shown: Rest) -> None:
    assert shown.get("sys")["selfLink"] == f"https://localhost/mgmt/tm/sys?ver={shown.device.switches.tmos}"
    query = {"expandSubcollections": "true"}
    found = shown.get("ltm/virtual/~Common~vs", **query)
    assert found["selfLink"].endswith(f"?expandSubcollections=true&ver={shown.device.switches.tmos}")
    assert [item["name"] for item in found["profilesReference"]["items"]] == ["clientssl", "tcp"]
    assert found["policiesReference"]["items"] == []
