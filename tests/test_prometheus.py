"""The alerts and the dashboard, by Prometheus' own promtool: they name metrics that exist, and the remedy."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from sectigo_f5.commands.arguments import parser
from sectigo_f5.report.metrics.names import METRICS, STEPS
from tests.support.console import Console
from tests.support.installation import ROOT
from tests.support.names import ONLY_EC
from tests.support.scraped import Scraped
from tests.support.virtual_servers import attach, hand_made
from tests.support.world import World

ALERTS, TESTS, DASHBOARD = (
    ROOT / "config" / name
    for name in ("prometheus-alerts.yaml", "prometheus-alerts-tests.yaml", "grafana-dashboard.json")
)
RULES = [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]
BOARD: dict[str, Any] = json.loads(DASHBOARD.read_text())
KNOWN = {metric.full_name: {*metric.labels, *(["shard"] if metric.of_run else [])} for metric in METRICS}
OF_PROMETHEUS = {"instance", "alertname", "alertstate", "severity"}
WIDTH = 24  # columns of a dashboard


def promtool(*arguments: str, fed: str = "") -> str:
    """Return what it says; it is content."""
    program = shutil.which("promtool")
    assert program is not None, "install the package prometheus"
    done = subprocess.run([program, *arguments], input=fed, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def expressions() -> Iterator[str]:
    """Yield those of the dashboard, with its variables as they are at first."""
    queries = [variable["definition"] for variable in BOARD["templating"]["list"] if "definition" in variable]
    found = [re.sub(r"label_values\((.*), \w+\)$", r"\1", query) for query in queries]
    found += [target["expr"] for panel in BOARD["panels"] for target in panel.get("targets", ())]
    yield from (re.sub(r"\$(device|certificate)\b", ".*", each) for each in found)


def test_each_alert_fires_and_keeps_quiet_as_its_tests_say() -> None:
    assert f"SUCCESS: {len(RULES)} rules found" in promtool("check", "rules", str(ALERTS))
    assert "SUCCESS" in promtool("test", "rules", str(TESTS))


def test_each_alert_has_a_test_in_which_it_fires_and_one_in_which_not() -> None:
    cases = [case for group in yaml.safe_load(TESTS.read_text())["tests"] for case in group["alert_rule_test"]]
    fires = {(c["alertname"], each["exp_labels"]["severity"]) for c in cases for each in c.get("exp_alerts", ())}
    quiet = {case["alertname"] for case in cases if "exp_alerts" not in case}
    assert fires == {(rule["alert"], rule["labels"]["severity"]) for rule in RULES}
    assert {rule["alert"] for rule in RULES} == quiet


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule['alert']}-{rule['labels']['severity']}")
def test_an_alert_says_what_happened_what_to_do_and_where_to_read(rule: dict[str, Any]) -> None:
    told = rule["annotations"]
    assert set(told) == {"summary", "description", "runbook_url"}
    page, _, anchor = told["runbook_url"].partition("#")
    headings = re.findall(r"^## (\w+)$", (ROOT / page).read_text(), re.MULTILINE)
    assert (rule["alert"], rule["alert"].lower()) in [(heading, anchor) for heading in headings]
    named = set(re.findall(r"docs/[\w-]+\.md", told["description"]))
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_commands_in_alerts_and_on_their_page_can_be_typed() -> None:
    texts = [rule["annotations"]["description"] for rule in RULES] + [(ROOT / "docs" / "alerts.md").read_text()]
    pattern = r"sectigo-f5((?: (?:check|plan|run|status)| --\w+(?= )| '[^']+'| \{\{ [$.\w]+ \}\}| DEVICE)+)"
    typed = {words for text in texts for words in re.findall(pattern, " ".join(text.split()))}
    assert len(typed) > 6
    for words in typed:
        chosen = parser().parse_args(shlex.split(words.replace("{{ ", "{{").replace(" }}", "}}")))
        assert chosen.command in words
        assert ("--only" in words) == bool(chosen.only)


def test_the_page_of_alerts_has_no_section_without_an_alert() -> None:
    headings = re.findall(r"^## (SectigoF5\w+)$", (ROOT / "docs" / "alerts.md").read_text(), re.MULTILINE)
    assert headings == list(dict.fromkeys(rule["alert"] for rule in RULES))


def test_alerts_and_dashboard_name_metrics_and_labels_that_exist() -> None:
    for expression in (*(rule["expr"] for rule in RULES), *expressions()):
        named = set(re.findall(r"\bsectigo_f5_\w+", expression))
        assert named <= KNOWN.keys(), expression
        of_metrics = named or KNOWN.keys()  # ALERTS has the labels of any
        labels = {label for name in of_metrics for label in KNOWN[name]} | OF_PROMETHEUS
        grouped = re.findall(r"(?:by|on) \(([\w, ]+)\)", expression)
        asked = {label for group in grouped for label in group.split(", ")} | set(
            re.findall(r"(\w+)[=!]~?\"", expression)
        )
        assert asked <= labels, expression


def test_every_metric_is_on_the_dashboard() -> None:
    shown = {name for expression in expressions() for name in re.findall(r"\bsectigo_f5_\w+", expression)}
    by_others = {
        "sectigo_f5_certificate_last_success_timestamp_seconds",  # what failing_since says better
        "sectigo_f5_audit_lines",  # for an alert, and for an auditor
        "sectigo_f5_audit_head_info",
    }
    assert KNOWN.keys() - shown == by_others


def test_every_expression_of_the_dashboard_can_be_evaluated(tmp_path: Path) -> None:
    rules = [{"record": f"expression_{number}", "expr": each} for number, each in enumerate(expressions())]
    file = tmp_path / "rules.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    assert f"SUCCESS: {len(rules)} rules found" in promtool("check", "rules", str(file))


def test_panels_have_ids_of_their_own_and_do_not_overlap() -> None:
    panels = BOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for panel in panels:
        place = panel["gridPos"]
        assert 0 <= place["x"] < place["x"] + place["w"] <= WIDTH, panel["title"]
        assert panel["type"] == "row" or panel["description"], panel["title"]
    for one, other in combinations((panel["gridPos"] for panel in panels), 2):
        apart = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        assert apart or one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]


def test_the_dashboard_can_be_imported_wherever_prometheus_is() -> None:
    assert (BOARD["id"], BOARD["uid"], BOARD["schemaVersion"]) == (None, "sectigo-f5", 41)
    variables = {variable["name"]: variable for variable in BOARD["templating"]["list"]}
    assert (variables["datasource"]["type"], variables["datasource"]["query"]) == ("datasource", "prometheus")
    targets = [target for panel in BOARD["panels"] for target in panel.get("targets", ())]
    sources = [each["datasource"]["uid"] for each in (*targets, *variables.values()) if "datasource" in each]
    assert set(sources) == {"${datasource}"}
    for panel in BOARD["panels"]:
        refs = [target["refId"] for target in panel.get("targets", ())]
        assert len(refs) == len(set(refs))


def test_the_textfile_of_a_run_is_as_promtool_wants_it(world: World) -> None:
    attach(world, hand_made(world, "shop", "shop.example.com", sniDefault="true"))
    world.one(world.job(keys=ONLY_EC, sni=True))
    world.wait(days=1)
    www = {"common_name": "www.example.com", "virtual_servers": ["vs_www"], "sni": True}
    console, file = Console(world, www), world.folder / "sectigo.prom"
    console.write_env(METRICS_FILE=str(file))
    world.device.hook = lambda exchange: world.wait(seconds=1)  # so long takes each answer
    assert console.say("run").code == 0
    took = Scraped(file).of_metric(STEPS, "step")
    assert {step for step in took if took[step]} == {"2", "3"}
    assert took["2"] + took["3"] <= Scraped(file).samples["last_run_duration_seconds"]
    console.say("run", "--only", "www.example.com")
    assert promtool("check", "metrics", fed=file.read_text()) == ""
    absent = {"failing_since_timestamp", "pending_since_timestamp", "next_order_timestamp"}
    written = set(re.findall(r"^# TYPE (\w+) (?:gauge|counter)$", file.read_text(), re.MULTILINE))
    assert written == KNOWN.keys() - {f"sectigo_f5_certificate_{name}_seconds" for name in absent}
