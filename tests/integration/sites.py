"""Sharding by site, as docs/scale.md has it: three Mosquittos in networks of their own, two sites joined to a
centre by broker_config/bridge.conf; site a has its own worker, site b asks the centre's. Both lines are cut:
the sites classify on, a with its big net, b with its little one; they come back, and the centre has every result.
In the clear: bridges over TLS are bridge_test.cc's matter. Arguments: the built biglittle, the source tree. As
root, where network namespaces are allowed; skipped (77) elsewhere."""

import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

PROGRAM, HOME = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
BIN = PROGRAM.parent
CENTRE = "10.78.0.1"
READINGS, INTERVAL_MS = 500, 50
CUT_S = 10
FLEET = """version: 1
fleet: {site}
models: {home}/models
broker: {{host: 127.0.0.1, port: 1883}}
devices:
  - {{id: "{site}-{{n}}", count: 2, task: vibration, source: {{type: vibration, interval_ms: {ms}, readings: {readings}}}}}
workers: [{{id: worker-{site}, tasks: [vibration]}}]
"""


def check(holds, what):
    if not holds:
        sys.exit(f"sites.py: {what}")


def run(*words):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False)
    check(done.returncode == 0, f"{' '.join(map(str, words))}: {done.stderr}")
    return done.stdout


def wait_for(condition, what, seconds=40):
    patience = time.monotonic() + seconds
    while not condition():
        check(time.monotonic() < patience, what())
        time.sleep(0.1)


class Net:
    """A network of its own, in which programs are started."""

    def __init__(self, folder, name, address):
        self.folder, self.name, self.running = folder / name, name, {}
        self.folder.mkdir()
        self.holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        mine = os.readlink("/proc/self/ns/net")
        wait_for(lambda: os.readlink(f"/proc/{self.holder.pid}/ns/net") != mine, lambda: "no network namespace")
        run("ip", "link", "add", f"w-{name}", "type", "veth", "peer", "name", "eth0", "netns", self.holder.pid)
        run("ip", "link", "set", f"w-{name}", "master", "lan", "up")
        self.run("ip", "link", "set", "lo", "up")
        self.run("ip", "address", "add", f"{address}/24", "dev", "eth0")
        self.run("ip", "link", "set", "eth0", "up")

    def enter(self, *words):
        return ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", *(str(word) for word in words)]

    def run(self, *words):
        return run(*self.enter(*words))

    def start(self, name, *words):
        out = open(self.folder / name, "wb")  # pylint: disable=consider-using-with
        self.running[name] = subprocess.Popen(self.enter(*words), stdout=out, stderr=out)

    def line(self, state):
        run("ip", "link", "set", f"w-{self.name}", state)

    def end(self):
        for program in reversed(self.running.values()):
            program.terminate()
        for program in self.running.values():
            program.wait(timeout=20)
        self.holder.kill()
        self.holder.wait()


def bridge_of(site, own_worker):
    """bridge.conf for this site, in the clear, and quicker to see that a line is dead."""
    text = (HOME / "broker_config/bridge.conf").read_text(encoding="utf-8")
    text = text.replace("central.example:8883", f"{CENTRE}:1883").replace("site-1", site)
    text = text.replace("keepalive_interval 20", "keepalive_interval 5").replace("restart_timeout 1 10", "restart_timeout 1 2")
    kept = []
    for line in text.splitlines():
        tls = line.startswith(("bridge_cafile", "bridge_certfile", "bridge_keyfile", "bridge_insecure"))
        asks = own_worker and ("/escalate out" in line or "/reply/+ in" in line)
        if not tls and not asks:
            kept.append(line)
    return "\n".join(kept) + "\n"


def start_broker(net, address, extra=""):
    text = (HOME / "broker_config/development.conf").read_text(encoding="utf-8")
    file = net.folder / "mosquitto.conf"
    file.write_text(text.replace("listener 1883 127.0.0.1", f"listener 1883 {address}") + extra, encoding="utf-8")
    net.start("mosquitto", "/usr/sbin/mosquitto", "-c", file)


class Fleet:
    def __init__(self, folder):
        self.centre = Net(folder, "centre", CENTRE)
        self.sites = {"a": Net(folder, "a", "10.78.0.11"), "b": Net(folder, "b", "10.78.0.12")}

    def nets(self):
        return [*self.sites.values(), self.centre]

    def start(self):
        start_broker(self.centre, "0.0.0.0")
        time.sleep(0.5)
        # Results of all fleets, kept for the listener as for any consumer.
        self.centre.start("results", "mosquitto_sub", "-V", "mqttv5", "-q", "1", "-c", "-i", "listener", "-x", "3600",
                          "-t", "biglittle/v1/+/devices/+/result", "-F", "%p")
        for name, site in self.sites.items():
            start_broker(site, "127.0.0.1", bridge_of(name, name == "a"))
            file = site.folder / "fleet.yaml"
            file.write_text(FLEET.format(site=name, home=HOME, ms=INTERVAL_MS, readings=READINGS), encoding="utf-8")
            where = site if name == "a" else self.centre
            where.start(f"worker-{name}", BIN / "cloud_worker", "--config", file, "--worker", f"worker-{name}")
        time.sleep(2)
        for name, site in self.sites.items():
            site.start("agent", BIN / "device_agent", "--config", site.folder / "fleet.yaml", "--device", f"{name}-1",
                       "--device", f"{name}-2")

    def results(self):
        """Device -> sequence -> who decided."""
        seen = collections.defaultdict(dict)
        for line in (self.centre.folder / "results").read_text(encoding="utf-8").splitlines():
            if line.startswith("{") and line.endswith("}"):
                result = json.loads(line)
                seen[result["device"]][int(result["sequence"])] = result["decided_by"]
        return seen


def scenario(fleet):
    fleet.start()
    wait_for(lambda: all(len(fleet.results()[f"{site}-1"]) > 60 for site in "ab"), lambda: "no results reach the centre: " + str(
        {net.name: (net.folder / "mosquitto").read_text()[-500:] for net in fleet.nets()}))
    for site in fleet.sites.values():
        site.line("down")
    time.sleep(1)
    before = {device: set(seen) for device, seen in fleet.results().items()}
    time.sleep(CUT_S - 1)
    during = {device: set(seen) for device, seen in fleet.results().items()}
    check(before == during, "results crossed a line that was cut")
    for site in fleet.sites.values():
        site.line("up")
    devices = [f"{site}-{n}" for site in "ab" for n in (1, 2)]
    wait_for(lambda: all(len(fleet.results()[device]) == READINGS for device in devices),
             lambda: f"of {READINGS}: { {device: len(fleet.results()[device]) for device in devices} }")
    # Those that were taken while the line was cut: a second of doubt at both ends.
    per_s = 1000 // INTERVAL_MS
    for device in devices:
        first = max(before[device]) + per_s
        cut = [fleet.results()[device][k] for k in range(first, first + (CUT_S - 3) * per_s)]
        told = collections.Counter(cut)
        print(f"{device}: all {READINGS} results; while it was cut off: {dict(told)}")
        if device.startswith("a"):
            check(told["big"] > 0 and told["fallback"] == 0, f"{device} did not go on with its own worker: {told}")
        else:
            check(told["big"] == 0 and told["fallback"] > 0, f"{device} did not fall back: {told}")


def main():
    if os.geteuid() != 0:
        print("skipped: networks of their own take root")
        sys.exit(77)
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    if "--inside" not in sys.argv:
        if subprocess.run(["unshare", "--net", "--pid", "--fork", "--mount-proc", "ip", "link", "add", "lan", "type", "bridge"],
                          check=False).returncode != 0:
            print("skipped: network namespaces are not allowed here")
            sys.exit(77)
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder).chmod(0o755)
            sys.exit(subprocess.run(["unshare", "--net", "--pid", "--fork", "--mount-proc", "--kill-child", sys.executable,
                                     *sys.argv, "--inside", folder], check=False).returncode)
    run("ip", "link", "add", "lan", "type", "bridge")
    run("ip", "link", "set", "lan", "up")
    fleet = Fleet(pathlib.Path(sys.argv[-1]))
    try:
        scenario(fleet)
    finally:
        for net in fleet.nets():
            net.end()


main()
