"""The texts that a program can print, from its source: what documents quote has to be among them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

VARIABLE = "…"  # what differs from case to case
NOT_ENGLISH = re.compile(
    r"[^,;.\n]*(?:,\s+where\s+(?:it|its|there|nothing|none|no)\b|\bwhere\s+there\s+is\s+(?:no|none)\b|\blooked\s+after\b"
    r"|\bserves\s+on\b|\bgoes\s+on\b|\banew\b|\bput\s+right\b|\bcannot\s+be\s+known\b|\bin\s+vain\b"
    r"|\bnot\s+oftener\b|\broll\s+backs\b|\ba\s+roll\s+back\b)[^,;.\n]*",
    re.IGNORECASE,
)


def texts_in(folder: Path, without: str | None = None) -> list[str]:
    """Return every text in the modules of a folder, docstrings excepted; what is filled in shows as ``…``.

    ``without`` is a folder in it that is left out.
    """
    files = [file for file in sorted(folder.rglob("*.py")) if without not in file.relative_to(folder).parts]
    return [text for file in files for text in _texts(ast.parse(file.read_text()))]


def _texts(tree: ast.AST) -> Iterator[str]:
    for node in _without_docstrings(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield _with_variables(node.value)
        elif isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else VARIABLE for part in node.values)
            yield _with_variables("".join(map(str, parts)))


def _without_docstrings(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk through a tree as :func:`ast.walk` does; a text that is a statement of its own is a docstring."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue
        yield child
        yield from _without_docstrings(child)


def _with_variables(text: str) -> str:
    """Show the placeholders of ``%`` and of ``str.format`` as variables, too."""
    return re.sub(rf"(?:%[-.\d]*[a-z]|\{{\w+\}}|{VARIABLE})+", VARIABLE, text)


def not_english(text: str) -> list[str]:
    """Return what of a text no native speaker would write: German order of words, ``where`` for ``if``."""
    return [found.strip() for found in NOT_ENGLISH.findall(text)]
