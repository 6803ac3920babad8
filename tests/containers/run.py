#!/usr/bin/env python3
"""Builds the images of deploy/containers/Containerfile and runs them, as far as this machine allows.

usage: run.py [--release bookworm|trixie] [--from-build BIN] [--keep]      as root, with buildah and debootstrap

The base is a Debian that debootstrap makes, where no registry is reachable. Packages are those of ./biglittle
package; --from-build makes some of the programs in BIN instead. Images are built in buildah's chroot isolation; a
fleet of broker, worker and agent runs from them, as their own user and with a root that is mounted read-only, and
answers. What could not be run is said. Slow (minutes), so it is no part of ./biglittle test.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

TREE = pathlib.Path(__file__).resolve().parents[2]
TARGETS = ("agent", "worker", "broker", "command", "console")
PORT = 18990
FLEET = f"""version: 1
fleet: boxes
models: /usr/share/biglittle/models
broker: {{host: 127.0.0.1, port: {PORT}}}
devices:
  - id: pump-1
    task: vibration
    source: {{type: vibration, interval_ms: 20}}
    store: {{folder: /var/lib/biglittle}}
    health: {{port: 18991}}
workers: [{{id: worker-1, tasks: [vibration], health: {{port: 18992}}}}]
"""


def run(*words, check=True, **options):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, **options)
    if check and done.returncode != 0:
        sys.exit(f"{' '.join(map(str, words))} ended with {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}")
    return done.stdout.strip()


def make_packages(programs, out):
    """What debhelper makes, less its polish: programs, their libraries by dpkg-shlibdeps, units, models, page."""
    arch = run("dpkg", "--print-architecture")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "debian").mkdir()
        (folder / "debian/control").write_text("Source: biglittle\n\nPackage: biglittle\nArchitecture: any\n", encoding="utf-8")
        for package, program in (("biglittle-agent", "device_agent"), ("biglittle-worker", "cloud_worker"),
                                 ("biglittle", "biglittle"), ("biglittle-broker", None), ("biglittle-models", None),
                                 ("biglittle-console", None)):
            tree = folder / package
            depends = {"biglittle-broker": "mosquitto"}.get(package, "")
            for part in ("DEBIAN", "etc/biglittle", "usr/share/biglittle"):
                (tree / part).mkdir(parents=True)
            if program:
                (tree / "usr/bin").mkdir()
                run("strip", "-o", tree / "usr/bin" / program, programs / program)
                told = run("dpkg-shlibdeps", "-O", f"-e{tree}/usr/bin/{program}", cwd=folder)
                depends = re.search(r"Depends=(.*)", told).group(1)
            if package in ("biglittle-agent", "biglittle-worker"):
                depends += ", adduser"
                script = (TREE / "deploy/debian/user.postinst").read_text(encoding="utf-8").replace("#DEBHELPER#", "")
                (tree / "DEBIAN/postinst").write_text(script, encoding="utf-8")
                (tree / "DEBIAN/postinst").chmod(0o755)
            if package == "biglittle":
                for part in ("broker_config", "config", "deploy/host", "deploy/kubernetes"):
                    shutil.copytree(TREE / part, tree / "usr/share/biglittle" / part)
            if package == "biglittle-models":
                shutil.copytree(TREE / "models/vibration", tree / "usr/share/biglittle/models/vibration")
            if package == "biglittle-console" and (TREE / "build/dashboard").is_dir():
                shutil.copytree(TREE / "build/dashboard", tree / "usr/share/biglittle/dashboard")
            (tree / "DEBIAN/control").write_text(
                f"Package: {package}\nVersion: 0.0.1~box\nArchitecture: {arch}\nMaintainer: box <box@box>\n"
                + (f"Depends: {depends}\n" if depends else "") + "Description: of a test\n", encoding="utf-8")
            run("chmod", "-R", "go=rX", tree)
            run("dpkg-deb", "-Znone", "--root-owner-group", "--build", tree, out / f"{package}_0.0.1~box_{arch}.deb")


class Builder:
    """buildah with storage of its own."""

    def __init__(self, folder):
        self.words = ["buildah", "--root", str(folder / "storage"), "--runroot", str(folder / "run"), "--storage-driver", "vfs"]

    def run(self, *words, check=True):
        return run(*self.words, *words, check=check)

    def base(self, release):
        root = TREE / "build/minimal" / release
        if not (root / "usr/bin/dpkg").exists():
            print(f"making a minimal Debian: {release}", flush=True)
            shutil.rmtree(root, ignore_errors=True)
            root.mkdir(parents=True)
            run("debootstrap", "--variant=minbase", release, root)
        container = self.run("from", "scratch")
        mounted = self.run("mount", container)
        run("cp", "-a", f"{root}/.", mounted)
        self.run("umount", container)
        self.run("commit", "--quiet", "--rm", container, "biglittle-base")
        return "localhost/biglittle-base"

    def build(self, target, base, packages):
        began = time.monotonic()
        self.run("build", "--isolation", "chroot", "--format", "docker", "--pull-never", "--build-arg", f"BASE={base}", "--target",
                 target, "-t", f"biglittle-{target}", "-f", TREE / "deploy/containers/Containerfile", packages)
        about = json.loads(self.run("inspect", "--type", "image", f"biglittle-{target}"))
        settings = about["Docker"]["config"]
        print(f"{target:8} built in {time.monotonic() - began:.0f} s: user {settings['User']}, "
              f"health check {'yes' if settings.get('Healthcheck') else 'NO'}", flush=True)
        return settings

    def unpack(self, target, folder):
        """The image's root, and what it runs."""
        container = self.run("from", "--pull-never", f"biglittle-{target}")
        mounted = self.run("mount", container)
        run("cp", "-a", mounted, folder / target)
        self.run("umount", container)
        self.run("rm", container)
        return folder / target


def start(root, words, writable, fleet, log, folder):
    """In a mount namespace: the root read-only, /etc/biglittle from outside, what is writable said."""
    lines = ["set -e", "mount --make-rprivate /", f"mount --bind {root} {root}",
             f"mount -t proc proc {root}/proc", f"mount --bind /dev {root}/dev",
             f"mkdir -p {root}/etc/biglittle && mount --bind {fleet} {root}/etc/biglittle"]
    for number, place in enumerate(writable):
        outside = folder / f"{root.name}-{number}"
        outside.mkdir(exist_ok=True)
        run("cp", "-a", f"{root}/{place}/.", outside, check=False)
        os.chown(outside, 10001, 10001)
        lines.append(f"mount --bind {outside} {root}/{place}")
    lines += [f"mount -o remount,bind,ro {root}", 'exec chroot --userspec 10001:10001 "$0" "$@"']
    with open(log, "wb") as out:
        return subprocess.Popen(["unshare", "--mount", "bash", "-c", "\n".join(lines), str(root), "env", "-i",
                                 "PATH=/usr/sbin:/usr/bin:/sbin:/bin", *words], stdout=out, stderr=subprocess.STDOUT)


def healthy(settings, root, port):
    check = settings["Healthcheck"]["Test"]
    done = subprocess.run(["chroot", "--userspec", "10001:10001", root, "env", f"BIGLITTLE_HEALTH_PORT={port}",
                           f"BIGLITTLE_BROKER_PORT={port}", *check[1:]], check=False)
    return done.returncode == 0


def run_fleet(builder, settings, folder):
    """Broker, worker and agent from their images, by their own entry points; what a listener hears of them."""
    fleet = folder / "etc"
    fleet.mkdir()
    (fleet / "fleet.yaml").write_text(FLEET, encoding="utf-8")
    fleet.chmod(0o755)
    roots = {target: builder.unpack(target, folder) for target in ("broker", "worker", "agent")}
    (roots["broker"] / "etc/mosquitto/biglittle/mosquitto.conf").write_text(
        f"listener {PORT} 127.0.0.1\nallow_anonymous true\n", encoding="utf-8")
    plan = (("broker", (), ("etc/mosquitto/biglittle", "var/lib/mosquitto"), PORT),
            ("worker", ("--worker", "worker-1"), (), 18992),
            ("agent", ("--device", "pump-1"), ("var/lib/biglittle",), 18991))
    running, well = [], True
    try:
        for target, words, writable, _ in plan:
            running.append(start(roots[target], [*settings[target]["Entrypoint"], *words], writable, fleet,
                                 folder / f"{target}.log", folder))
            time.sleep(2)
        heard = run("timeout", "30", "mosquitto_sub", "-h", "127.0.0.1", "-p", PORT, "-V", "mqttv5", "-C", "300", "-t",
                    "biglittle/v1/boxes/devices/+/result", check=False).splitlines()
        decided = [json.loads(line)["decided_by"] for line in heard]
        print(f"from their images, read-only, as 10001: {len(heard)} results, {decided.count('little')} little, "
              f"{decided.count('big')} big", flush=True)
        well = len(heard) == 300 and decided.count("big") > 0
        for target, _, _, port in plan:
            good = healthy(settings[target], roots[target], port)
            print(f"{target:8} its health check says {'healthy' if good else 'UNHEALTHY'}", flush=True)
            well = well and good
    finally:
        for process in reversed(running):
            process.terminate()
            process.wait(timeout=20)
    if healthy(settings["worker"], roots["worker"], 18992):
        print("the health check of a worker that has ended says healthy")
        well = False
    if not well:
        for target, *_ in plan:
            print(f"--- {target}\n{(folder / f'{target}.log').read_text(errors='replace')[-1500:]}")
    return well


def try_isolation(builder, settings):
    """A command of each image under buildah's own isolations; which of them this machine allows."""
    well = True
    for isolation in ("chroot", "oci"):
        for target in TARGETS:
            container = builder.run("from", "--pull-never", f"biglittle-{target}")
            words = [*settings[target]["Entrypoint"][:1], "-h" if target == "broker" else "-v" if target == "console" else "--help"]
            done = subprocess.run([*builder.words, "run", "--isolation", isolation, container, "--", *words],
                                  capture_output=True, text=True, check=False)
            builder.run("rm", container)
            # Mosquitto's help ends with 3.
            good = done.returncode == 0 or (target == "broker" and "mosquitto" in done.stdout)
            if isolation == "oci" and not good:
                print(f"crun: not run here: {done.stderr.strip()[-400:]}")
                return well
            print(f"{target:8} {isolation}: {'runs' if good else 'does NOT run: ' + done.stderr[-300:]}", flush=True)
            well = well and good
    return well


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--release", choices=("bookworm", "trixie"), default="bookworm")
    arguments.add_argument("--from-build", type=pathlib.Path)
    arguments.add_argument("--keep", action="store_true", help="leave the images where they are")
    options = arguments.parse_args()
    if os.geteuid() != 0 or not shutil.which("buildah") or not shutil.which("debootstrap"):
        sys.exit("this takes root, buildah and debootstrap: apt-get install buildah crun debootstrap")
    (TREE / "build").mkdir(exist_ok=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="containers-", dir=TREE / "build"))
    folder.chmod(0o755)
    try:
        packages = TREE / "build/packages" / options.release
        if options.from_build:
            packages = folder / "packages"
            packages.mkdir()
            make_packages(options.from_build.resolve(), packages)
        if not list(packages.glob("biglittle-worker_*.deb")):
            sys.exit(f"there are no packages in {packages}: ./biglittle package, or --from-build build/release/bin")
        builder = Builder(folder)
        base = builder.base(options.release)
        settings = {target: builder.build(target, base, packages) for target in TARGETS}
        well = [all(s["User"] == "10001:10001" for s in settings.values()),
                all(settings[t].get("Healthcheck") for t in TARGETS if t != "command"),
                try_isolation(builder, settings), run_fleet(builder, settings, folder)]
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print("not run here: Docker, Podman, compose, a registry")
    print("all as it must be" if all(well) else f"NOT as it must be: {well}")
    return 0 if all(well) else 1


if __name__ == "__main__":
    sys.exit(main())
