"""What the scripts beside this one need to run programs: ports, a broker, processes that end with them."""

import socket
import subprocess
import sys
import time


def check(holds, what):
    if not holds:
        sys.exit(f"{sys.argv[0]}: {what}")


def free_ports(count):
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def wait_for(condition, what):
    patience = time.monotonic() + 60
    while not condition():
        check(time.monotonic() < patience, what)
        time.sleep(0.05)


def listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Programs:
    """Those that are left end with the block, the last one first."""

    def __init__(self, folder):
        self.folder, self.running = folder, {}
        self.log = open(folder / "log", "w", encoding="utf-8")  # pylint: disable=consider-using-with

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for name in reversed(list(self.running)):
            self.end(name)
        self.log.close()

    def start(self, name, *command, stdout=None):
        self.running[name] = subprocess.Popen([str(word) for word in command], text=True,
                                              stdout=stdout or self.log, stderr=self.log)
        return self.running[name]

    def start_broker(self, port):
        """Mosquitto, for this machine alone; it listens when this returns."""
        conf = self.folder / "broker.conf"
        conf.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n", encoding="utf-8")
        self.start("broker", "/usr/sbin/mosquitto", "-c", conf)
        wait_for(lambda: listening(port), "the broker does not listen")

    def end(self, name):
        program = self.running.pop(name)
        program.terminate()
        program.wait(timeout=30)
