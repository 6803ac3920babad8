"""Devices in Home Assistant: what a real device publishes at a real Mosquitto, held against the rules of Home
Assistant's own schemas, restated here (homeassistant/components/mqtt, 2025). Its templates are rendered as
there, on real payloads, and what it would publish is sent to the device. Arguments: the built biglittle, the
source tree."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from programs import Programs, check, free_ports, wait_for

NOT_RUN = 77
try:
    import jinja2.sandbox
except ImportError:
    print("python3-jinja2 is missing")
    sys.exit(NOT_RUN)

PROGRAM, HOME = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
ROOT = "biglittle/v1/plant_7/devices/pump.1"
ENTRY = "homeassistant/device/biglittle_plant_5f7__pump_2e1/config"

# Labels as a stranger may have them. Home Assistant cannot have the last two as states.
LABELS = ["{{ 7 * 7 }}", "it's {% raw %} \"}}", "None", " edge "]
SHOWN = [LABELS[0], LABELS[1], "None (class 2)", "edge (class 3)", "other"]

FLEET = """
version: 1
fleet: plant_7
models: {models}
broker: {{port: {broker}, reconnect_delay_min_ms: 20, reconnect_delay_max_ms: 200}}
{section}
workers:
  - {{id: worker-1, tasks: [tiny]}}
devices:
  - id: pump.1
    task: tiny
    deadline_ms: 2000
    status_interval_ms: 200
    store: {{folder: stored}}
    source: {{type: exec, command: [/bin/sh, -c, "{sensor}"], queue_capacity: 4096}}
"""
# Windows of classes 0 and 1: the little net is sure of the first.
SENSOR = "while :; do for v in 1 0 0 0 0 0.1 0 0; do echo $v; done; sleep 0.02; done"

# Platform -> its own keys, those that it must have. What all may have besides.
PLATFORMS = {
    "sensor": ({"state_topic": str, "value_template": str, "device_class": str, "options": list,
                "state_class": str, "unit_of_measurement": str}, {"state_topic"}),
    "binary_sensor": ({"state_topic": str, "value_template": str, "device_class": str}, {"state_topic"}),
    "update": ({"state_topic": str, "value_template": str, "title": str}, set()),
    "select": ({"state_topic": str, "value_template": str, "command_topic": str, "command_template": str,
                "options": list}, {"command_topic", "options"}),
    "number": ({"state_topic": str, "value_template": str, "command_topic": str, "command_template": str,
                "min": (int, float), "max": (int, float), "step": (int, float), "mode": str}, {"command_topic"}),
    "switch": ({"state_topic": str, "value_template": str, "command_topic": str, "payload_on": str,
                "payload_off": str, "state_on": str, "state_off": str}, {"command_topic"}),
    "button": ({"command_topic": str, "payload_press": str}, {"command_topic"}),
}
SHARED = {"platform": str, "unique_id": str, "name": str, "entity_category": str}
DEVICE = {"identifiers": list, "name": str, "manufacturer": str, "model": str, "sw_version": str}
AVAILABILITY = {"topic": str, "value_template": str, "payload_available": str, "payload_not_available": str}
BINARY_CLASSES = """battery battery_charging carbon_monoxide cold connectivity door garage_door gas heat light
    lock moisture motion moving occupancy opening plug power presence problem running safety smoke sound tamper
    update vibration window""".split()
UNITS = {"duration": {"d", "h", "min", "s", "ms", "µs"}}
LONGEST = 255  # of states, names and ids
ONLY_READ = {"sensor", "binary_sensor"}  # which are never of the category config


def keys_are_right(where, found, known, needed=()):
    for key, value in found.items():
        check(key in known, f"{where}: Home Assistant drops {key}")
        check(isinstance(value, known[key]) and not isinstance(value, bool), f"{where}: {key} is {value!r}")
        check(value not in ("", []), f"{where}: {key} is empty")
    for key in needed:
        check(key in found, f"{where}: there is no {key}")


def topics_are_right(where, found):
    for key in ("state_topic", "command_topic", "topic"):
        check(not re.search(r"[+#\0]", found.get(key, "")), f"{where}: {key} has a wildcard")


def sensor_is_right(where, sensor):
    """A list of states excludes what only numbers have."""
    kind = sensor.get("device_class")
    if "options" in sensor:
        check(kind == "enum", f"{where}: has options and is a {kind}")
        check(not sensor.keys() & {"state_class", "unit_of_measurement"}, f"{where}: an enum is no number")
    check(kind in (None, "enum", *UNITS), f"{where}: its device class {kind}")
    if kind in UNITS:
        check(sensor.get("unit_of_measurement") in UNITS[kind], f"{where}: its unit")
    check(sensor.get("state_class") in (None, "measurement", "total", "total_increasing"), f"{where}: its state class")


def entity_is_right(where, entity):
    platform = entity.get("platform")
    check(platform in PLATFORMS, f"{where}: there is no platform {platform}")
    own, needed = PLATFORMS[platform]
    keys_are_right(where, entity, {**own, **SHARED}, needed | {"unique_id", "platform"})
    topics_are_right(where, entity)
    category = entity.get("entity_category")
    check(category in (None, "diagnostic", "config"), f"{where}: the category {category}")
    check(category != "config" or platform not in ONLY_READ, f"{where}: {platform} with the category config")
    for option in entity.get("options", []):
        check(isinstance(option, str) and 0 < len(option) <= LONGEST, f"{where}: the option {option!r}")
        check(option == option.strip() and option.lower() not in ("none", "unknown", "unavailable"),
              f"{where}: {option!r} cannot be a state")
    check(len(set(entity.get("options", []))) == len(entity.get("options", [])), f"{where}: an option twice")
    if platform == "sensor":
        sensor_is_right(where, entity)
    if platform == "binary_sensor":
        check(entity.get("device_class") in (None, *BINARY_CLASSES), f"{where}: its device class")
    if platform == "number":
        check(entity["min"] < entity["max"] and entity["step"] >= 0.001, f"{where}: its range")
        check(entity["mode"] in ("auto", "box", "slider"), f"{where}: its mode")


def entry_is_right(topic, entry):
    check(re.fullmatch(r"homeassistant/device/[a-zA-Z0-9_-]+/config", topic), f"{topic} is no discovery topic")
    keys_are_right("the entry", entry, {"device": dict, "origin": dict, "availability": list, "components": dict},
                   {"device", "origin", "components"})
    keys_are_right("device", entry["device"], DEVICE, {"identifiers"})
    keys_are_right("origin", entry["origin"], {"name": str, "sw_version": str, "support_url": str}, {"name"})
    for availability in entry["availability"]:
        keys_are_right("availability", availability, AVAILABILITY, {"topic"})
        topics_are_right("availability", availability)
    for key, entity in entry["components"].items():
        entity_is_right(key, entity)
        name = f"{entry['device']['name']} {entity['name']}"
        check(len(entity["unique_id"]) <= LONGEST and len(name) <= LONGEST, f"{key}: too long a name")
    ids = [entity["unique_id"] for entity in entry["components"].values()]
    check(len(set(ids)) == len(ids), "a unique id is given twice")


ENVIRONMENT = jinja2.sandbox.ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined)


def rendered(template, **variables):
    """As Home Assistant does it: in a sandbox, and stripped; what it would warn of fails here."""
    return ENVIRONMENT.from_string(template).render(**variables).strip()


def state_of(entity, payload):
    return rendered(entity["value_template"], value=payload, value_json=json.loads(payload))


class Broker:
    """By Mosquitto's own clients."""

    def __init__(self, port):
        self.port = str(port)

    def send(self, topic, payload):
        subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", self.port, "-q", "1", "-t", topic, "-m", payload], check=True)

    def retained(self, topic):
        """None: nothing is."""
        got = subprocess.run(["mosquitto_sub", "-h", "127.0.0.1", "-p", self.port, "-t", topic, "--retained-only", "-C", "1", "-W", "1"],
                             capture_output=True, text=True, check=False)
        return got.stdout.rstrip("\n") or None

    def listen(self, *topics):
        return Listener(self.port, topics)


class Listener:
    """What comes from now on, and what is retained."""

    def __init__(self, port, topics):
        command = ["stdbuf", "-oL", "mosquitto_sub", "-h", "127.0.0.1", "-p", port, "-F", "%t\t%r\t%p"]
        for topic in topics:
            command += ["-t", topic]
        self.file = tempfile.TemporaryFile("w+", encoding="utf-8")  # pylint: disable=consider-using-with
        self.process = subprocess.Popen(command, stdout=self.file)  # pylint: disable=consider-using-with

    def heard(self):
        self.file.seek(0)
        return [tuple(line.split("\t", 2)) for line in self.file.read().splitlines() if line.count("\t") >= 2]

    def payloads(self, topic):
        return [payload for heard, _, payload in self.heard() if heard == topic]

    def end(self):
        self.process.terminate()
        self.process.wait(timeout=10)
        self.file.close()


def task_in(folder):
    """The tiny one, with these labels, a device class and a release."""
    task = folder / "models/tiny"
    shutil.copytree(HOME / "tests/data/tiny", task)
    file = task / "task.yaml"
    text = file.read_text(encoding="utf-8")
    text = text.replace("task: tiny\n", "task: tiny\nrelease: 7\n")
    for plain, label in zip(["idle", "busy", "fault", "odd"], LABELS):
        text = re.sub(rf"\b{plain}\b", lambda _, label=label: json.dumps(label), text)
    text = text.replace("input:\n", f"device_classes: {{{json.dumps(LABELS[2])}: problem}}\ninput:\n")
    file.write_text(text, encoding="utf-8")
    return task.parent


class Fleet:
    def __init__(self, folder, programs, port):
        self.folder, self.programs, self.port = folder, programs, port
        self.models = task_in(folder)
        self.broker = Broker(port)

    def write(self, section):
        file = self.folder / "fleet.yaml"
        file.write_text(FLEET.format(models=self.models, broker=self.port, section=section, sensor=SENSOR),
                        encoding="utf-8")
        return file

    def start_device(self, section):
        self.programs.start("device", PROGRAM.parent / "device_agent", "--config", self.write(section),
                            "--device", "pump.1")

    def start_worker(self):
        self.programs.start("worker", PROGRAM.parent / "cloud_worker", "--config", self.folder / "fleet.yaml",
                            "--worker", "worker-1")

    def status(self):
        return self.broker.retained(f"{ROOT}/status") or "{}"

    def await_status(self, holds, what):
        wait_for(lambda: holds(json.loads(self.status())), what)
        return self.status()

    def await_entry(self):
        wait_for(lambda: self.broker.retained(ENTRY) is not None, "the device does not show itself")
        return json.loads(self.broker.retained(ENTRY))


def availability_of(entry, payload):
    availability = entry["availability"][0]
    words = {availability["payload_available"]: True, availability["payload_not_available"]: False}
    return words[state_of(availability, payload)]


def states_are_right(fleet, entry):
    """Of the settled class: each one, by the device's own message with another class."""
    wait_for(lambda: fleet.broker.retained(f"{ROOT}/state"), "the device has no state")
    real = fleet.broker.retained(f"{ROOT}/state")
    parts = entry["components"]
    check(parts["state"]["state_topic"] == f"{ROOT}/state", "the state is of another topic")
    check(parts["state"]["options"] == SHOWN, f"the options are {parts['state']['options']}")
    check(state_of(parts["state"], real) == SHOWN[json.loads(real)["class"]], "the state is another one")
    classes = [entity for entity in parts.values() if entity["platform"] == "binary_sensor"]
    check({entity["name"]: entity.get("device_class") for entity in classes}
          == {LABELS[0]: None, LABELS[2]: "problem"}, "the prioritised classes are others")
    for index, label in [*enumerate(LABELS), (-1, "other")]:
        payload = json.dumps({**json.loads(real), "class": index, "label": label, "confidence": 0.93456})
        check(state_of(parts["state"], payload) == SHOWN[index], f"class {index} is shown as another one")
        check(state_of(parts["confidence"], payload) == "93.5", "the confidence is another one")
        for entity in classes:
            on = "ON" if entity["name"] == label else "OFF"
            check(state_of(entity, payload) == on, f"{entity['name']} is not {on} in class {index}")


def figures_are_right(fleet, entry):
    def has_both(status):
        return {"little", "big"} <= {name.removeprefix("decided_by_") for name in status.get("counters", {})} \
            and "round_trip_ms" in status.get("recent", {})
    payload = fleet.await_status(has_both, "no reading is decided by the big net")
    status, parts = json.loads(payload), entry["components"]
    check(availability_of(entry, payload), "it is not available")
    check(state_of(parts["decided_by"], payload) in parts["decided_by"]["options"], "nobody decides")
    check(abs(float(state_of(parts["escalated"], payload)) - 100 * status["recent"]["escalated"]) < 0.06
          and 0 < status["recent"]["escalated"] < 1, "the share of escalations")
    check(float(state_of(parts["round_trip"], payload)) == status["recent"]["round_trip_ms"] > 0, "the round trip")
    check(state_of(parts["fallbacks"], payload) == status["counters"].get("decided_by_fallback", "0"), "the fallbacks")
    check(json.loads(state_of(parts["release"], payload)) == {"installed_version": "7", "latest_version": "7"},
          "the release")
    unsigned = json.dumps({**status, "releases": {}})
    digits = status["models"]["tiny"][:12]
    check(json.loads(state_of(parts["release"], unsigned))["installed_version"] == digits, "the release's digits")


class Steerer:
    """What Home Assistant does when somebody touches an entity."""

    def __init__(self, fleet, entry):
        self.fleet, self.parts = fleet, entry["components"]
        self.replies = fleet.broker.listen(f"{ROOT}/control/reply")
        self.sent = 0
        time.sleep(0.5)

    def command(self, key, payload):
        check(self.parts[key]["command_topic"] == f"{ROOT}/control", f"{key} steers another one")
        time.sleep(0.6)  # two requests a second are looked at
        self.fleet.broker.send(f"{ROOT}/control", payload)
        self.sent += 1
        wait_for(lambda: len(self.replies.heard()) == self.sent, f"{key}: no answer to {payload}")
        reply = json.loads(self.replies.heard()[-1][2])
        check(reply["ok"] and reply["id"] == "home-assistant", f"{key}: {payload} is answered by {reply}")

    def set(self, key, value, shown):
        self.command(key, rendered(self.parts[key]["command_template"], value=value))
        self.await_state(key, shown)

    def await_state(self, key, shown):
        wait_for(lambda: state_of(self.parts[key], self.fleet.status()) == shown,
                 f"{key} is not shown as {shown}")


def steering_is_right(fleet, entry):
    parts = entry["components"]
    steerer = Steerer(fleet, entry)
    check(state_of(parts["threshold"], fleet.status()) == "None", "a threshold that nobody has set")
    check(state_of(parts["policy"], fleet.status()) == "tuned", "the file's policy")
    for option in parts["policy"]["options"]:
        steerer.set("policy", option, option)
    for value, shown in [(0, "0"), (0.25, "0.25"), (1, "1")]:
        steerer.set("threshold", value, shown)
    steerer.command("paused", parts["paused"]["payload_on"])
    steerer.await_state("paused", parts["paused"]["state_on"])
    steerer.command("paused", parts["paused"]["payload_off"])
    steerer.await_state("paused", parts["paused"]["state_off"])
    # What somebody has set elsewhere, and Home Assistant does not offer.
    fleet.broker.send(f"{ROOT}/control", '{"id":"x","verb":"set","policy":"margin"}')
    steerer.sent += 1
    steerer.await_state("policy", "None")
    steerer.command("reset", parts["reset"]["payload_press"])
    steerer.await_state("threshold", "None")
    steerer.await_state("policy", "tuned")
    steerer.replies.end()


def birth_is_answered(fleet, entry):
    listener = fleet.broker.listen(ENTRY)
    wait_for(lambda: len(listener.heard()) == 1, "the entry is not retained")
    fleet.broker.send("homeassistant/status", "offline")
    fleet.broker.send("homeassistant/status", "online")
    wait_for(lambda: len(listener.heard()) == 2, "the birth is not answered")
    check(json.loads(listener.payloads(ENTRY)[-1]) == entry, "it shows itself otherwise")
    listener.end()


def loss_is_seen(fleet, entry):
    """Killed: the broker says so, in the device's name; no template fails on that."""
    fleet.programs.running["device"].send_signal(signal.SIGKILL)
    fleet.programs.running.pop("device").wait(timeout=10)
    payload = fleet.await_status(lambda status: status.get("state") == "offline", "the device is not lost")
    check(not availability_of(entry, payload), "a lost device is available")
    for entity in entry["components"].values():
        if entity.get("state_topic") == f"{ROOT}/status":
            state_of(entity, payload)
    check(state_of(entry["components"]["fallbacks"], payload) == "", "the fallbacks begin anew")


def removal_is_seen(fleet):
    listener = fleet.broker.listen(ENTRY)
    wait_for(lambda: len(listener.heard()) == 1, "the entry is not retained")
    fleet.start_device("")
    wait_for(lambda: "" in listener.payloads(ENTRY), "the entry does not go")
    check(fleet.broker.retained(ENTRY) is None, "the entry is still retained")
    fleet.await_status(lambda status: status.get("state") == "online", "the device is not there")
    check(not list(fleet.folder.glob("stored/*.home-assistant.json")), "the entry is still remembered")
    listener.end()
    fleet.programs.end("device")


def removal_without_memory_is_seen(fleet):
    """As of a device without a store: its file says so."""
    fleet.start_device("home_assistant: {}")
    fleet.await_entry()
    fleet.programs.end("device")
    shutil.rmtree(fleet.folder / "stored")
    fleet.start_device("home_assistant: {remove: true}")
    wait_for(lambda: fleet.broker.retained(ENTRY) is None, "the entry does not go, though the file says so")
    fleet.programs.end("device")


def main():
    for program in ("mosquitto_sub", "mosquitto_pub"):
        check(shutil.which(program), f"there is no {program}: install mosquitto-clients")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        with Programs(folder) as programs:
            (port,) = free_ports(1)
            programs.start_broker(port)
            fleet = Fleet(folder, programs, port)
            fleet.start_device("home_assistant: {steering: true}")
            fleet.start_worker()
            entry = fleet.await_entry()
            entry_is_right(ENTRY, entry)
            states_are_right(fleet, entry)
            figures_are_right(fleet, entry)
            steering_is_right(fleet, entry)
            birth_is_answered(fleet, entry)
            loss_is_seen(fleet, entry)
            fleet.start_device("home_assistant: {}")
            wait_for(lambda: "policy" not in (json.loads(fleet.broker.retained(ENTRY) or "{}")
                                              .get("components", {"policy": 0})), "it still offers steering")
            entry_is_right(ENTRY, json.loads(fleet.broker.retained(ENTRY)))
            programs.end("device")
            removal_is_seen(fleet)
            removal_without_memory_is_seen(fleet)
    print(f"{len(entry['components'])} entities are right")


if __name__ == "__main__":
    os.environ["BIGLITTLE_HOME"] = str(HOME)
    main()
