"""The texts that a program can print, from its source: what the documents quote must be among them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

VARIABLE = "…"  # stands for the parts that vary
NOT_ENGLISH = re.compile(
    r"[^,;.\n]*(?:,\s+where\s+(?:it|its|there|nothing|none|no)\b|\bwhere\s+there\s+is\s+(?:no|none)\b|\blooked\s+after\b"
    r"|\bserves\s+on\b|\bgoes\s+on\b|\banew\b|\bput\s+right\b|\bcannot\s+be\s+known\b|\bin\s+vain\b"
    r"|\bnot\s+oftener\b|\broll\s+backs\b|\ba\s+roll\s+back\b)[^,;.\n]*",
    re.IGNORECASE,
)


def texts_in(folder: Path, without: str | None = None) -> list[str]:
    """Return every text in the modules of a folder, except docstrings; variable parts show as ``…``.

    ``without`` is a folder in it that is omitted.
    """
    files = [file for file in sorted(folder.rglob("*.py")) if without not in file.relative_to(folder).parts]
    return [text for file in files for text in _texts(ast.parse(file.read_text()))]


def _texts(tree: ast.AST) -> Iterator[str]:
    for node in _without_docstrings(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield with_variables(node.value)
        elif isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else VARIABLE for part in node.values)
            yield with_variables("".join(map(str, parts)))


def _without_docstrings(tree: ast.AST) -> Iterator[ast.AST]:
    """Walk a tree as :func:`ast.walk` does, without docstrings: texts that are statements of their own."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue
        yield child
        yield from _without_docstrings(child)


def with_variables(text: str) -> str:
    """Replace the placeholders of ``%`` and of ``str.format`` as well."""
    return re.sub(rf"(?:%[-.\d]*[a-z]|\{{\w+\}}|{VARIABLE})+", VARIABLE, text)


def not_english(text: str) -> list[str]:
    """Return the parts of a text that are not English: German word order, ``where`` for ``if``."""
    return [match.strip() for match in NOT_ENGLISH.findall(text)]
