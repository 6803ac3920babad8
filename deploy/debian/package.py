#!/usr/bin/env python3
"""Makes Debian packages into build/packages/.

usage: package.py [--arch amd64|arm64|armhf|i386]... [--release bookworm|trixie]... [--all] [--no-check]

Of this machine's own release and processor, unless others are named; those are cross-built in a sysroot of
their Debian packages (deploy/cross/sysroot.py). --all: every one that is released.
"""
import argparse
import email.utils
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

TREE = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(TREE / "deploy/cross"))
from sysroot import MADE as RELEASED  # noqa: E402  (its folder is known only here)

OUT = TREE / "build" / "packages"
SUFFIX = {"bookworm": "deb12u1", "trixie": "deb13u1"}
PROGRAMS = ["biglittle", "device_agent", "cloud_worker"]


def fail(text):
    sys.exit(f"package: {text}")


def run(log, *command, **options):
    """Runs it with its output in the file `log`, which is shown if it fails."""
    with open(log, "ab") as out:
        done = subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, check=False, **options)
    if done.returncode != 0:
        tail = pathlib.Path(log).read_text(encoding="utf-8", errors="replace").splitlines()[-40:]
        print("\n".join(tail), file=sys.stderr)
        fail(f"that failed: {' '.join(map(str, command))}")


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def own_release():
    text = pathlib.Path("/etc/os-release").read_text(encoding="utf-8")
    found = re.search(r"^VERSION_CODENAME=(\w+)", text, re.MULTILINE)
    return found.group(1) if found else ""


def version():
    text = (TREE / "CMakeLists.txt").read_text(encoding="utf-8")
    return re.search(r"project\(biglittle VERSION ([\d.]+)", text).group(1)


class Target:
    """One release and processor."""

    def __init__(self, release, arch):
        self.release, self.arch = release, arch
        self.is_native = release == own_release() and arch == output("dpkg", "--print-architecture")
        self.folder = TREE / "build" / "package" / f"{release}-{arch}"
        self.build = self.folder / "build"
        self.sysroot = TREE / "build" / "sysroot" / f"{release}-{arch}"
        self.log = self.folder / "log"

    def options(self):
        """CMake's, of a cross build."""
        if self.is_native:
            return []
        return [f"-DCMAKE_TOOLCHAIN_FILE={TREE}/cmake/toolchains/debian.cmake",
                f"-DBIGLITTLE_RELEASE={self.release}", f"-DBIGLITTLE_ARCHITECTURE={self.arch}"]

    def compile(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log.unlink(missing_ok=True)
        if not self.is_native:
            run(self.log, sys.executable, TREE / "deploy/cross/sysroot.py", self.release, self.arch)
        if not (self.build / "build.ninja").exists():
            run(self.log, "cmake", "-G", "Ninja", "-S", TREE, "-B", self.build,
                "-DCMAKE_BUILD_TYPE=RelWithDebInfo", "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O2",
                f"-DCMAKE_CXX_FLAGS=-ffile-prefix-map={TREE}=.",
                "-DCMAKE_INSTALL_PREFIX=/usr", "-DCMAKE_SKIP_INSTALL_RPATH=ON",
                "-DBIGLITTLE_BUILD_TESTS=OFF", "-DBIGLITTLE_SOURCE_TREE=", *self.options())
        run(self.log, "ninja", "-C", self.build, *PROGRAMS)

    def stage(self):
        """The folder that dpkg-buildpackage wants: debian/ alone, for all else is built."""
        staged = self.folder / f"biglittle-{version()}"
        shutil.rmtree(staged, ignore_errors=True)
        debian = staged / "debian"
        shutil.copytree(TREE / "deploy/debian", debian, ignore=shutil.ignore_patterns("user.*", "armhf.*", "*.py"))
        when = int(output("git", "-C", str(TREE), "log", "-1", "--format=%ct"))
        (debian / "changelog").write_text(
            f"biglittle ({version()}~{SUFFIX[self.release]}) {self.release}; urgency=medium\n\n"
            f"  * Release {version()}: CHANGELOG.md says what is new.\n\n"
            f" -- BigLittle maintainers <maintainers@biglittle.dev>  {email.utils.formatdate(when)}\n",
            encoding="utf-8")
        os.environ["SOURCE_DATE_EPOCH"] = str(when)
        for name, other in (("agent", "worker"), ("worker", "agent")):
            for script in ("postinst", "postrm"):
                text = (TREE / f"deploy/debian/user.{script}").read_text(encoding="utf-8")
                (debian / f"biglittle-{name}.{script}").write_text(
                    text.replace("@OTHER@", f"biglittle-{other}"), encoding="utf-8")
            if self.arch == "armhf":
                text = (TREE / "deploy/debian/armhf.preinst").read_text(encoding="utf-8")
                (debian / f"biglittle-{name}.preinst").write_text(
                    text.replace("@PACKAGE@", f"biglittle-{name}"), encoding="utf-8")
        units = TREE / "deploy/systemd"
        for package, unit in (("biglittle-agent", "biglittle-agent@.service"),
                              ("biglittle-worker", "biglittle-worker@.service"),
                              ("biglittle-broker", "biglittle-broker.service"),
                              ("biglittle", "biglittle-renewal.service"),
                              ("biglittle", "biglittle-renewal.timer")):
            # As debhelper wants it: what is called as its package without its name twice.
            shutil.copy(units / unit, debian / (unit if unit.startswith(f"{package}.") else f"{package}.{unit}"))
        return staged

    def pack(self, with_all):
        staged = self.stage()
        environment = dict(os.environ, BIGLITTLE_BUILD=str(self.build), BIGLITTLE_TREE=str(TREE),
                           BIGLITTLE_SYSROOT="" if self.is_native else str(self.sysroot))
        kind = "--build=any,all" if with_all else "--build=any"
        run(self.log, "dpkg-buildpackage", kind, "--no-sign", "--no-check-builddeps",
            f"--host-arch={self.arch}", cwd=staged, env=environment)
        out = OUT / self.release
        if OUT.is_file():  # where ./biglittle kept a list once
            OUT.unlink()
        out.mkdir(parents=True, exist_ok=True)
        made = []
        for package in sorted(self.folder.glob("*.deb")):
            made.append(out / package.name)
            package.replace(made[-1])
        return made


def check(packages, log):
    """Lintian, whose every word counts that no override has a reason for."""
    done = subprocess.run(["lintian", "--fail-on", "error,warning", "--tag-display-limit", "0",
                           "--suppress-tags", "bad-distribution-in-changes-file", *map(str, packages)],
                          capture_output=True, text=True, check=False)
    pathlib.Path(log).write_text(done.stdout + done.stderr, encoding="utf-8")
    print(done.stdout, end="")
    if done.returncode != 0:
        fail("lintian is not content")


def main():
    arguments = argparse.ArgumentParser(prog="./biglittle package", description=__doc__.split("\n", maxsplit=1)[0])
    arguments.add_argument("--arch", action="append", choices=sorted({a for each in RELEASED.values() for a in each}))
    arguments.add_argument("--release", action="append", choices=sorted(RELEASED))
    arguments.add_argument("--all", action="store_true", help="every release and processor")
    arguments.add_argument("--no-check", action="store_true", help="without lintian")
    options = arguments.parse_args()
    releases = options.release or [own_release()]
    if releases[0] not in RELEASED:
        fail(f"this is Debian '{releases[0]}': name one by --release, of {', '.join(RELEASED)}")
    archs = options.arch or [output("dpkg", "--print-architecture")]
    targets = [Target(release, arch) for release in (RELEASED if options.all else releases)
               for arch in (RELEASED[release] if options.all else archs)]
    for target in targets:
        if target.arch not in RELEASED[target.release]:
            fail(f"{target.release} is packaged for {', '.join(RELEASED[target.release])}, not {target.arch}")
        began = time.monotonic()
        target.compile()
        packages = target.pack(with_all=target is next(t for t in targets if t.release == target.release))
        if not options.no_check:
            check(packages, target.folder / "lintian")
        for package in packages:
            print(f"{package.relative_to(TREE)}  {package.stat().st_size / 1e6:.1f} MB")
        print(f"{target.release} {target.arch}: {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
