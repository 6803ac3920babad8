"""deploy/node-red/biglittle.json in a real Node-RED, at a real fleet: each alarm that the results give and no
other, the states, who is lost, and a request that its device answers. Arguments: the built biglittle, the source
tree."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import urllib.request

HOME = pathlib.Path(sys.argv[2])
sys.path.insert(0, str(HOME / "tests/integration"))
# pylint: disable=wrong-import-position
from programs import Programs, check, free_ports, wait_for
from wire_traffic import Fleet

PROGRAM = pathlib.Path(sys.argv[1])
HERE = HOME / "tests/node_red"
FLOW = HOME / "deploy/node-red/biglittle.json"
ALARMS = ("imbalance_severe", "outer_race_severe", "inner_race_severe", "ball_severe")
SURE = 0.8
RESULT = {"fleet": "plant-7", "device": "pump-1", "stage": "final", "decided_by": "big", "label": "ball_severe",
          "confidence": 1.0}


class NodeRed:
    def __init__(self, folder, programs, broker):
        self.port = free_ports(1)[0]
        nodes = json.loads(FLOW.read_text(encoding="utf-8"))
        for node in nodes:
            if node["type"] == "mqtt-broker":
                node["port"] = str(broker)
        (folder / "flow.json").write_text(json.dumps(nodes), encoding="utf-8")
        self.log = folder / "node-red"
        os.environ["NODE_RED_PORT"] = str(self.port)
        with open(self.log, "w", encoding="utf-8") as log:
            programs.start("node-red", "node", HERE / "node_modules/node-red/red.js", "--userDir", folder / "user",
                           "--settings", HERE / "settings.cjs", folder / "flow.json", stdout=log)
        wait_for(lambda: "Connected to broker" in self.text(), "Node-RED does not connect")

    def text(self):
        """Its lines so far that are whole."""
        return self.log.read_text(encoding="utf-8").rpartition("\n")[0]

    def said(self, node):
        """The texts that came to the debug node of this name."""
        return re.findall(rf"\[debug:{node}\] (.*)", self.text())

    def press(self, node):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/inject/{node}", method="POST")
        with urllib.request.urlopen(request, timeout=10) as answer:
            check(answer.status == 200, f"{node} cannot be pressed")


def alarms_of(results):
    return {(result["device"], result["label"]) for result in results if result["stage"] == "final"
            and result["label"] in ALARMS and result["confidence"] >= SURE}


def told_alarms(node_red):
    return {tuple(re.match(r"(\S+): (\S+), \d+ %, decided by (?:little|big|fallback)$", line).groups())
            for line in node_red.said("alarm")}


def liars(fleet):
    """None of these is an alarm: another device's, a retained one, no JSON, one that is not final, not sure, or
    of no class that means harm."""
    topic = "biglittle/v1/plant-7/devices/box-1/result"
    own = {**RESULT, "device": "box-1"}
    for payload, *more in ((json.dumps(RESULT),), (json.dumps(own), "-r"), ("{",),
                           (json.dumps({**own, "stage": "provisional"}),),
                           (json.dumps({**own, "confidence": SURE - 0.01}),),
                           (json.dumps({**own, "label": "ball_mild"}),)):
        fleet.heard.publish(topic, payload, *more)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        with Programs(folder) as programs:
            fleet = Fleet(folder, programs, PROGRAM, HOME)
            node_red = NodeRed(folder, programs, fleet.port)
            fleet.start()
            liars(fleet)
            wait_for(lambda: len(told_alarms(node_red)) >= 3, "no three alarms")
            wait_for(lambda: node_red.said("state"), "no state")
            node_red.press("pause")
            wait_for(lambda: any(re.fullmatch(r"pump-1 answers node-red-\d+: done", line)
                                 for line in node_red.said("answer")), "no answer to a request")
            fleet.heard.await_payload("/pump-1/status", lambda said: said["paused"], "pump-1 is not paused")
            fleet.kill("worker-1")
            fleet.kill("pump-3")
            for device in ("pump-1", "pump-2", "box-1"):
                fleet.stop(device)
            for line in ("worker-1 is offline", "pump-3 is offline", "pump-2 is stopped"):
                wait_for(lambda wanted=line: wanted in node_red.said("presence"), f"not told: {line}")
            heard = [result for device in ("pump-1", "pump-2", "pump-3")
                     for result in fleet.heard.payloads(f"/{device}/result")]
            wait_for(lambda: told_alarms(node_red) >= alarms_of(heard), "an alarm is missing")
            check(told_alarms(node_red) == alarms_of(heard), "an alarm too many:\n" + node_red.text())
            states = {f"{said['device']} is {said['label']} since {said['since']}"
                      for said in fleet.heard.payloads("/state") if said["prioritised"]}
            check(set(node_red.said("state")) <= states, "a state that was never told")
            for warning in ("box-1 says that it is another device", "box-1 sends no JSON"):
                check(warning in node_red.text(), f"not warned: {warning}")


main()
