"""The file that docs/commands.md shows is what ``discover`` prints."""

from __future__ import annotations

import re
from dataclasses import replace

from sectigo_f5.discovery.grouping import of_partitions
from sectigo_f5.discovery.nouns import Found, Surroundings
from sectigo_f5.discovery.sheets import Session, sheet
from sectigo_f5.discovery.writing import text_of
from tests.discovery.test_any_device import unit_of
from tests.support import builders
from tests.support.device_model import Model
from tests.support.generated_devices import Generated
from tests.support.installation import ROOT

ISSUER = "CN=Sectigo Public Server Authentication CA OV R36,O=Sectigo Limited,C=GB"


def printed() -> str:
    stock = replace(builders.STOCK, client_settings={"peerCertMode": "ignore"})
    settings = {"peerCertMode": "require"}
    old, held = builders.hand_made("/Common/shop", "www.example.com", "api.example.com", client_settings=settings)
    every = (
        builders.server(old.path, path="/Common/vs_www_https"),
        builders.server(path="/Common/vs_www_http", port=80),
        builders.server(path="/Common/vs_new", address="192.0.2.81"),
    )
    profiles, certificates = {each.path: each for each in (stock, old)}, {held.path: replace(held, issuer=ISSUER)}
    seen = replace(builders.seen(builders.job()), profiles=profiles, certificates=certificates)
    have = Found(of_partitions(every, ()), profiles, certificates)
    unit = unit_of(Generated(seen, Model({}, {}), every))
    session = Session(unit, have, Surroundings("bigip-fra", "17.1.2"), builders.NOW)
    device = {"host": "192.0.2.10", "credentials_file": "/etc/sectigo/credentials/bigip-fra.yaml"}
    return text_of(sheet(session, device, typed=False))


def test_the_file_shown_in_commands_is_what_is_printed() -> None:
    shown = re.findall(r"```yaml\n(# What .*?)```", (ROOT / "docs" / "commands.md").read_text(), re.DOTALL)
    assert shown == [printed()]
