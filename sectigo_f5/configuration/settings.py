"""The table of settings: what each YAML key may contain, its level, its default, and how it is looked up.

A new setting is one row of :class:`Table`; the guesses at typing mistakes, the text for a missing
key and the test that the sample names every key follow from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Generic, TypeVar, cast

from sectigo_f5.configuration import certificate_readers, checks, device_readers
from sectigo_f5.configuration.certificate_readers import KEY_SIZES
from sectigo_f5.configuration.credentials.command import EXAMPLE, credentials_command
from sectigo_f5.configuration.credentials.file import credentials_file
from sectigo_f5.configuration.credentials.inline import inline_password, username_text
from sectigo_f5.configuration.findings import Findings, InvalidValueError, Mistake, did_you_mean
from sectigo_f5.configuration.setting_readers import (
    RawSetting,
    Reader,
    list_of,
    number_between,
    one_of,
    text_checked,
    truth_value,
)
from sectigo_f5.configuration.sources.yaml_lines import Value
from sectigo_f5.model import Place

STOCK_PROFILE = "/Common/clientssl"
LONGEST_LIFETIME = 398  # days, CA/Browser Forum ballot SC-081v3; a longer notice would renew at every run

T = TypeVar("T")
D = TypeVar("D")
T_co = TypeVar("T_co", covariant=True)
D_co = TypeVar("D_co", covariant=True)


class Level(Enum):
    """The levels of a file; what is set at one is the default for everything below it."""

    TOP = "top"
    DEVICE = "device"
    CERTIFICATE = "certificate"


class Required(Enum):
    """The default of a setting that has none."""

    REQUIRED = "required"


REQUIRED: Final = Required.REQUIRED


@dataclass(frozen=True)
class Setting(Generic[T_co, D_co]):
    """One row of the table; typed by what its reader returns, and by its default."""

    level: Level  # the lowest at which it is allowed
    read: Reader[T_co]
    example: str
    default: D_co
    key: str = field(init=False)  # the name of its row

    def __set_name__(self, owner: type, name: str) -> None:
        object.__setattr__(self, "key", name)


_host_name = text_checked(checks.certificate_name_fault, lower=True)
_host_names = list_of(checks.certificate_name_fault, lower=True)
_objects = list_of(checks.object_fault)
_key_size = one_of(*KEY_SIZES["rsa"], *KEY_SIZES["ecdsa"])
_NO_OPTIONS: Mapping[str, str] = {}


class Table:
    """Every setting, one per row."""

    type = Setting(Level.DEVICE, one_of("F5"), "F5", "F5")
    protocol = Setting(Level.DEVICE, one_of("https"), "https", "https")
    host = Setting(Level.DEVICE, device_readers.hosts, "192.0.2.10", REQUIRED)
    port = Setting(Level.DEVICE, number_between(1, 65535), "443", 443)
    credentials_file = Setting(Level.DEVICE, credentials_file, "credentials/bigip-fra.yaml", None)
    credentials_command = Setting(Level.DEVICE, credentials_command, EXAMPLE, None)
    username = Setting(Level.DEVICE, username_text, "sectigo", None)
    password = Setting(Level.DEVICE, inline_password, "…", None)
    verify_tls = Setting(Level.DEVICE, device_readers.verify_tls, "/etc/sectigo/bigip-ca.pem", True)
    partition = Setting(Level.CERTIFICATE, text_checked(checks.segment_fault), "Common", "Common")
    parent_profile = Setting(Level.CERTIFICATE, certificate_readers.parent_profile, STOCK_PROFILE, STOCK_PROFILE)
    common_name = Setting(Level.CERTIFICATE, _host_name, "www.example.com", REQUIRED)
    sans = Setting(Level.CERTIFICATE, _host_names, "[api.example.com]", ())
    key_type = Setting(Level.CERTIFICATE, one_of(*KEY_SIZES), "rsa", "rsa")
    key_size = Setting(Level.CERTIFICATE, _key_size, "2048", None)
    keys = Setting(Level.CERTIFICATE, certificate_readers.keys, "[{type: rsa, size: 2048}]", None)
    key_route = Setting(Level.CERTIFICATE, one_of("auto", "native", "openssl"), "auto", "auto")
    virtual_servers = Setting(Level.CERTIFICATE, certificate_readers.virtual_servers, "[vs_www_https]", REQUIRED)
    replace_profiles = Setting(Level.CERTIFICATE, certificate_readers.replace_profiles, "[/Common/old_clientssl]", ())
    sni = Setting(Level.CERTIFICATE, truth_value, "false", False)
    server_name = Setting(Level.CERTIFICATE, _host_name, "www.example.com", None)
    sni_default = Setting(Level.CERTIFICATE, truth_value, "false", False)
    sni_require = Setting(Level.CERTIFICATE, truth_value, "false", False)
    validation = Setting(Level.CERTIFICATE, one_of("http-01", "dns-01", "prevalidated"), "http-01", "http-01")
    challenge_virtual_servers = Setting(Level.CERTIFICATE, _objects, "[vs_www_http]", ())
    dns_authenticator = Setting(Level.CERTIFICATE, text_checked(checks.plugin_fault), "dns-route53", None)
    dns_options = Setting(Level.CERTIFICATE, certificate_readers.plugin_options, "{}", _NO_OPTIONS)
    renew_before_days = Setting(Level.CERTIFICATE, number_between(1, LONGEST_LIFETIME - 1), "30", None)
    revocation_check = Setting(Level.CERTIFICATE, truth_value, "true", True)
    update_other_references = Setting(Level.CERTIFICATE, truth_value, "false", False)
    verify_handshake = Setting(Level.CERTIFICATE, one_of("auto", "required", "off"), "auto", "auto")
    owner = Setting(Level.CERTIFICATE, certificate_readers.remark, "Web team, web@example.com", None)
    purpose = Setting(Level.CERTIFICATE, certificate_readers.remark, "Customer portal", None)


SETTINGS: tuple[Setting[object, object], ...] = tuple(row for row in vars(Table).values() if isinstance(row, Setting))
BY_KEY = {setting.key: setting for setting in SETTINGS}


@dataclass(frozen=True)
class ParsedSetting(Generic[T_co]):
    """One key of a file: its line, and its value, or None if that is wrong (the mistake is noted already)."""

    line: int
    value: T_co | None

    def valid(self) -> T_co:
        """Return the value; raises :class:`InvalidValueError` if it is wrong."""
        if self.value is None:
            raise InvalidValueError
        return self.value


@dataclass(frozen=True)
class Section:
    """The settings of one mapping: the top of a file, a device or a certificate."""

    settings: Mapping[str, ParsedSetting[object]]

    def get(self, setting: Setting[T, object]) -> ParsedSetting[T] | None:
        """Return the setting if it is set here, or None."""
        return cast("ParsedSetting[T] | None", self.settings.get(setting.key))  # read by the reader of this setting

    def without(self, setting: Setting[object, object]) -> Section:
        """Return all the other settings."""
        return Section({key: parsed for key, parsed in self.settings.items() if key != setting.key})


@dataclass(frozen=True)
class Scope:
    """All settings that apply to one device or certificate, which is written at ``place``."""

    place: Place
    sections: tuple[Section, ...]  # nearest first: certificate, device, top

    def nearest(self, setting: Setting[T, object]) -> ParsedSetting[T] | None:
        """Return the setting at the nearest level that has it, or None."""
        return next((parsed for section in self.sections if (parsed := section.get(setting))), None)

    def value(self, setting: Setting[T, D]) -> T | D:
        """Return the nearest value, or the default; raises :class:`InvalidValueError` if the nearest one is wrong."""
        parsed = self.nearest(setting)
        return parsed.valid() if parsed else setting.default

    def required(self, setting: Setting[T, Required]) -> T:
        """Return the nearest value; raises :class:`InvalidValueError` if it is missing or wrong."""
        parsed = self.nearest(setting)
        if parsed is None:
            text = f"missing; write {setting.key}: {setting.example}"
            raise InvalidValueError(Mistake(self.place.line, setting.key, text))
        return parsed.valid()


def read_section(mapping: Value, level: Level, other_keys: Iterable[str], findings: Findings) -> Section:
    """Read every setting of one mapping; note mistakes in them, unknown keys, and keys below their level.

    ``other_keys`` are the keys that are allowed here without being settings.
    """
    allowed = [setting.key for setting in SETTINGS if level is not Level.CERTIFICATE or setting.level is level]
    settings = {}
    for key, entry in (mapping.entries or {}).items():
        if key in allowed:
            raw = RawSetting(key, entry.value, entry.line, findings)
            settings[key] = ParsedSetting(entry.line, findings.attempt(BY_KEY[key].read, raw))
        elif key not in other_keys:
            findings.mistake(entry.line, key, _misplaced(key, level, [*other_keys, *allowed]))
    return Section(settings)


def _misplaced(key: str, level: Level, allowed: list[str]) -> str:
    """Say why a key is not allowed at a level."""
    if key in BY_KEY:
        return "cannot be set for one certificate; move it to the device (another BIG-IP is another device)"
    if key == "certificates":
        return "is not allowed here; put it on a device"
    if key == "devices":
        return "is not allowed here; put it at the top of the file"
    place = "at the top" if level is Level.TOP else f"on a {level.value}"
    hint = did_you_mean(key, allowed) or f"; allowed {place}: {', '.join(sorted(allowed))}"
    return f"unknown key{hint}"
