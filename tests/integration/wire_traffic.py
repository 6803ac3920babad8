"""Every kind of message that a fleet sends, as a subscriber of a real broker gets it: answers of both nets,
fallbacks, provisional results, several in a message, states, windows, an operator's requests and their answers,
a sensor's samples, programs that stop and programs that are lost."""

import collections
import json
import subprocess
import time

from programs import check, free_ports, wait_for

FLEET = """
version: 1
fleet: plant-7
models: {models}
broker: {{port: {port}}}
workers:
  - {{id: worker-1, tasks: [vibration, tiny], status_interval_ms: 300}}
device_defaults: {{task: vibration, deadline_ms: 2000, status_interval_ms: 300}}
devices:
  - id: pump-1
    store: {{folder: stored}}
    state: {{}}
    source: {{type: vibration, interval_ms: 20}}
  - id: pump-2
    results: {{max_batch: 8, linger_ms: 100}}
    escalation: {{policy: big-only}}
    source: {{type: vibration, interval_ms: 10}}
  - id: pump-3
    answer_mode: refine
    escalation: {{policy: big-only}}
    source: {{type: vibration, interval_ms: 50}}
  - id: box-1
    task: tiny
    source:
      type: mqtt
      topic: biglittle/v1/plant-7/devices/{{device}}/sensor/four
      format: {{type: csv}}
"""
PACE_S = 0.6  # a device looks at 2 requests a second
DEVICES = ("pump-1", "pump-2", "pump-3", "box-1")
STEERING = (("pause", "--for", "1h"), ("status",), ("resume",), ("snapshot",), ("set", "policy=little-only"))
MUCH = ("set", "policy=big-only", "threshold=0.9", "unlike=flag", "answer_mode=wait",
        "budget.messages_per_s=1000", "budget.bytes_per_s=1e8", "--for", "1h")

Seen = collections.namedtuple(
    "Seen", "topic qos retained content_type response_topic correlation expiry payload")


class Listener:
    """Hears all that the broker passes on, MQTT 5's properties included."""

    def __init__(self, folder, programs, port):
        self.file = folder / "heard"
        self.port = port
        words = "\t".join(("%t", "%q", "%r", "%C", "%R", "%D", "%E", "%x"))
        with open(self.file, "w", encoding="utf-8") as heard:
            programs.start("listener", "mosquitto_sub", "-h", "127.0.0.1", "-p", port, "-V", "5", "-q", "1", "-t", "#",
                           "--retain-as-published", "-F", words, stdout=heard)
        # A subscription says nothing of itself; what it hears does.
        wait_for(lambda: self.publish("test/ready", "") or self.seen("test/ready"), "nothing is heard")

    def publish(self, topic, payload, *more):
        subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.port), "-V", "5", "-q", "1", "-t", topic, "-m",
                        payload, *more], check=True)

    def seen(self, topic_end=""):
        """Of the fleet's topics that end so, in order."""
        messages = []
        whole, _, _ = self.file.read_text(encoding="utf-8").rpartition("\n")
        for line in whole.split("\n"):
            fields = line.split("\t")
            if len(fields) == 8 and fields[0].endswith(topic_end):
                messages.append(Seen(fields[0], int(fields[1]), fields[2] == "1", *fields[3:7],
                                     bytes.fromhex(fields[7])))
        return messages

    def payloads(self, topic_end):
        return [json.loads(line) for message in self.seen(topic_end)
                for line in message.payload.decode().splitlines()]

    def await_payload(self, topic_end, condition, what):
        wait_for(lambda: any(condition(payload) for payload in self.payloads(topic_end)), what)


class Fleet:
    def __init__(self, folder, programs, program, home):
        self.programs, self.program = programs, program
        (folder / "models").mkdir()
        (folder / "models/vibration").symlink_to(home / "models/vibration")
        (folder / "models/tiny").symlink_to(home / "tests/data/tiny")
        self.port = free_ports(1)[0]
        self.file = folder / "fleet.yaml"
        self.file.write_text(FLEET.format(models=folder / "models", port=self.port), encoding="utf-8")
        programs.start_broker(self.port)
        self.heard = Listener(folder, programs, self.port)

    def start(self):
        self.programs.start("worker-1", self.program.parent / "cloud_worker", "--config", self.file,
                            "--worker", "worker-1")
        for device in DEVICES:
            self.programs.start(device, self.program.parent / "device_agent", "--config", self.file,
                                "--device", device)
        for name in (*DEVICES, "worker-1"):
            self.heard.await_payload(f"/{name}/status", lambda said: said["state"] == "online",
                                     f"{name} is not online")

    def kill(self, name):
        """As a power cut."""
        self.programs.running[name].kill()
        self.programs.end(name)
        self.heard.await_payload(f"/{name}/status", lambda said: said["state"] == "offline",
                                 f"{name} is not told as offline")

    def stop(self, name):
        self.programs.end(name)
        self.heard.await_payload(f"/{name}/status", lambda said: said["state"] == "stopped",
                                 f"{name} does not say that it stops")

    def steer(self, device, verb, *more):
        """Returns the exit code."""
        command = [self.program, "control", "--config", self.file, device, verb, *more, "--json"]
        return subprocess.run([str(word) for word in command], stdout=subprocess.DEVNULL,
                              stderr=self.programs.log, check=False).returncode


def sensed(fleet):
    """A sensor speaks until its device has answered."""
    def said():
        fleet.heard.publish("biglittle/v1/plant-7/devices/box-1/sensor/four", "1\n0\n0\n0\n")
        return fleet.heard.payloads("/box-1/result")
    wait_for(said, "no answer to a sensor's samples")


def shown(fleet, device, decider):
    """Asks until the window of a reading comes that this one decided: where the machine is busy, not the first."""
    def asked():
        fleet.steer(device, "snapshot", "reading=next")
        time.sleep(PACE_S)
        return any(decider == said["decided_by"] for message in fleet.heard.seen()
                   if f"/{device}/snapshot/" in message.topic for said in [json.loads(message.payload)])
    wait_for(asked, f"{device} shows no window that {decider} decided")


def steered(fleet):
    for verb in STEERING:
        check(fleet.steer("pump-1", *verb) == 0, f"pump-1 does not {' '.join(verb)}")
        time.sleep(PACE_S)
    shown(fleet, "pump-1", "little")
    check(fleet.steer("pump-1", *MUCH) == 0, "pump-1 is not set")
    shown(fleet, "pump-1", "big")
    fleet.heard.await_payload("/pump-1/status", lambda said: "differs_until" in said, "nothing is set")
    check(fleet.steer("pump-1", "reset") == 0, "pump-1 does not reset")
    # A simulation cannot be started anew, and nobody asks a stopped clock; who has no store says so.
    check(fleet.steer("pump-2", "restart_source") == 1, "a simulation was started anew")
    for payload in ('{"id":"bad","verb":"explode"}', "what?"):
        fleet.heard.publish("biglittle/v1/plant-7/devices/pump-2/control", payload)
    fleet.heard.await_payload("/pump-2/control/reply", lambda said: said["id"] == "",
                              "what is no request is not answered")


def traffic(folder, programs, program, home):
    """All that was heard."""
    fleet = Fleet(folder, programs, program, home)
    fleet.start()
    heard = fleet.heard
    for decider in ("little", "big"):
        heard.await_payload("/pump-1/result", lambda said, by=decider: said["decided_by"] == by,
                            f"nothing was decided by {decider}")
    heard.await_payload("/pump-3/result", lambda said: said["stage"] == "provisional",
                        "no provisional result")
    heard.await_payload("/pump-1/state", lambda said: True, "pump-1 settles on nothing")
    heard.await_payload("/worker-1/status", lambda said: said["busiest"], "nobody keeps worker-1 busy")
    wait_for(lambda: any(message.content_type.endswith("ndjson") for message in heard.seen("/result")),
             "no message with several results")
    sensed(fleet)
    steered(fleet)
    fleet.kill("worker-1")
    heard.await_payload("/pump-2/result", lambda said: said["decided_by"] == "fallback", "no fallback")
    shown(fleet, "pump-2", "fallback")
    fleet.kill("pump-3")
    for name in ("pump-1", "pump-2", "box-1"):
        fleet.stop(name)
    return [message for message in heard.seen() if message.topic.startswith("biglittle/")]
