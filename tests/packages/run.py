#!/usr/bin/env python3
"""Installs the packages of build/packages/ into a minimal Debian and uses them there.

usage: run.py [--release bookworm|trixie] [--root FOLDER]    as root; ./biglittle package made them

In a root made by debootstrap, with nothing but the packages: what an agent adds to it in bytes; `biglittle
doctor`; `biglittle demo`; a fleet of broker, worker and agent by their units' own command lines, as their
units' own users; an upgrade, a removal and a purge. Prints what was measured, and ends with 1 if something is
not as it must be. Slow (minutes), so it is no part of ./biglittle test.
"""
import argparse
import contextlib
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

TREE = pathlib.Path(__file__).resolve().parents[2]
SUITES = {"bookworm": "12", "trixie": "13"}
MOST_AGENT_MB = 25
FLEET = """version: 1
fleet: site
models: /usr/share/biglittle/models
broker: {{host: 127.0.0.1, port: 18830}}
devices:
  - id: pump-1
    task: vibration
    source: {{type: vibration, seed: 1, interval_ms: 20}}
    store: {{folder: /var/lib/biglittle}}
workers: [{{id: worker-1, tasks: [vibration]}}]
"""


class Root:
    """A Debian in a folder, entered by chroot in a mount namespace of its own."""

    def __init__(self, folder):
        self.folder = folder

    def command(self, *words, user=None):
        script = (f"mount --make-rprivate /; mount -t proc proc {self.folder}/proc; "
                  f"mount --rbind /dev {self.folder}/dev; mount --rbind /sys {self.folder}/sys; "
                  f"mkdir -p {self.folder}/packages; mount --bind {TREE}/build/packages {self.folder}/packages; "
                  'exec "$@"')
        enter = ["chroot", *(["--userspec", user] if user else []), str(self.folder)]
        return ["unshare", "--mount", "bash", "-c", script, "bash", *enter, "env", "-i",
                "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/tmp", "DEBIAN_FRONTEND=noninteractive", *words]

    def run(self, *words, check=True, user=None):
        done = subprocess.run(self.command(*words, user=user), capture_output=True, text=True, check=False)
        if check and done.returncode != 0:
            sys.exit(f"{' '.join(words)} ended with {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return done

    def start(self, words, user):
        return subprocess.Popen(self.command(*words, user=user), stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, start_new_session=True)

    def installed_kb(self):
        told = self.run("dpkg-query", "-W", "-f", "${Installed-Size} ${Package}\n").stdout
        return {name: int(size or 0) for size, name in (line.split(" ", 1) for line in told.splitlines())}

    def path(self, name):
        return self.folder / name.lstrip("/")


def make_root(release, folder):
    """A copy of a minimal Debian; the original is kept below build/."""
    original = TREE / "build" / "minimal" / release
    if not (original / "usr/bin/dpkg").exists():
        print(f"making a minimal Debian {SUITES[release]}", flush=True)
        shutil.rmtree(original, ignore_errors=True)
        original.mkdir(parents=True)
        subprocess.run(["debootstrap", "--variant=minbase", release, str(original)], check=True,
                       stdout=subprocess.DEVNULL)
    subprocess.run(["cp", "-a", str(original), str(folder)], check=True)
    shutil.copy("/etc/resolv.conf", folder / "etc/resolv.conf")
    return Root(folder)


def packages_of(release, arch="amd64"):
    """Name -> path inside of the root."""
    found = {}
    for file in sorted((TREE / "build" / "packages" / release).glob("*.deb")):
        name, _, its_arch = file.stem.split("_")
        if its_arch in (arch, "all"):
            found[name] = f"/packages/{release}/{file.name}"
    if "biglittle-agent" not in found:
        sys.exit(f"there is no package of the agent for {release}: ./biglittle package --release {release}")
    return found


def exec_start(unit, instance=""):
    text = (TREE / "deploy/systemd" / unit).read_text(encoding="utf-8")
    words = re.search(r"^ExecStart=(.+)$", text, re.MULTILINE).group(1).replace("%i", instance).split()
    return words, re.search(r"^User=(.+)$", text, re.MULTILINE).group(1)


def install(root, *names):
    root.run("apt-get", "install", "--yes", "--no-install-recommends", *names)


def measure_agent(root, packages):
    before = root.installed_kb()
    install(root, packages["biglittle-agent"])
    after = root.installed_kb()
    added = {name: size for name, size in after.items() if name not in before}
    megabytes = sum(added.values()) * 1024 / 1e6
    largest = ", ".join(f"{name} {added[name] * 1024 / 1e6:.1f}"
                        for name in sorted(added, key=added.get, reverse=True)[:8])
    print(f"an agent adds {megabytes:.1f} MB to a minimal Debian (at most {MOST_AGENT_MB}): {largest}", flush=True)
    return megabytes <= MOST_AGENT_MB


def mode_of(root, name):
    about = root.path(name).stat()
    return oct(about.st_mode & 0o7777), about.st_uid, about.st_gid


def identity(root):
    line = next(line for line in root.path("/etc/passwd").read_text().splitlines() if line.startswith("biglittle:"))
    return int(line.split(":")[2]), int(line.split(":")[3])


def check_folders(root):
    user, group = identity(root)
    wanted = {"/etc/biglittle": ("0o750", 0, group), "/var/lib/biglittle": ("0o700", user, group)}
    wrong = [f"{name} is {mode_of(root, name)}, not {want}" for name, want in wanted.items()
             if mode_of(root, name) != want]
    print("\n".join(wrong) or "folders have their owners and modes", flush=True)
    return not wrong


def stop(process):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return process.stdout.read()


def run_fleet(root):
    """Broker, worker and agent by their units' command lines, and who answered."""
    root.path("/etc/biglittle/fleet.yaml").write_text(FLEET.format(), encoding="utf-8")
    root.path("/etc/mosquitto/biglittle").mkdir(parents=True, exist_ok=True)
    settings = root.path("/etc/mosquitto/biglittle/mosquitto.conf")
    settings.write_text("listener 18830 127.0.0.1\nallow_anonymous true\nmax_packet_size 2000000\n",
                        encoding="utf-8")
    started = []
    try:
        for unit, instance in (("biglittle-broker.service", ""), ("biglittle-worker@.service", "worker-1"),
                               ("biglittle-agent@.service", "pump-1")):
            words, user = exec_start(unit, instance)
            started.append((unit, root.start(words, user)))
            time.sleep(1)
        watched = root.run("timeout", "30", "biglittle", "watch", "--config", "/etc/biglittle/fleet.yaml",
                           "--json", "--count", "300", check=False)
        lines = watched.stdout.splitlines()
        decided = [json.loads(line)["decided_by"] for line in lines]
        little, big = decided.count("little"), decided.count("big")
        print(f"by their units' command lines: {len(lines)} results, {little} by the little net, {big} by the "
              f"big one", flush=True)
        return len(lines) >= 100 and little > 0 and big > 0
    finally:
        for unit, process in reversed(started):
            said = stop(process)
            if process.returncode not in (0, -signal.SIGTERM):
                print(f"{unit} ended with {process.returncode}: {said[-1500:]}", flush=True)


def upgrade_remove_purge(root, packages):
    store = root.path("/var/lib/biglittle/kept")
    store.write_text("a store")
    user, _ = identity(root)
    os.chown(store, user, user)
    root.run("apt-get", "install", "--yes", "--reinstall", "--no-install-recommends", packages["biglittle-agent"])
    upgraded = store.exists()
    root.run("apt-get", "remove", "--yes", "biglittle-agent", "biglittle-worker")
    removed = store.exists() and root.path("/etc/biglittle/fleet.yaml").exists()
    root.run("apt-get", "purge", "--yes", "biglittle-agent")
    one_left = store.exists()
    root.run("apt-get", "purge", "--yes", "biglittle-worker")
    purged = not store.exists()
    print(f"the store: kept by an upgrade {upgraded}, a removal {removed}, the purge of one of two {one_left}; "
          f"gone with the last one's {purged}", flush=True)
    return upgraded and removed and one_left and purged


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--release", choices=sorted(SUITES), default="bookworm")
    options = arguments.parse_args()
    if os.geteuid() != 0 or not shutil.which("debootstrap"):
        sys.exit("this takes root and debootstrap: apt-get install debootstrap")
    packages = packages_of(options.release)
    with tempfile.TemporaryDirectory(dir=TREE / "build") as folder:
        root = make_root(options.release, pathlib.Path(folder) / "root")
        root.run("apt-get", "update")
        well = [measure_agent(root, packages), check_folders(root)]
        install(root, *packages.values())
        told = root.run("biglittle", "doctor", check=False)
        print(told.stdout, end="", flush=True)
        well.append("BigLittle" in told.stdout)
        demo = root.run("biglittle", "demo", check=False)
        print(demo.stdout[-900:], demo.stderr[-900:], flush=True)
        well.append(demo.returncode == 0)
        well += [run_fleet(root), upgrade_remove_purge(root, packages)]
    print("all as it must be" if all(well) else f"NOT as it must be: {well}")
    return 0 if all(well) else 1


if __name__ == "__main__":
    sys.exit(main())
