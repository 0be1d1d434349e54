"""Readers of the settings of the connection to a BIG-IP: addresses, CA file."""

from __future__ import annotations

import ipaddress
from pathlib import Path

from sectigo_f5.configuration import checks
from sectigo_f5.configuration.setting_readers import RawSetting, read_each, text_checked, text_of
from sectigo_f5.configuration.sources.permissions import warn_if_others_may_change


def hosts(raw: RawSetting) -> tuple[str, ...]:
    """Read one address, or a list of the units of one HA group."""
    items = raw.items if raw.items is not None else (raw.item(raw.value),)
    if not items:
        raise raw.wrong("is an empty list; write the address of the BIG-IP")
    names = read_each(text_checked(checks.device_host_fault, lower=True), items)
    return tuple(dict.fromkeys(str(ipaddress.ip_address(name)) if checks.is_address(name) else name for name in names))


def verify_tls(raw: RawSetting) -> bool | Path:
    """Read true, false, or a CA file relative to the YAML file."""
    if isinstance(raw.value.data, bool):
        return raw.value.data
    text = text_of(raw)
    file = raw.findings.file.parent / text
    if fault := checks.certificate_file_fault(file):
        hint = " (write true or false without quotes)" if text.lower() in ("true", "false") else ""
        raise raw.wrong(f"{fault}{hint}")
    warn_if_others_may_change(raw.findings.about(file))
    return file.absolute()
