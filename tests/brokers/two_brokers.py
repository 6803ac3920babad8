#!/usr/bin/env python3
"""Does this broker fit a fleet that outgrew one? Two nodes of it, a worker at one, devices at the other.

usage: two_brokers.py --programs BIN [--home TREE] --broker-command 'COMMAND'... | --address HOST:PORT,HOST:PORT
                      [--readings N] [--receive-maximum N]

--broker-command starts a node; it is given twice, or once with {port}, {peer} (the other node's port), {node} (1 or
2) and {folder} (an empty folder of the node's own) in it. --address takes two that run already. In the clear and
without names: what is tested is how messages cross, which docs/scale.md says a fleet needs:

  subscriptions  a shared subscription of two nodes gives each request to one worker, whichever node it came in at
  properties     response topic, correlation data, message expiry and content type arrive as they were sent
  expiry         a message that nobody took in its time does not come later
  retained       a status that was retained at one node is at the other
  burst          more messages than a subscriber's Receive Maximum allows wait, and none is dropped
  fleet          real agents at one node, a real worker at the other: every reading has its final result, and the
                 worker answered some

Exit code 0: it fits. 1: it does not; the line says what is missing.
"""
import argparse
import collections
import json
import os
import pathlib
import shlex
import socket
import subprocess
import sys
import tempfile
import time

FLEET = """version: 1
fleet: two
models: {models}
broker: {{host: {host}, port: {port}}}
devices:
  - {{id: "pump-{{n}}", count: 4, task: vibration, source: {{type: vibration, interval_ms: 40, readings: {readings}}}}}
workers: [{{id: worker-1, tasks: [vibration]}}]
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(host, port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def wait_for(condition, seconds=30):
    patience = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > patience:
            return False
        time.sleep(0.1)
    return True


class Nodes:
    """Two addresses, and the processes behind them where we started them."""

    def __init__(self, options, folder):
        self.processes = []
        if options.address:
            pairs = [pair.rsplit(":", 1) for pair in options.address.split(",")]
            self.at = [(host, int(port)) for host, port in pairs]
            return
        ports = [free_port(), free_port()]
        self.at = [("127.0.0.1", port) for port in ports]
        commands = options.broker_command * 2 if len(options.broker_command) == 1 else options.broker_command
        for node, command in enumerate(commands[:2]):
            place = folder / f"node-{node + 1}"
            place.mkdir()
            filled = command.format(port=ports[node], peer=ports[1 - node], node=node + 1, folder=place)
            log = open(place / "log", "wb")  # pylint: disable=consider-using-with
            self.processes.append(subprocess.Popen(shlex.split(filled), stdout=log, stderr=log, cwd=place))
        for node, (host, port) in enumerate(self.at):
            if not wait_for(lambda host=host, port=port: listens(host, port), 60):
                sys.exit(f"node {node + 1} does not listen on {host}:{port}: "
                         f"{(folder / f'node-{node + 1}' / 'log').read_text(errors='replace')[-2000:]}")

    def end(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(timeout=30)


class Listener:
    """mosquitto_sub; what it heard is in a file, a line a message."""

    def __init__(self, folder, name, at, topic, *words):
        self.file = folder / name
        out = open(self.file, "wb")  # pylint: disable=consider-using-with
        self.process = subprocess.Popen(["mosquitto_sub", "-h", at[0], "-p", str(at[1]), "-V", "mqttv5", "-q", "1", "-i", name,
                                         "-t", topic, *map(str, words)], stdout=out, stderr=subprocess.STDOUT)

    def lines(self):
        return self.file.read_text(encoding="utf-8", errors="replace").splitlines()

    def wait(self, count, seconds=30):
        return wait_for(lambda: len(self.lines()) >= count, seconds)

    def end(self):
        self.process.terminate()
        self.process.wait(timeout=10)


def publish(at, topic, *words, text=None):
    subprocess.run(["mosquitto_pub", "-h", at[0], "-p", str(at[1]), "-V", "mqttv5", "-q", "1", "-t", topic,
                    *map(str, words)], input=text, text=True, check=True, timeout=120)


def requests(count):
    return "".join(f"{i}\n" for i in range(count))


def subscriptions(nodes, folder, _options):
    first, second = (Listener(folder, f"shared-{node}", nodes.at[node], "$share/workers/two/ask", "-F", "%p") for node in (0, 1))
    time.sleep(2)
    for at in nodes.at:
        publish(at, "two/ask", "-l", text=requests(200))
    wait_for(lambda: len(first.lines()) + len(second.lines()) >= 400)
    time.sleep(1)
    counts = collections.Counter(first.lines() + second.lines())
    wrong = [text for text, count in counts.items() if count != 2]
    for listener in (first, second):
        listener.end()
    if len(counts) == 200 and not wrong:
        return ""
    return f"of 400 requests the two took {sum(counts.values())}: some twice or never ({wrong[:3]})"


def properties(nodes, folder, _options):
    listener = Listener(folder, "properties", nodes.at[0], "two/properties", "-C", "1", "-F", "%R|%D|%C|%E|%p")
    time.sleep(2)
    publish(nodes.at[1], "two/properties", "-m", "x", "-D", "publish", "response-topic", "two/reply", "-D", "publish",
            "correlation-data", "c0ffee", "-D", "publish", "content-type", "application/x", "-D", "publish",
            "message-expiry-interval", "60")
    listener.wait(1)
    listener.end()
    parts = (listener.lines() or [""])[0].split("|")
    good = len(parts) == 5 and parts[0] == "two/reply" and parts[1] == "c0ffee" and parts[2] == "application/x" \
        and parts[3].isdigit() and 0 < int(parts[3]) <= 60
    return "" if good else f"arrived as {listener.lines()[:1]}, not two/reply|c0ffee|application/x|60|x"


def expiry(nodes, folder, _options):
    session = ("-c", "-x", "600", "-F", "%p")
    listener = Listener(folder, "expiry", nodes.at[0], "two/expiry", *session)
    time.sleep(2)
    listener.end()
    publish(nodes.at[1], "two/expiry", "-m", "late", "-D", "publish", "message-expiry-interval", "1")
    publish(nodes.at[1], "two/expiry", "-m", "kept")
    time.sleep(3)
    listener = Listener(folder, "expiry", nodes.at[0], "two/expiry", *session)
    listener.wait(1)
    time.sleep(1)
    listener.end()
    return "" if listener.lines() == ["kept"] else f"of a session that came back: {listener.lines()}, not ['kept']"


def retained(nodes, folder, _options):
    publish(nodes.at[1], "two/status", "-r", "-m", "online")
    time.sleep(1)
    listener = Listener(folder, "retained", nodes.at[0], "two/status", "-C", "1", "-F", "%r %p")
    there = listener.wait(1, 10)
    listener.end()
    return "" if there and listener.lines() == ["1 online"] else f"at the other node: {listener.lines()}"


def burst(nodes, folder, options):
    listener = Listener(folder, "burst", nodes.at[0], "two/burst", "-D", "connect", "receive-maximum",
                        options.receive_maximum, "-F", "%p")
    time.sleep(2)
    count = 20 * options.receive_maximum
    publish(nodes.at[1], "two/burst", "-l", text=requests(count))
    listener.wait(count, 60)
    listener.end()
    heard = len(set(listener.lines()))
    return "" if heard == count else f"{heard} of {count} messages came"


def fleet(nodes, folder, options):
    files = []
    for node, (host, port) in enumerate(nodes.at):
        files.append(folder / f"fleet-{node + 1}.yaml")
        files[-1].write_text(FLEET.format(models=options.home / "models", host=host, port=port, readings=options.readings),
                             encoding="utf-8")
    # At the devices' node, and before them.
    listener = Listener(folder, "results", nodes.at[1], "biglittle/v1/two/devices/+/result", "-F", "%p")
    running = []
    log = open(folder / "programs", "wb")  # pylint: disable=consider-using-with

    def start(*words):
        running.append(subprocess.Popen([str(word) for word in words], stdout=log, stderr=log))
        return running[-1]
    try:
        start(options.programs / "cloud_worker", "--config", files[0], "--worker", "worker-1")
        time.sleep(3)
        agent = start(options.programs / "device_agent", "--config", files[1],
                      *(word for n in range(1, 5) for word in ("--device", f"pump-{n}")))
        agent.wait(timeout=options.readings * 0.04 + 60)
        listener.wait(4 * options.readings, 20)
    finally:
        for program in reversed(running):
            program.terminate()
            program.wait(timeout=20)
        listener.end()
    results = [json.loads(line) for line in listener.lines() if line.startswith("{")]
    decided = collections.Counter(result["decided_by"] for result in results)
    names = {(result["device"], result["sequence"]) for result in results}
    print(f"  {len(names)} of {4 * options.readings} readings: {dict(decided)}")
    if len(names) != 4 * options.readings:
        return f"{len(names)} of {4 * options.readings} readings have a result"
    return "" if decided["big"] > 0 else f"the worker at the other node answered none: {dict(decided)}"


def mosquitto_pair(home):
    """Two Mosquittos joined both ways, which one process each can be tested by: a shared subscription does not span
    them, so that this is how a broker that does not fit looks."""
    del home
    return ("sh -c 'printf \"listener {port} 127.0.0.1\\nallow_anonymous true\\nmax_queued_messages 100000\\n\" >conf; "
            "[ {node} = 2 ] || printf \"connection pair\\naddress 127.0.0.1:{peer}\\nbridge_protocol_version mqttv50\\n"
            "restart_timeout 1 2\\ntopic # both 1\\n\" >>conf; exec /usr/sbin/mosquitto -c conf'")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--programs", type=pathlib.Path, required=True)
    arguments.add_argument("--home", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    arguments.add_argument("--broker-command", action="append", default=[])
    arguments.add_argument("--address")
    arguments.add_argument("--readings", type=int, default=250)
    arguments.add_argument("--receive-maximum", type=int, default=20)
    arguments.add_argument("--self-test", action="store_true", help="with two Mosquittos, joined and alone")
    options = arguments.parse_args()
    options.programs = options.programs.resolve()
    if options.self_test:
        sys.exit(self_test(options))
    if not options.broker_command and not options.address:
        arguments.error("name the nodes: --broker-command or --address")
    missing = examine(options)
    print("it fits" if not missing else f"it does not fit: {', '.join(missing)}")
    sys.exit(1 if missing else 0)


def examine(options, checks=(subscriptions, properties, expiry, retained, burst, fleet)):
    missing = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        nodes = Nodes(options, folder)
        try:
            for part in checks:
                why = part(nodes, folder, options)
                print(f"{part.__name__:14} {why or 'well'}", flush=True)
                if why:
                    missing.append(part.__name__)
        finally:
            nodes.end()
    return missing


def self_test(options):
    """One Mosquitto under two addresses fits; two that are joined do all but share a subscription; two that are
    alone do nothing."""
    with tempfile.TemporaryDirectory() as name:
        conf, port = pathlib.Path(name) / "conf", free_port()
        conf.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 100000\n", encoding="utf-8")
        with subprocess.Popen(["/usr/sbin/mosquitto", "-c", conf], stderr=subprocess.DEVNULL) as one:
            wait_for(lambda: listens("127.0.0.1", port))
            options.address = f"127.0.0.1:{port},127.0.0.1:{port}"
            print("one node twice:")
            alone = examine(options)
            one.terminate()
    options.address = None
    options.broker_command = [mosquitto_pair(options.home)]
    print("two that are joined by a bridge:")
    joined = examine(options)
    options.broker_command = [mosquitto_pair(options.home).replace("topic #", "topic nothing")]
    print("two that know nothing of each other:")
    apart = examine(options, (properties, retained))
    print(alone, joined, apart)
    return 0 if not alone and "subscriptions" in joined and "fleet" not in joined and apart == ["properties", "retained"] else 1


if __name__ == "__main__":
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    main()
