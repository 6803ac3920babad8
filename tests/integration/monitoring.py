"""The alert rules and the board of deploy/, held against what real programs tell: every metric that they
name is there, a fleet that is well raises no alert, and one whose worker is killed the right ones. Arguments: the
built biglittle, the source tree."""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

from programs import Programs, check, free_ports, wait_for

PROGRAM, HOME = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
RULES = HOME / "deploy/prometheus/biglittle.rules.yml"
BOARD = HOME / "deploy/grafana/biglittle.json"
NOT_RUN = 77
SCRAPES, PACE_S = 20, 0.2  # of each phase; each stands for a minute

FLEET = """
version: 1
fleet: watched
models: {models}
broker: {{port: {broker}}}
workers:
  - {{id: worker-1, tasks: [vibration], health: {{port: {worker}}}}}
devices:
  - id: pump-1
    task: vibration
    deadline_ms: 400
    source: {{type: vibration, interval_ms: 5}}
    health: {{port: {device}}}
"""


def page(port, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.read().decode()
    except OSError:
        return None


def samples_of(text):
    """By series, as `name{labels}`."""
    found = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            series, _, value = line.rpartition(" ")
            found[series] = float(value)
    return found


class Recorder:
    """What Prometheus would have recorded, a scrape a minute."""

    def __init__(self, worker, device):
        self.targets = {("biglittle-workers", "worker-1:9464"): worker,
                        ("biglittle-devices", "pump-1:9464"): device}
        self.series, self.taken = {}, 0

    def scrape(self):
        for (job, instance), port in self.targets.items():
            text = page(port, "/metrics")
            labels = f'job="{job}",instance="{instance}"'
            self.put(f"up{{{labels}}}", 0 if text is None else 1)
            for series, value in samples_of(text or "").items():
                name, _, rest = series.partition("{")
                inner = rest.rstrip("}")
                self.put(f"{name}{{{labels}{',' if inner else ''}{inner}}}", value)
        self.taken += 1

    def put(self, series, value):
        values = self.series.setdefault(series, [])
        values += ["_"] * (self.taken - len(values))
        values.append(repr(value))

    def names(self):
        return {series.partition("{")[0] for series in self.series}


def metrics_named(text):
    return set(re.findall(r"\b(?:biglittle_(?:agent|worker)|process)_[a-z0-9_]+\b", text))


def names_are_there(recorder):
    """A counter with a label of its own first appears when it first counts: those the operators' guide
    names."""
    guide = (HOME / "docs/operations.md").read_text(encoding="utf-8")
    board = json.loads(BOARD.read_text(encoding="utf-8"))
    queries = [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]
    queries += [variable["query"]["query"] for variable in board["templating"]["list"]
                if variable["type"] == "query"]
    named = metrics_named("\n".join(queries)) | metrics_named(RULES.read_text(encoding="utf-8"))
    check(len(named) > 30, f"only {len(named)} metrics are named")
    for name in sorted(named):
        short = re.sub(r"^biglittle_(agent|worker)_", "", name)
        check(name in recorder.names() or f"`{short}" in guide,
              f"{name} is named in deploy/, but no program tells it")
    return queries


def queries_are_right(queries, folder):
    """Grafana's variables are none of PromQL's."""
    rules = []
    for i, query in enumerate(queries):
        if query.startswith("label_values("):
            continue
        plain = query.replace("$__rate_interval", "5m").replace("$devices|$workers", ".*")
        plain = re.sub(r"\$(devices|workers|instance)", ".*", plain)
        rules.append({"record": f"board:{i}", "expr": plain})
    file = folder / "board.yml"
    file.write_text(json.dumps({"groups": [{"name": "board", "rules": rules}]}), encoding="utf-8")
    promtool("check", "rules", file)


def find_promtool():
    """Installed, or unpacked by ./biglittle test."""
    return shutil.which("promtool") or shutil.which("promtool", path=HOME / "build/tools/usr/bin")


def promtool(*arguments):
    done = subprocess.run([find_promtool(), *map(str, arguments)], capture_output=True, text=True, check=False)
    check(done.returncode == 0, f"promtool {' '.join(map(str, arguments))}:\n{done.stdout}{done.stderr}")


def alerts_are_right(recorder, healthy, folder):
    """Which alerts fire when all was well, and at the end."""
    def firing(minute, names):
        return {"expr": 'count by (alertname) (ALERTS{alertstate="firing"})', "eval_time": f"{minute}m",
                "exp_samples": [{"labels": f'{{alertname="{name}"}}', "value": 1} for name in names]}

    test = {"rule_files": [str(RULES)], "evaluation_interval": "1m",
            "tests": [{"interval": "1m",
                       "input_series": [{"series": series, "values": " ".join(values)}
                                        for series, values in recorder.series.items()],
                       "promql_expr_test": [
                           firing(healthy - 1, []),
                           firing(recorder.taken - 1, ["BigLittleDown", "BigLittleFallbacks"])]}]}
    file = folder / "alerts_test.yml"
    file.write_text(json.dumps(test), encoding="utf-8")
    promtool("test", "rules", file)


def recorded(folder, programs):
    """A fleet that is well, and then without its worker."""
    broker, worker, device = free_ports(3)
    file = folder / "fleet.yaml"
    file.write_text(FLEET.format(models=HOME / "models", broker=broker, worker=worker, device=device),
                    encoding="utf-8")
    programs.start_broker(broker)
    programs.start("worker", PROGRAM.parent / "cloud_worker", "--config", file, "--worker", "worker-1")
    programs.start("device", PROGRAM.parent / "device_agent", "--config", file, "--device", "pump-1")
    for port in (worker, device):
        wait_for(lambda p=port: (page(p, "/ready") or "").startswith("online"), "not ready")
    wait_for(lambda: 'outcomes_total{kind="big"' in (page(device, "/metrics") or ""),
             "no answer by the big net")
    recorder = Recorder(worker, device)
    for phase in (None, "worker"):
        if phase:
            programs.end(phase)
        for _ in range(SCRAPES):
            recorder.scrape()
            time.sleep(PACE_S)
    return recorder


def main():
    if find_promtool() is None:
        print("there is no promtool: the alerts were not tried (Debian's package prometheus has it)")
        sys.exit(NOT_RUN)
    promtool("check", "rules", RULES)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        with Programs(folder) as programs:
            recorder = recorded(folder, programs)
        queries_are_right(names_are_there(recorder), folder)
        alerts_are_right(recorder, SCRAPES, folder)


main()
