"""libyaml and PyYAML's own parser read the same: values, lines and mistakes do not depend on which one did."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.configuration.sources import yaml_nodes
from sectigo_f5.configuration.sources.yaml_nodes import composed
from tests.support.damaged_files import CREDENTIALS, SAMPLES, damaged
from tests.support.properties import generated

USUAL = [text for text in (*SAMPLES.values(), CREDENTIALS) if not yaml_nodes.UNUSUAL.search(text)]
TOKENS = [
    "[",
    "]",
    "{",
    "}",
    ",",
    ": ",
    ":",
    "- ",
    "-",
    "&a ",
    "*a",
    "<<: ",
    "'",
    '"',
    "\\",
    "#",
    " # ",
    "%",
    "@",
    "`",
    "a:b",
]
TOKENS += ["\n", "\n  ", "\n    ", "\n- ", "a: b\n", "a", "1", "~", "=", "é", "\xa0", "---\n", "...\n", "x" * 1025]
SNIPPETS = st.lists(st.sampled_from(TOKENS), min_size=1, max_size=12).map(lambda tokens: "".join(tokens) + "\n")
ODD = [
    "a:\tb\n",
    "? a",
    "- |#\n  a\n",
    "[vs_a? b]\n",
    "a: !x b\n",
    "%YAML 1.3\n---\na\n",
    "a: b\r\n",
    "a: \x85b\n",
    "--- ",
]


def outcome(text: str, loader: type[yaml.SafeLoader] | None = None) -> object:
    """Return the tree as plain values with their lines, or the mistake with its place."""
    try:
        node = loader(text).get_single_node() if loader else composed(text)[1]
        return None if node is None else tree(node, {})
    except RecursionError:
        return "too deep"
    except yaml.MarkedYAMLError as error:
        return str(error)
    except yaml.reader.ReaderError as error:
        return error.position


def tree(node: yaml.Node, seen: dict[int, int]) -> object:
    if id(node) in seen:
        return "alias", seen[id(node)]
    seen[id(node)] = len(seen)
    if isinstance(node, yaml.MappingNode):
        parts = [(tree(key, seen), tree(value, seen)) for key, value in node.value]
        return node.tag, node.start_mark.line, parts
    if isinstance(node, yaml.SequenceNode):
        return node.tag, node.start_mark.line, [tree(item, seen) for item in node.value]
    return node.tag, node.start_mark.line, node.value


@generated(120)
@given(st.sampled_from(USUAL).flatmap(damaged).map(lambda content: content.decode("utf-8", "replace")) | SNIPPETS)
def test_damaged_files_read_alike_with_and_without_libyaml(text: str) -> None:
    assert outcome(text) == outcome(text, yaml.SafeLoader)


@pytest.mark.parametrize("text", [*ODD, "[" * 19 + "]" * 19 + "\n", "[" * 60 + "]" * 60 + "\n", "a: [b\n", "a: 'b\n"])
def test_what_libyaml_reads_in_another_way_is_read_by_pyyaml(text: str) -> None:
    assert outcome(text) == outcome(text, yaml.SafeLoader)


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="this PyYAML was built without libyaml")
def test_an_ordinary_file_is_read_by_libyaml_and_an_unusual_one_is_not() -> None:
    assert len(USUAL) >= 3
    loaders = {type(composed(text)[0]) for text in USUAL}
    assert (loaders, type(composed("a: !x b\n")[0])) == ({yaml_nodes._Libyaml}, yaml.SafeLoader)
