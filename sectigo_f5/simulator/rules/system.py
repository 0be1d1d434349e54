"""``sys`` and ``auth``: what a device reports about itself; shapes of a 14.1.2.1."""

from __future__ import annotations

from datetime import datetime, timezone

from sectigo_f5.simulator.refusals import of_objects
from sectigo_f5.simulator.refusals.refusal import UnknownCallError
from sectigo_f5.simulator.rules.cm import stats
from sectigo_f5.simulator.state.configuration import Json
from sectigo_f5.simulator.state.kinds import KINDS
from sectigo_f5.simulator.state.work import Work
from sectigo_f5.simulator.switches import NOT_TOLD

_BLACK = "{/config/bigip/} {/config/filestore/} {/config/httpd/} {/config/ssh/} {/config/ssl/}"
_WHITE = "{/var/local/scf} {/tmp/} {/shared/} {/config/}"
_CRYPTO = "allow-key-export ca-bundle-manager cert cert-order-manager cert-validator client crl csr fips key server"
_PLACES = (
    *KINDS,
    *(f"sys/crypto/{name}" for name in _CRYPTO.split()),
    *(f"sys/{name}" for name in ("clock", "config", "failover", "global-settings", "mcp-state", "ready", "version")),
    *(f"cm/{name}" for name in ("device", "device-group", "failover-status", "sync-status", "traffic-group")),
    *(f"auth/{name}" for name in ("login-failures", "password-policy", "user")),
)
ORGANIZING = ("auth", "cm", "ltm", "ltm/profile", "sys", "sys/crypto", "sys/file")
_KEY_EXCHANGES = ("ECDHE-RSA-", "ECDHE-ECDSA-", "")
_SUITES = ("AES128-GCM-SHA256 AES256-GCM-SHA384 AES128-SHA AES256-SHA", "AES128-SHA256")
_MANAGEMENT_CIPHERS = ":".join(
    f"{exchange}{suite}"
    for exchange in _KEY_EXCHANGES
    for suite in (*" ".join(_SUITES).split(), "AES256-SHA384" if exchange else "AES256-SHA256")
)
_DATABASE = {"systemauth.disablebash": "false", "systemauth.disablerootlogin": "false"}


def version(work: Work) -> Json:
    """Return ``sys version``; its names have capital initials."""
    release = work.switches.release
    told = {"Build": release.build, "Date": release.date, "Edition": release.edition}
    words = {**told, "Product": "BIG-IP", "Title": "Main Package"}
    return stats(work, "sys/version", {**words, "Version": work.switches.tmos})


def ready(work: Work) -> Json:
    """Return ``sys ready``."""
    return stats(work, "sys/ready", dict.fromkeys(("configReady", "licenseReady", "provisionReady"), "yes"))


def mcp_state(work: Work) -> Json:
    """Return ``sys mcp-state``, which F5's cloud libraries wait for; its other entries are unknown."""
    return stats(work, "sys/mcp-state", {"phase": "running"})


def device_info(work: Work) -> Json:
    """Return what the REST service knows about its device, as far as clients read it (F5's cloud libraries, FAST)."""
    release = work.switches.release
    return {
        "isIControlRestSupported": True,
        "icrdPort": 8100,
        "hostname": work.world.hostname,
        "version": work.switches.tmos,
        "product": "BIG-IP",
        "platformMarketingName": "BIG-IP Virtual Edition",
        "edition": release.edition,
        "build": release.build,
        "restFrameworkVersion": f"{work.switches.tmos}-{release.build}",
        "mcpDeviceName": f"/Common/{work.world.hostname}",
        "isClustered": False,
        "isVirtual": True,
        "generation": 0,
        "lastUpdateMicros": 0,
        "kind": "shared:resolver:device-groups:deviceinfostate",
        "selfLink": "https://localhost/mgmt/shared/identified-devices/config/device-info",
    }


def as3_info(work: Work) -> Json:
    """Return what AS3 says of itself, which clients ask for to know whether it is there (k8s-bigip-ctlr)."""
    if not work.switches.as3:
        raise of_objects.not_registered("/shared/appsvcs/info")
    return {"version": "3.50.0", "release": "5", "schemaCurrent": "3.50.0", "schemaMinimum": "3.0.0"}


def httpd(work: Work) -> Json:
    """Return ``sys httpd``, the server of the management interface, as far as clients read it."""
    return {
        "kind": "tm:sys:httpd:httpdstate",
        "selfLink": work.link("sys/httpd"),
        "sslCertfile": "/etc/httpd/conf/ssl.crt/server.crt",
        "sslCertkeyfile": "/etc/httpd/conf/ssl.key/server.key",
        "sslCiphersuite": _MANAGEMENT_CIPHERS,
        "sslPort": 443,
        "sslProtocol": "all -SSLv2 -SSLv3 -TLSv1",
    }


def clock(work: Work) -> Json:
    """Return ``sys clock``."""
    shown = datetime.fromtimestamp(work.world.time_told, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return stats(work, "sys/clock", {"fullDate": shown})


def global_settings(work: Work) -> Json:
    """Return ``sys global-settings``: one object without name and partition."""
    return {
        "kind": "tm:sys:global-settings:global-settingsstate",
        "selfLink": work.link("sys/global-settings"),
        **dict.fromkeys(("guiAudit", "guiSetup", "ledLocator", "mgmtDhcp", "netReboot"), "disabled"),
        **dict.fromkeys(("guiSecurityBanner", "lcdDisplay", "quietBoot"), "enabled"),
        "awsApiMaxConcurrency": 1,
        "consoleInactivityTimeout": 0,
        "customAddr": "none",
        "failsafeAction": "go-offline-restart-tm",
        "fileBlacklistPathPrefix": _BLACK,
        "fileBlacklistReadOnlyPathPrefix": "{/etc/shadow}",
        "fileLocalPathPrefix": "{/shared/} {/tmp/}",
        "fileWhitelistPathPrefix": _WHITE,
        "guiSecurityBannerText": "Welcome to a simulated BIG-IP.",
        "hostAddrMode": "management",
        "hostname": work.world.hostname,
        "passwordPrompt": "Password",
        "usernamePrompt": "Username",
    }


def links(work: Work, url: str) -> Json:
    """Return an organizing collection: links to what is below it.

    f5-sdk and F5 Ansible read the release from the self link of ``sys``; its kind is uncertain.
    """
    places = sorted({place for place in _PLACES if place.startswith(f"{url}/")})
    names = list(dict.fromkeys(place.split("/")[url.count("/") + 1] for place in places))
    items = [{"reference": {"link": work.link(f"{url}/{name}")}} for name in names]
    kind = f"tm:{url.replace('/', ':')}:{url.rpartition('/')[2]}collectionstate"
    return {"kind": kind, "selfLink": work.link(url), "items": items}


def database(work: Work, name: str) -> Json:
    """Return a ``sys db`` variable; of thousands only those about the shell are simulated."""
    if name not in _DATABASE:
        raise UnknownCallError(f"the database variable {name}")
    shut = work.switches.role == "admin" and not work.switches.bash
    return {
        "kind": "tm:sys:db:dbstate",
        "name": name,
        "fullPath": name,
        "generation": 1,
        "selfLink": work.link("sys/db", name),
        "defaultValue": _DATABASE[name],
        "scfConfig": "true",
        "value": "true" if shut and name.endswith("disablebash") else _DATABASE[name],
        "valueRange": "false true",
    }


def users(work: Work) -> list[Json]:
    """Return ``auth user``, the local users. That ``shell`` appears only if it is not the default is uncertain."""
    switches = work.switches
    if not switches.user_shown:
        return []
    told = switches.shell_told or (NOT_TOLD if switches.role == "admin" else "bash" if switches.bash else "tmsh")
    shell = {} if told == NOT_TOLD else {"shell": told}
    partition = switches.role_partition
    access = {"name": partition, "role": switches.role, "nameReference": work.reference("auth/partition", partition)}
    return [
        {
            "kind": "tm:auth:user:userstate",
            "name": switches.username,
            "fullPath": switches.username,
            "generation": 1,
            "selfLink": work.link("auth/user", switches.username),
            "description": "Admin User" if switches.username == "admin" else switches.username,
            "encryptedPassword": "$6$simulated$simulated",
            "partitionAccess": [access],
            **shell,
        }
    ]


def user(work: Work, name: str) -> Json:
    """Return one user."""
    shown = next((one for one in users(work) if one["name"] == name), None)
    if shown is None:
        raise of_objects.not_found("user", name)
    return shown


def password_policy(work: Work) -> Json:
    """Return ``auth password-policy``."""
    zeros = ("minDuration", "passwordMemory", "requiredLowercase", "requiredNumeric", "requiredSpecial")
    return {
        "kind": "tm:auth:password-policy:password-policystate",
        "selfLink": work.link("auth/password-policy"),
        **dict.fromkeys((*zeros, "requiredUppercase"), 0),
        "expirationWarning": 7,
        "maxDuration": 99999,
        "maxLoginFailures": work.switches.max_login_failures,
        "minimumLength": 6,
        "policyEnforcement": "enabled",
    }


def login_failures(work: Work) -> Json:
    """Return ``auth login-failures``."""
    name = work.switches.username
    place = f"https://localhost/mgmt/tm/auth/login-failures/{name}"
    words = {"failTime": "None", "lockedOut": "yes" if work.world.accounts.locked_out else "no", "tty": " "}
    entries = {name: {"description": value} for name, value in {**words, "username": name}.items()}
    nested = {
        "kind": "tm:auth:login-failures:login-failuresstats",
        "selfLink": f"{place}?ver={work.switches.tmos}",
        "entries": {**entries, "loginAttempts": {"value": work.world.accounts.failures}},
    }
    return {
        "kind": "tm:auth:login-failures:login-failurescollectionstats",
        "selfLink": work.link("auth/login-failures"),
        "entries": {place: {"nestedStats": nested}},
    }
