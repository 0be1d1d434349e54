"""The command sectigo-f5: the connector as its own user, whoever calls it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.install.placing import CONFIG, placed, run


def called(tmp_path: Path, uid: int, **environment: str) -> list[str]:
    """Call it as a user with this number; returns what would run, with the variables that it sees."""
    programs = tmp_path / "bin"
    programs.mkdir()
    texts = {
        "id": f'[ "$1" = -u ] && echo {uid} || echo 4711',
        "setpriv": 'echo "HOME=$HOME"; echo setpriv "$@"; while [ "$1" != -- ]; do shift; done; shift; exec "$@"',
        "start_acme.py": 'echo "$SECTIGO_ENV_FILE"; echo "run:" "$@"',
    }
    for name, text in texts.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    places = {"/opt/sectigo-f5/start_acme.py": str(programs / "start_acme.py")}
    command = placed(CONFIG / "command" / "sectigo-f5", tmp_path / "sectigo-f5", places)
    done = run("sh", command, "plan", "--only", "a b", environment={"PATH": f"{programs}:/usr/bin:/bin", **environment})
    assert done.returncode == 0, done.stdout
    return done.stdout.splitlines()


def test_root_becomes_the_user_of_the_service(tmp_path: Path) -> None:
    home, change, env_file, command = called(tmp_path, 0)
    assert home == "HOME=/var/lib/sectigo"
    assert change.startswith("setpriv --reuid sectigo --regid 4711 --init-groups -- ")
    assert (env_file, command) == ("/etc/sectigo/env", "run: plan --only a b")


@pytest.mark.parametrize(("environment", "env_file"), [({}, "/etc/sectigo/env"), ({"SECTIGO_ENV_FILE": "/x"}, "/x")])
def test_another_user_stays_who_he_is(tmp_path: Path, environment: dict[str, str], env_file: str) -> None:
    assert called(tmp_path, 1000, **environment) == [env_file, "run: plan --only a b"]
