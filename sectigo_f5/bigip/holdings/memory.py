"""What one login session remembers of a BIG-IP."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sectigo_f5.bigip.holdings.contents import Holdings
from sectigo_f5.bigip.made_change import MadeChange
from sectigo_f5.bigip.surroundings.reading import Surroundings
from sectigo_f5.bigip.virtual_servers.port_80 import Listeners
from sectigo_f5.bigip.virtual_servers.references import References
from sectigo_f5.device_objects import VirtualServer
from sectigo_f5.model import Job


@dataclass
class Memory:
    """What was read and still counts, what the BIG-IP has shown to do, and what we have changed."""

    holdings: Holdings | None = None
    references: References | None = None
    surroundings: Surroundings | None = None
    made: dict[str, MadeChange] = field(default_factory=dict)  # by the full path of our profile
    saved: bool = False  # since the login
    read_since_save: bool = True
    servers: dict[str, VirtualServer] = field(default_factory=dict)  # that were looked at, by full path
    strict: dict[str, bool] = field(default_factory=dict)  # iApps that refuse changes of what they own, by full path
    every_server: tuple[VirtualServer, ...] | None = None
    listeners: Listeners | None = None  # of them, on port 80
    places_before: dict[str, dict[str, int]] = field(default_factory=dict)  # see ``Holdings.recall``
    expected: tuple[Job, ...] = ()  # the certificates of this login
    looked_at: datetime | None = None  # when the reading of it began
    active: bool = False  # the unit was active when it was last asked
    makes_request_with_key: bool = True  # as far as it was tried
    watched: bool = False  # that it makes nothing of what it validates was seen in this login
    requests: list[str] = field(default_factory=list)  # CSRs of ours, full paths, to be deleted at the end
    uploads: set[str] = field(default_factory=set)  # files of ours in the device's downloads, to be removed at the end
    left: frozenset[str] | None = None  # stems of names, of which CSRs or files are there; None: not looked for
    tidied: list[Job] = field(default_factory=list)  # certificates of which nothing but such files is left
    takes_files: bool = False  # by the route of step 10
    validates_only: bool | None = None  # transactions with ``validateOnly``; None: not tried yet
    sync: Mapping[str, str] | None = None  # how the group's config sync stands, if only reading is done
    unsaved: bool = False
    unsaved_traffic_groups: frozenset[str] = frozenset()
