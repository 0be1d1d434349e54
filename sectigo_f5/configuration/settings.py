"""The table of settings: what each YAML key may hold, where it may stand, and what it is without it.

A new setting is one line in :data:`SETTINGS`; the guesses at typing mistakes, the text for a missing
key and the test that the sample names every key follow from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from sectigo_f5.configuration import checks
from sectigo_f5.configuration.setting_readers import Reader, list_of, number_between, one_of, text_checked, truth_value
from sectigo_f5.configuration.special_readers import (
    KEY_SIZES,
    credentials_file,
    hosts,
    inline_password,
    keys,
    parent_profile,
    plugin_fault,
    plugin_options,
    username_text,
    verify_tls,
    virtual_servers,
)

LONGEST_LIFETIME = 398  # days, CA/Browser Forum ballot SC-081v3; a longer notice would renew at every run

REQUIRED: Final = object()


class Level(Enum):
    """Down to which level of a file a setting may stand; above it, it is the default for all below."""

    DEVICE = "device"
    CERTIFICATE = "certificate"


@dataclass(frozen=True)
class Setting:
    """One line of the table."""

    key: str
    level: Level
    read: Reader
    example: str
    default: Any = REQUIRED


_host_name = text_checked(checks.certificate_name_fault, lower=True)
_common_name = text_checked(checks.common_name_fault, lower=True)
_host_names = list_of(checks.certificate_name_fault, lower=True)
_objects = list_of(checks.object_fault)
_key_size = one_of(*KEY_SIZES["rsa"], *KEY_SIZES["ecdsa"])

SETTINGS: tuple[Setting, ...] = (
    Setting("type", Level.DEVICE, one_of("F5"), "F5", "F5"),
    Setting("protocol", Level.DEVICE, one_of("https"), "https", "https"),
    Setting("host", Level.DEVICE, hosts, "192.0.2.10"),
    Setting("port", Level.DEVICE, number_between(1, 65535), "443", 443),
    Setting("credentials_file", Level.DEVICE, credentials_file, "credentials/bigip-fra.yaml", None),
    Setting("username", Level.DEVICE, username_text, "sectigo", None),
    Setting("password", Level.DEVICE, inline_password, "…", None),
    Setting("verify_tls", Level.DEVICE, verify_tls, "/etc/sectigo/bigip-ca.pem", True),
    Setting("partition", Level.CERTIFICATE, text_checked(checks.segment_fault), "Common", "Common"),
    Setting("parent_profile", Level.CERTIFICATE, parent_profile, "/Common/clientssl", "/Common/clientssl"),
    Setting("common_name", Level.CERTIFICATE, _common_name, "www.example.com"),
    Setting("sans", Level.CERTIFICATE, _host_names, "[api.example.com]", ()),
    Setting("key_type", Level.CERTIFICATE, one_of(*KEY_SIZES), "rsa", "rsa"),
    Setting("key_size", Level.CERTIFICATE, _key_size, "2048", None),
    Setting("keys", Level.CERTIFICATE, keys, "[{type: rsa, size: 2048}]", None),
    Setting("key_route", Level.CERTIFICATE, one_of("auto", "native", "openssl"), "auto", "auto"),
    Setting("virtual_servers", Level.CERTIFICATE, virtual_servers, "[vs_www_https]"),
    Setting("sni", Level.CERTIFICATE, truth_value, "false", False),
    Setting("server_name", Level.CERTIFICATE, _host_name, "www.example.com", None),
    Setting("sni_default", Level.CERTIFICATE, truth_value, "false", False),
    Setting("sni_require", Level.CERTIFICATE, truth_value, "false", False),
    Setting("validation", Level.CERTIFICATE, one_of("http-01", "dns-01", "prevalidated"), "http-01", "http-01"),
    Setting("challenge_virtual_servers", Level.CERTIFICATE, _objects, "[vs_www_http]", ()),
    Setting("dns_authenticator", Level.CERTIFICATE, text_checked(plugin_fault), "dns-route53", None),
    Setting("dns_options", Level.CERTIFICATE, plugin_options, "{}", {}),
    Setting("renew_before_days", Level.CERTIFICATE, number_between(1, LONGEST_LIFETIME - 1), "30", None),
    Setting("revocation_check", Level.CERTIFICATE, truth_value, "true", True),
    Setting("verify_handshake", Level.CERTIFICATE, one_of("auto", "required", "off"), "auto", "auto"),
)
BY_KEY = {setting.key: setting for setting in SETTINGS}
