"""What an editor makes of a YAML file by ``config/schema.json``: it must never mark what we accept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from functools import cache
from typing import Any

import jsonschema
import yaml

from tests.support.installation import ROOT

LONGEST = 50_000  # characters: what is longer is no test of the schema

# What no schema can say, by the texts of our mistakes.
BEYOND = {
    "the same name or type twice": r"is used twice|contains two keys of one type",
    "two certificates or devices": (
        r"already (?:the name|belongs|has)|both lead to one BIG-IP|is reached differently|may not be replaced"
    ),
    "settings of several levels": (
        r"cannot be combined with|is not a size for|missing; (?:dns-01 needs|username is set|password is set)"
        r"|missing; write credentials_file"
    ),
    "settings together": (
        r"http-01 (?:cannot prove|has no virtual)|is not a name of the certificate|makes object names of|makes no CSR"
        r"|common name of more than"
    ),
    "other files": (
        r"the CA file |credentials_file: \S|credentials/\S+:\d"
        r"|credentials_command: \S+ (?:is no (?:file|program)|may not be|cannot be run|is used)"
    ),
    "what YAML 1.1 takes for something else": r"must be text, not a (?:date|truth value|number)|neither true nor false",
    "characters without a shape": r"another control character|that no program can be given",
    "an address in figures": r"neither a host name nor an IP|is an IP address",
}
# Before these nothing else in the file can be judged; an editor marks most of them itself.
UNCLEAR = r"is set twice|looks like a date|has a YAML tag|anchor is used inside|anchors are used|must name a mapping"


class Yaml12(yaml.SafeLoader):
    """YAML as editors read it (1.2, core schema): only ``true`` and ``false`` are truth values, no text is a date."""


Yaml12.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+0123456789."),
    ("null", r"null|Null|NULL|~|", ["~", "n", "N", ""]),
    ("merge", r"<<", "<"),
):
    Yaml12.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(rf"(?:{pattern})\Z"), list(first))


@cache
def validator() -> jsonschema.Draft202012Validator:
    """Return the validator of the schema."""
    schema: Any = json.loads((ROOT / "config" / "schema.json").read_text())
    return jsonschema.Draft202012Validator(schema)


def document(text: str | bytes) -> Any:
    """Return the file as an editor sees it; None if it is not YAML, or not text."""
    try:
        return json.loads(json.dumps(yaml.load(text, Yaml12)))  # noqa: S506  # it is a safe one
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, LookupError, AttributeError):
        return None


def must_agree(text: str | bytes, mistakes: Iterable[str]) -> None:
    """Check that the editor marks nothing in a file without mistakes, and marks each mistake that a schema can say."""
    found = list(mistakes)
    unclear = len(text) > LONGEST or re.search(UNCLEAR, " ".join(found))
    seen = None if unclear else document(text)
    if seen is None:
        return
    marked = [f"{error.json_path}: {error.message}"[:300] for error in validator().iter_errors(seen)]
    if not found:
        assert marked == [], "config/schema.json refuses what the reader accepts"
    elif not all(re.search("|".join(BEYOND.values()), mistake) for mistake in found):
        assert marked, f"config/schema.json accepts what the reader refuses: {found}"
