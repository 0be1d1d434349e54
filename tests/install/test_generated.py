"""The manual page and the completions: as the command line is, and as each shell reads them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from script.generated import CONFIG, generated
from sectigo_f5.commands.table import COMMANDS
from tests.install.placing import ROOT, run

FILES = generated()
BASH = CONFIG / "completions" / "sectigo-f5.bash"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.name))
def test_generated_file_is_that_of_the_command_line(file: Path) -> None:
    """Releases of Python break lines differently."""
    assert file.read_text(encoding="utf-8").split() == FILES[file].split(), "run script/generate"


def completed(*words: str) -> list[str]:
    """Press TAB at the end of the last word."""
    line = " ".join(f"'{word}'" for word in words)
    words_so_far = f"COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}"
    script = f". '{BASH}'; {words_so_far}; _shtab_sectigo_f5; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    done = run("bash", "--noprofile", "--norc", "-uec", script, folder=CONFIG)
    assert done.returncode == 0, done.stdout
    return done.stdout.split()


def test_bash_completes_commands_options_and_values() -> None:
    assert completed("sectigo-f5", "ch") == ["check"]
    assert set(completed("sectigo-f5", "")) >= set(COMMANDS)
    assert completed("start_acme.py", "--quiet", "--conf") == ["--config-dir"]
    assert completed("sectigo-f5", "revoke", "--reason", "super") == ["superseded"]
    assert "credentials" in [name.rstrip("/") for name in completed("sectigo-f5", "check", "--config-dir", "cred")]


def test_bash_completes_both_names_of_the_program() -> None:
    done = run("bash", "--noprofile", "--norc", "-ec", f". '{BASH}'; complete -p sectigo-f5 start_acme.py")
    assert done.stdout.count(" -F _shtab_sectigo_f5 ") == 2


@pytest.mark.parametrize(("shell", "file"), [("zsh", "_sectigo-f5"), ("fish", "sectigo-f5.fish")])
def test_every_command_and_option_is_completed(shell: str, file: str) -> None:
    """The shell itself reads the file, on a machine that has it."""
    text = (CONFIG / "completions" / file).read_text(encoding="utf-8")
    assert [name for name in (*COMMANDS, "shard", "config-dir") if name not in text] == []
    assert "start_acme.py" in text
    if shutil.which(shell):
        done = run(shell, "-n", CONFIG / "completions" / file)
        assert (done.stdout, done.returncode) == ("", 0)


def test_manual_page_has_every_command_exit_code_and_file() -> None:
    page = (CONFIG / "man" / "sectigo-f5.8").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if f"\n.B {name}\n" not in page] == []
    assert [code for code in (0, 1, 2, 3, 75) if f"\n.B {code}\n" not in page] == []
    assert [place for place in ("/etc/sectigo/env", "/var/lib/sectigo") if f".I {place}\n" not in page] == []


def test_contributing_says_how_they_are_written() -> None:
    assert "`script/generate`" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
