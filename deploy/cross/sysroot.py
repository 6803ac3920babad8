#!/usr/bin/env python3
"""Debian's packages of another release or architecture, unpacked for a compiler to build with: a sysroot.

    deploy/cross/sysroot.py RELEASE ARCHITECTURE        makes build/sysroot/RELEASE-ARCHITECTURE, if need be

Nothing is installed and nothing of the packages is run: apt, with lists and a state of its own, fetches the libraries
that cmake/debian_libraries.txt names with all that they need, from the mirrors that this machine uses and checked by
Debian's keyring; dpkg-deb unpacks them. Needs no root. For the packages that a program needs:

    dpkg-shlibdeps --admindir=SYSROOT/var/lib/dpkg -lSYSROOT/usr/lib/TRIPLET ...

Exit status: 0 made or there already, 1 fetching or unpacking failed, 2 no such release or architecture.
"""

import argparse
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parents[2]
LIBRARIES = HOME / "cmake" / "debian_libraries.txt"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# What a compiler needs of the system itself. The headers of g++ 12 go with every release: its programs run
# with the newer libstdc++ of Debian 13 too.
SYSTEM = ["libc6-dev", "libstdc++-12-dev"]
# What is made. Debian 13's armhf has another time_t than g++ 12 gives its programs, and its i386 is no
# longer for machines of that kind.
MADE = {"bookworm": ["amd64", "arm64", "armhf", "i386"], "trixie": ["amd64", "arm64"]}
TRIPLETS = {
    "amd64": "x86_64-linux-gnu",
    "arm64": "aarch64-linux-gnu",
    "armhf": "arm-linux-gnueabihf",
    "i386": "i386-linux-gnu",
}
# What the folder was made of; VERSION is that of this script's result.
STAMP = ".made-of"
VERSION = "2"


class Trouble(Exception):
    """One line for the user."""


def say(text):
    print(f"sysroot: {text}", file=sys.stderr)


def run(what, *command):
    """Runs `command`; where it fails, its last line of trouble is the message."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    except FileNotFoundError:
        raise Trouble(f"{command[0]} is missing: a sysroot is made on Debian, or with its apt and dpkg") from None
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.startswith("E:")] or done.stderr.splitlines()
        raise Trouble(f"{what}: {lines[0] if lines else 'it failed without a word'}")
    return done.stdout


def libraries():
    """The packages that LIBRARIES names."""
    lines = (line.split("#")[0].strip() for line in LIBRARIES.read_text().splitlines())
    return [line for line in lines if line]


def machine_sources():
    """(URI, suite) of all that this machine's apt fetches."""
    for file in [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*"))]:
        if file.suffix == ".list" and file.is_file():
            for line in file.read_text(errors="replace").splitlines():
                if match := re.match(r"deb\s+(?:\[[^]]*\]\s*)?(\S+)\s+(\S+)", line):
                    yield match.groups()
        elif file.suffix == ".sources" and file.is_file():
            for entry in re.split(r"\n\s*\n", file.read_text(errors="replace")):
                fields = dict(re.findall(r"^(URIs|Suites):\s*(.+)$", entry, re.MULTILINE))
                for uri in fields.get("URIs", "").split():
                    for suite in fields.get("Suites", "").split():
                        yield uri, suite


def mirrors():
    """Where this machine gets Debian's packages, and their security updates."""
    archive, security = "http://deb.debian.org/debian", "http://deb.debian.org/debian-security"
    for uri, suite in machine_sources():
        if suite.removesuffix("-security") not in MADE:
            continue
        if suite.endswith("-security"):
            security = uri
        else:
            archive = uri
    return archive, security


class Apt:
    """apt for one release and architecture, with nothing of this machine's own but its network and keyring."""

    def __init__(self, folder, release, architecture):
        self.folder = folder
        self.archives = folder / "cache" / "archives"
        for part in ["state/lists/partial", "cache/archives/partial", "empty/partial"]:
            (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / "status").write_text("")
        archive, security = mirrors()
        suites = [(archive, release), (archive, f"{release}-updates"), (security, f"{release}-security")]
        self.sources = [f"deb [signed-by={KEYRING}] {uri} {suite} main\n" for uri, suite in suites]
        self.config = folder / "apt.conf"
        self.config.write_text(
            f"""APT::Architecture "{architecture}";
APT::Architectures {{ "{architecture}"; }};
APT::Install-Recommends "false";
APT::Sandbox::User "";
APT::Update::Error-Mode "any";
Acquire::Languages "none";
Acquire::Retries "3";
Dir::State "{folder}/state";
Dir::State::status "{folder}/status";
Dir::Cache "{folder}/cache";
Dir::Cache::archives "{self.archives}";
Dir::Etc::sourcelist "{folder}/sources.list";
Dir::Etc::sourceparts "{folder}/empty";
Dir::Etc::preferencesparts "{folder}/empty";
Dir::Log "{folder}";
"""
        )

    def get(self, what, *arguments):
        command = ["apt-get", "--quiet", "--quiet", "--yes", *arguments]
        return run(what, "env", f"APT_CONFIG={self.config}", *command)

    def update(self):
        """The lists; of a mirror that lacks the security updates, as some do of an architecture, those without them:
        what is built runs with the libraries of its device."""
        sources = self.folder / "sources.list"
        sources.write_text("".join(self.sources))
        try:
            self.get("the lists of packages cannot be fetched", "update")
        except Trouble as trouble:
            sources.write_text("".join(self.sources[:-1]))
            self.get("the lists of packages cannot be fetched", "update")
            say(f"going on without security updates: {trouble}")

    def fetch(self, packages):
        """The archives of `packages` and of all that they need."""
        self.update()
        # In the cache may be what an earlier list wanted; what is there already apt does not name.
        nothing = f"Dir::Cache::archives={self.folder}/empty"
        wanted = self.get("the packages cannot be chosen", "install", "--print-uris", "-o", nothing, *packages)
        names = [line.split()[1] for line in wanted.splitlines() if line.startswith("'")]
        self.get("the packages cannot be fetched", "install", "--download-only", *packages)
        return [self.archives / name for name in names]


def extract(archive, root):
    """The package's files into `root`, through its links from /lib to /usr/lib. Returns their names, "./lib/x"."""
    packed = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(archive)], stdout=subprocess.PIPE)
    with packed, subprocess.Popen(
        ["tar", "--extract", "--verbose", "--keep-directory-symlink", "--no-same-owner", "--directory", str(root)],
        stdin=packed.stdout, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as tar:
        names, trouble = tar.communicate()
    if packed.returncode != 0 or tar.returncode != 0:
        raise Trouble(f"{archive.name} cannot be unpacked: {trouble.strip() or 'it is damaged'}")
    return names.splitlines()


def places(names, folder):
    """Where dpkg-shlibdeps finds these files of a sysroot that will be `folder`: below /usr, for it is merged."""
    for name in names:
        path = name.removeprefix(".").rstrip("/")
        if path.split("/")[1:2] in (["bin"], ["sbin"], ["lib"], ["lib32"], ["lib64"], ["libx32"]):
            path = "/usr" + path
        yield f"{folder}{path}"


def unpack(archive, root, folder):
    """The package's files into `root`, and what dpkg would remember of it. Returns its entry in the status file."""
    what = f"{archive.name} cannot be unpacked"
    control = run(what, "dpkg-deb", "--field", str(archive))
    fields = dict(re.findall(r"^([A-Za-z-]+): (.*)$", control, re.MULTILINE))
    name = fields["Package"]
    if fields.get("Multi-Arch") == "same":
        name += ":" + fields["Architecture"]
    names = extract(archive, root)
    info = root / "var/lib/dpkg/info"
    scripts = info / f".{name}"
    run(what, "dpkg-deb", "--control", str(archive), str(scripts))
    for kind in ["md5sums", "shlibs", "symbols"]:
        if (scripts / kind).is_file():
            (scripts / kind).rename(info / f"{name}.{kind}")
    shutil.rmtree(scripts)
    (info / f"{name}.list").write_text("".join(path + "\n" for path in places(names, folder)))
    return control.rstrip("\n").replace("\n", "\nStatus: install ok installed\n", 1) + "\n"


def make_links_relative(root):
    """A link to /usr/lib is this machine's otherwise."""
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            link = Path(folder, name)
            if link.is_symlink() and (target := os.readlink(link)).startswith("/"):
                link.unlink()
                link.symlink_to(os.path.relpath(f"{root}{target}", folder))


def make_root(root, architecture):
    """Where all is unpacked into: /usr merged, as either release has it, and dpkg's folder."""
    for name in ["bin", "sbin", "lib", "lib32", "lib64", "libx32"]:
        (root / "usr" / name).mkdir(parents=True)
        (root / name).symlink_to(f"usr/{name}")
    dpkg = root / "var/lib/dpkg"
    (dpkg / "info").mkdir(parents=True)
    (dpkg / "info/format").write_text("1\n")
    (dpkg / "arch").write_text(architecture + "\n")


def make_late_links(root, triplet):
    """Those that packages' scripts would make: the one OpenBLAS that programs load; and, for a linker of another
    release, that libstdc++ and libgcc_s are the ones that the other libraries were linked with."""
    libraries = root / "usr/lib" / triplet
    for name, target in [
        ("libopenblas.so.0", "openblas-pthread/libopenblas.so.0"),
        ("libstdc++.so", "libstdc++.so.6"),
    ]:
        if not (libraries / target).exists():
            raise Trouble(f"{libraries / target} is missing: a package's contents have changed")
        if not (libraries / name).is_symlink():
            (libraries / name).symlink_to(target)


def make(folder, release, architecture, packages):
    """Fetches and unpacks into `folder`, which appears when it is complete."""
    say(f"fetching {release}'s {architecture} packages")
    apt = Apt(folder.parent / ".apt" / folder.name, release, architecture)
    archives = apt.fetch(packages)
    say(f"unpacking {len(archives)} packages")
    partial = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        partial.mkdir(parents=True)
        make_root(partial, architecture)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            entries = list(pool.map(lambda archive: unpack(archive, partial, folder), archives))
        (partial / "var/lib/dpkg/status").write_text("\n".join(entries))
        make_links_relative(partial)
        make_late_links(partial, TRIPLETS[architecture])
        (partial / STAMP).write_text(stamp(packages))
        old = folder.with_name(f"{partial.name}.old")
        if folder.exists():
            folder.rename(old)
        partial.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def stamp(packages):
    return "\n".join([VERSION, *packages]) + "\n"


def is_made(folder, packages):
    return (folder / STAMP).is_file() and (folder / STAMP).read_text() == stamp(packages)


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("release", metavar="RELEASE", help=" or ".join(MADE))
    parser.add_argument("architecture", metavar="ARCHITECTURE", help=", ".join(TRIPLETS))
    parser.add_argument("--into", type=Path, default=HOME / "build/sysroot", help="instead of build/sysroot")
    parsed = parser.parse_args(arguments)
    if parsed.architecture not in MADE.get(parsed.release, []):
        made = "; ".join(f"{release}: {', '.join(of)}" for release, of in MADE.items())
        parser.exit(2, f"sysroot: {parsed.release!r} {parsed.architecture!r} is none that is made. There are {made}\n")
    return parsed


def main(arguments):
    options = parse_arguments(arguments)
    folder = options.into.resolve() / f"{options.release}-{options.architecture}"
    packages = SYSTEM + libraries()
    try:
        if not is_made(folder, packages):
            make(folder, options.release, options.architecture, packages)
    except (Trouble, OSError) as trouble:
        say(trouble)
        return 1
    print(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
