"""The line for cron, and what logrotate does with the log."""

from __future__ import annotations

import os
import re
from pathlib import Path

from sectigo_f5.commands.arguments import parse
from sectigo_f5.configuration.environment.reading import LOG_FILE
from tests.install.placing import CONFIG, ROOT, placed, run, shown

CRON, ROTATION = (CONFIG / folder / "sectigo-f5" for folder in ("cron.d", "logrotate.d"))
TIMER = CONFIG / "systemd" / "sectigo-f5.timer"


def cron_lines() -> list[str]:
    lines = CRON.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#") and not re.match(r"\w+=", line)]


def test_cron_runs_the_connector_as_its_user_when_the_timer_would() -> None:
    (line,) = cron_lines()
    minute, hours, *days, user, program, option = line.split()
    assert (days, user, program) == (["*", "*", "*"], "sectigo", "/opt/sectigo-f5/start_acme.py")
    options = parse([option], "start_acme.py")
    assert (options.command, options.quiet) == ("run", True)
    calendar = ",".join(f"{int(hour):02}" for hour in hours.split(","))
    assert f"OnCalendar=*-*-* {calendar}:{minute}\n" in TIMER.read_text(encoding="utf-8")


def test_cron_takes_the_file() -> None:
    """Debian's cron passes over names with a dot, and a last line without an end."""
    assert re.fullmatch(r"[\w-]+", CRON.name)
    assert CRON.read_text(encoding="utf-8").endswith("\n")
    assert "SECTIGO_ENV_FILE=/etc/sectigo/env\n" in CRON.read_text(encoding="utf-8")


def test_operations_show_the_cron_file() -> None:
    page = ROOT / "docs" / "operations.md"
    assert shown(page, "crontab", "# /etc/cron.d/sectigo-f5\n") == CRON.read_text(encoding="utf-8")


def test_readme_shows_the_time_of_the_cron_file() -> None:
    when = " ".join(cron_lines()[0].split()[:5])
    assert f"    {when}  /opt/sectigo-f5/start_acme.py --quiet\n" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_log_page_shows_the_rotation() -> None:
    page = ROOT / "docs" / "log.md"
    assert shown(page, "", "# /etc/logrotate.d/sectigo-f5\n") == ROTATION.read_text(encoding="utf-8")


def test_logrotate_takes_the_file_and_rotates_the_log(tmp_path: Path) -> None:
    log = tmp_path / "start_acme.log"
    log.write_text("a line\n")
    user = f"su {'root root' if os.getuid() == 0 else f'#{os.getuid()} #{os.getgid()}'}"
    changed = {"/var/log/sectigo": str(tmp_path), "su sectigo sectigo": user}
    file = placed(ROTATION, tmp_path / "sectigo-f5", changed)
    file.chmod(0o644)
    tried = run("logrotate", "--debug", "--force", "--state", tmp_path / "state", file)
    assert tried.returncode == 0
    assert "error" not in tried.stdout
    assert f"considering log {log}" in tried.stdout
    assert "log needs rotating" in tried.stdout
    assert ROTATION.read_text(encoding="utf-8").count(f"\n{LOG_FILE.parent}/*{LOG_FILE.suffix} {{") == 1
