"""The files for those who run the service name metrics, settings and times that there are."""

import json
import re
from itertools import combinations
from pathlib import Path

import pytest
import yaml
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from service.app import create_app
from service.draining import LONGER_SECONDS
from service.metrics import Refusal
from service.settings import Settings

UNITS = Path(__file__).parents[2] / "docs" / "units"
ROOT = UNITS.parents[1]
# What Prometheus says of each scrape by itself.
ITS_OWN = {"up"}
DASHBOARD = json.loads((UNITS / "grafana-dashboard.json").read_text("utf-8"))
RULES = yaml.safe_load((UNITS / "prometheus-rules.yml").read_text("utf-8"))
SCRAPE = yaml.safe_load((UNITS / "prometheus.yml").read_text("utf-8"))
QUERIES = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
ALERTS = [rule for group in RULES["groups"] for rule in group["rules"]]
DOCKER_WAITS_SECONDS = 10


@pytest.fixture(scope="module")
def labels_of(tmp_path_factory, built_once):
    """Return the labels of each sample that a service gives once it has been asked, by name."""
    from tests.conftest import ToyEncoder

    with TestClient(create_app(Settings(data=built_once, metrics=True), encoder=ToyEncoder())) as client:
        client.get("/v1/search?q=buses")
        text = client.get("/metrics").text
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


def metrics_in(expression):
    """Return each metric that an expression reads, with the labels that it is chosen by."""
    plain = re.sub(r"\b(by|on)\s*\([^)]*\)", "", expression)
    for name, chosen in re.findall(r"\b((?:despatch|process)_\w+|up\b)(?:\{([^}]*)\})?", plain):
        yield name, re.findall(r"(\w+)\s*(?:=~|!=|=)", chosen)


@pytest.mark.parametrize("expression", [*QUERIES, *(rule["expr"] for rule in ALERTS)])
def test_every_metric_that_is_read_is_one_that_there_is_with_labels_that_it_has(labels_of, expression):
    read = list(metrics_in(expression))
    assert read
    for name, labels in read:
        assert name in labels_of.keys() | ITS_OWN
        # Prometheus adds these two to whatever it scrapes.
        assert set(labels) <= labels_of.get(name, set()) | {"instance", "job"}


def test_what_is_chosen_by_name_is_there():
    expressions = "\n".join([*QUERIES, *(rule["expr"] for rule in ALERTS)])
    chosen = re.findall(r'reason=~"([^"]+)"', expressions)
    assert [set(one.split("|")) for one in chosen] == [{Refusal.QUEUE_FULL, Refusal.TOO_MANY_CONNECTIONS}]
    assert set(re.findall(r'route="([^"]+)"', expressions)) == {"/v1/search"}
    assert set(re.findall(r'job="([^"]+)"', expressions)) == {one["job_name"] for one in SCRAPE["scrape_configs"]}


def test_every_metric_of_ours_is_told_on_the_page_and_drawn(labels_of):
    ours = {re.sub(r"_(bucket|sum|count)$", "", name) for name in labels_of if name.startswith("despatch_")}
    page = (ROOT / "docs" / "how-to" / "watch.md").read_text("utf-8")
    assert set(re.findall(r"`(despatch_\w+)`", page)) == {name for name in ours if f"{name}_total" not in ours}
    drawn = {re.sub(r"_(bucket|sum|count)$", "", name) for query in QUERIES for name, _ in metrics_in(query)}
    wanted = (
        "requests_total request_seconds stage_seconds queue_waiting refused_total snapshot_age_seconds recall_sample"
    )
    named = {f"despatch_{name}" for name in wanted.split()}
    assert named | {"despatch_recall_sample", "process_resident_memory_bytes"} <= drawn


def test_the_dashboard_has_panels_that_do_not_overlap_and_one_choice_of_a_prometheus():
    places = [(panel["id"], panel["gridPos"]) for panel in DASHBOARD["panels"]]
    assert len({number for number, _ in places}) == len(places)
    for (_, one), (_, other) in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below, (one, other)
    for panel in DASHBOARD["panels"]:
        assert {target["datasource"]["uid"] for target in panel["targets"]} == {"${datasource}"}
    assert [one["name"] for one in DASHBOARD["templating"]["list"]] == ["datasource", "instance"]


def test_every_alert_waits_and_says_what_is_the_matter():
    assert len({rule["alert"] for rule in ALERTS}) == len(ALERTS) == 8
    for rule in ALERTS:
        assert re.fullmatch(r"\d+[mh]", rule["for"])
        assert "{{ $labels.instance }}" in rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in {"page", "warn"}
    assert all((UNITS / name).is_file() for name in SCRAPE["rule_files"])


def test_whoever_stops_the_service_waits_longer_than_it_takes():
    settings = Settings()
    longest = settings.drain_seconds + settings.finish_seconds + LONGER_SECONDS
    unit = (UNITS / "despatch-serve.service").read_text("utf-8")
    (waits,) = re.findall(r"^TimeoutStopSec=(\d+)s$", unit, re.MULTILINE)
    assert longest < DOCKER_WAITS_SECONDS < int(waits)
    assert "KillSignal=SIGTERM\n" in unit
    assert "\nSTOPSIGNAL SIGTERM\n" in (ROOT / "Dockerfile").read_text("utf-8")


def test_the_proxy_keeps_the_metrics_to_itself_and_names_each_request():
    nginx = (UNITS / "nginx.conf").read_text("utf-8")
    assert re.search(r"location = /metrics \{\s+return 404;\s+\}", nginx)
    assert "proxy_set_header X-Request-ID $request_id;" in nginx


def test_the_proxy_takes_answers_for_slow_readers_but_passes_those_to_assistants_on_as_they_come():
    nginx = (UNITS / "nginx.conf").read_text("utf-8")
    places = dict(re.findall(r"location ([^{]+) \{([^}]*)\}", nginx))
    assert {place for place, said in places.items() if "proxy_buffering off;" in said} == {"= /mcp"}
    # A place with a header of its own would lose those that hold for all.
    assert [place for place, said in places.items() if "proxy_set_header" in said] == []
    assert all("proxy_pass http://despatch;" in places[one] for one in ("/", "= /mcp"))


def test_the_proxy_passes_on_to_where_the_service_listens_and_shares_out_among_more_of_them():
    nginx = (UNITS / "nginx.conf").read_text("utf-8")
    (processes,) = re.findall(r"^upstream despatch \{([^}]*)\}", nginx, re.MULTILINE)
    unit = (UNITS / "despatch-serve.service").read_text("utf-8")
    (first,) = re.findall(r"^    server (.+);", processes, re.MULTILINE)
    assert first == f"127.0.0.1:{Settings().port} max_fails=0"
    assert f"    #server 127.0.0.1:{Settings().port + 1} max_fails=0;\n" in processes
    # Without memory that they share, each worker of nginx would count only its own connections.
    assert {"    zone despatch 64k;", "    least_conn;"} <= set(processes.splitlines())
    assert "    proxy_next_upstream error http_503;\n" in nginx
    # The page makes a unit for any port of this line.
    page = (ROOT / "docs" / "how-to" / "deploy.md").read_text("utf-8")
    ((before, after),) = re.findall(
        r"sed --in-place 's/(.+?)/(.+?)/' /etc/systemd/system/despatch-serve@.service", page
    )
    assert len(re.findall(rf"^ExecStart=\S*/{before}$", unit, re.MULTILINE)) == 1
    assert after == f"{before} --port %i"


def test_every_reason_of_a_refusal_is_told_on_the_page():
    page = (ROOT / "docs" / "how-to" / "watch.md").read_text("utf-8")
    (row,) = [line for line in page.splitlines() if line.startswith("| `despatch_refused_total`")]
    assert set(re.findall(r"`(\w+)`", row)) == {"despatch_refused_total", "reason", *Refusal}
