"""The levels of the log, its formats, and the services that can take it, as operators write them."""

from collections.abc import Mapping
from typing import Literal

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
FORMATS = ("text", "json")
Service = Literal["syslog", "journal"]
SERVICES: Mapping[str, Service] = {"syslog": "syslog", "journal": "journal"}
