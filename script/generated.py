"""The manual page and the completions of three shells, from the command line itself."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import shtab
from argparse_manpage.manpage import Manpage

from sectigo_f5 import __version__
from sectigo_f5.commands.arguments import parser

CONFIG = Path(__file__).resolve().parent.parent / "config"
COMMAND, SCRIPT = "sectigo-f5", "start_acme.py"
ORIGIN = "Generated from the command line by script/generate"
FILES = {"FILE": shtab.FILE, "DIR": shtab.DIRECTORY}  # what an option's value is, by its name in the help text


def generated() -> dict[Path, str]:
    """Return every generated file with its content."""
    completions = CONFIG / "completions"
    return {
        CONFIG / "man" / f"{COMMAND}.8": manual(),
        completions / f"{COMMAND}.bash": bash(),
        completions / f"_{COMMAND}": zsh(),
        completions / f"{COMMAND}.fish": fish(),
    }


def manual() -> str:
    """Return the manual page; without a date, which would differ each time."""
    include = (CONFIG / "man" / "sections.txt").read_text(encoding="utf-8")
    line = parser(COMMAND)
    epilog, line.epilog = line.epilog or "", None
    data = {
        "date": " ",
        "project_name": COMMAND,
        "version": __version__,
        "manual_section": 8,
        "manual_title": "System Manager's Manual",
        "description": "keep the TLS certificates of F5 BIG-IP virtual servers valid",
    }
    page = str(Manpage(line, _data=data)).rstrip("\n")
    commands, codes = epilog.split("\n\n")
    rows = re.findall(r"^  (\S+) +(.+)$", commands, re.MULTILINE)
    sections = [".SH COMMANDS", *(f".TP\n.B {name}\n{_roff(text)}" for name, text in rows)]
    pairs = (row.split(" ", 1) for row in codes.removeprefix("exit codes: ").split(" · "))
    sections += [".SH EXIT STATUS", *(f".TP\n.B {code}\n{_roff(text)}" for code, text in pairs)]
    return "\n".join([f'.\\" {ORIGIN}', page, *sections, include])


def _roff(text: str) -> str:
    return text.replace("\\", "\\\\").replace("-", "\\-")


def bash() -> str:
    """Return the completion of bash, for both names of the program."""
    text = shtab.complete(_line(), "bash", preamble=f"# {ORIGIN}")
    (last,) = re.findall(rf"^complete .* {COMMAND}$", text, re.MULTILINE)
    return _tidy(f"{text}\n{last.removesuffix(COMMAND)}{SCRIPT}")


def zsh() -> str:
    """Return the completion of zsh."""
    text = shtab.complete(_line(), "zsh", preamble=f"# {ORIGIN}")
    return _tidy(re.sub(rf"^#compdef {COMMAND}$", f"#compdef {COMMAND} {SCRIPT}", text, flags=re.MULTILINE))


def fish() -> str:
    """Return the completion of fish."""
    text = shtab.complete(_line(), "fish", preamble=f"# {ORIGIN}")
    return _tidy(f"{text}\ncomplete -c {SCRIPT} -w {COMMAND}")


def _line() -> argparse.ArgumentParser:
    """Return the command line, with what shtab needs to complete the values of options."""
    line = parser(COMMAND)
    for action in line._actions:  # noqa: SLF001  # argparse has no other list of them
        if kind := FILES.get(str(action.metavar)):
            action.complete = kind  # type: ignore[attr-defined]  # shtab's own
        if isinstance(action.choices, dict):  # of subparsers, as shtab would have it
            action.choices = list(action.choices)
    return line


def _tidy(text: str) -> str:
    """Leave out shtab's advice on where to put the file, which install.sh does, and spaces at the ends of lines."""
    text = re.sub(r"^# (Usage:|\d\)|   |See also).*\n", "", text, flags=re.MULTILINE)
    return re.sub(r"[ \t]+$", "", text.strip("\n"), flags=re.MULTILINE) + "\n"


def main() -> None:
    """Write the files."""
    for file, text in generated().items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
