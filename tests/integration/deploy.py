"""`biglittle deploy` against real machines as far as one machine can be several: each host is a root of its
own (an overlay of this one's), with its own processes, network, packages, sshd and addresses; the programs,
Mosquitto, ssh and apt are the real ones. Arguments: the built biglittle, the source tree. As root, where
namespaces and overlays are allowed; skipped (77) elsewhere."""

import collections
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PROGRAM, HOME = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
SUBNET = "10.77.0"
HOSTS = {"hall": 11, "gw-1": 12, "gw-2": 13}
# Where ./biglittle test unpacks it, if this machine has none.
SSHD = HOME / "build/sshd"
NEEDED = ("ssh", "ssh-keygen", "ip", "unshare", "mosquitto", "mosquitto_sub", "dpkg-deb", "start-stop-daemon")

FLEET = """version: 1
fleet: site
models: models
models_public_key: secure/models.pub
broker: {{host: {subnet}.11, tls: {{credentials: "secure/{{role}}/{{id}}"}}}}
device_defaults:
  task: vibration
  source: {{type: vibration, interval_ms: 50}}
  store: {{folder: /var/lib/biglittle}}
devices:
  - {{id: "pump-{{n}}", count: 3, health: {{port: 9501}}}}
workers: [{{id: worker-1, tasks: [vibration], health: {{port: 9601}}}}]
hosts:
  - {{id: hall, ssh: hall, broker: true, workers: [worker-1], labels: {{site: centre}}}}
  - {{id: gw-1, devices: {first}}}
  - {{id: gw-2, devices: {second}}}
"""


def check(holds, what):
    if not holds:
        sys.exit(f"deploy.py: {what}")


def skip(why):
    print(f"skipped: {why}")
    sys.exit(77)


def run(*words, code=0, timeout=120, **options):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False,
                          timeout=timeout, **options)
    check(code is None or done.returncode == code,
          f"{' '.join(map(str, words))} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done


def wait_for(condition, what, seconds=20):
    patience = time.monotonic() + seconds
    while not condition():
        check(time.monotonic() < patience, what)
        time.sleep(0.05)


class Host:
    """A machine: it starts, dies with all that runs on it, and keeps its disk."""

    def __init__(self, lab, name):
        self.lab, self.name, self.address = lab, name, f"{SUBNET}.{HOSTS[name]}"
        self.disk = lab.folder / "disks" / name
        for part in ("upper", "work", "root"):
            (self.disk / part).mkdir(parents=True)
        self.init = None

    def start(self):
        script = f"""
set -e
mount -t overlay overlay -o lowerdir=/,upperdir={self.disk}/upper,workdir={self.disk}/work {self.disk}/root
cd {self.disk}/root
mount -t proc proc proc; mount -t sysfs -o ro sys sys; mount --bind /dev dev
mount -t tmpfs run run; mkdir -p run/sshd run/lock; chmod 1777 tmp
ip link set lo up
until ip link show eth0 >/dev/null 2>&1; do sleep 0.02; done
ip address add {self.address}/24 dev eth0; ip link set eth0 up
hostname {self.name}
exec chroot . /usr/sbin/sshd -D -e -f /etc/ssh/lab_config
"""
        ssh = self.disk / "upper/etc/ssh"
        ssh.mkdir(parents=True, exist_ok=True)
        if shutil.which("sshd") is None and self.init is None:
            run("cp", "-a", SSHD / "usr", self.disk / "upper")
            users = pathlib.Path("/etc/passwd").read_text(encoding="utf-8")
            (self.disk / "upper/etc/passwd").write_text(users + "sshd:x:122:65534::/run/sshd:/usr/sbin/nologin\n",
                                                        encoding="utf-8")
        shutil.copy(self.lab.folder / "hostkey", ssh / "lab_key")
        (ssh / "lab_key").chmod(0o600)
        (ssh / "lab_config").write_text(
            "HostKey /etc/ssh/lab_key\nAuthorizedKeysFile /etc/ssh/lab_authorized\nStrictModes no\n"
            "UsePAM no\nPidFile none\nPasswordAuthentication no\n", encoding="utf-8")
        shutil.copy(self.lab.folder / "key.pub", ssh / "lab_authorized")
        self.log = open(self.disk / "log", "ab")  # pylint: disable=consider-using-with
        self.init = subprocess.Popen(["unshare", "--mount", "--net", "--uts", "--pid", "--fork", "--kill-child",
                                      "sh", "-c", script], stdout=self.log, stderr=self.log)
        wire = f"w{HOSTS[self.name]}"
        # The same after each start, as a network card's.
        run("ip", "link", "add", wire, "type", "veth", "peer", "name", "eth0", "address",
            f"02:00:00:00:00:{HOSTS[self.name]:02x}", "netns", str(self.pid()))
        run("ip", "link", "set", wire, "master", "lan", "up")
        wait_for(lambda: self.run("true", code=None).returncode == 0, f"{self.name} does not start: "
                 f"{(self.disk / 'log').read_text()}")

    def pid(self):
        """Of its first process, which unshare started."""
        children = pathlib.Path(f"/proc/{self.init.pid}/task/{self.init.pid}/children")
        wait_for(lambda: children.read_text().split(), "unshare starts nothing")
        return int(children.read_text().split()[0])

    def die(self):
        """As if the plug were pulled."""
        os.kill(self.pid(), signal.SIGKILL)
        self.init.wait(timeout=10)
        self.log.close()

    def run(self, *words, code=0):
        return run(*self.lab.ssh(), self.name, "--", *words, code=code)

    def path(self, name):
        return pathlib.Path(f"/proc/{self.pid()}/root{name}")


class Lab:
    """The wire, the packages, the fleet's folder and the hosts."""

    def __init__(self, folder):
        self.folder, self.hosts, self.watch = folder, {}, None

    def ssh(self):
        return ("ssh", "-F", self.folder / "ssh_config", "-o", "BatchMode=yes", "-o", "ConnectTimeout=2")

    def make(self):
        run("mount", "-t", "tmpfs", "tmpfs", self.folder)
        run("ip", "link", "set", "lo", "up")
        run("ip", "link", "add", "lan", "type", "bridge")
        run("ip", "address", "add", f"{SUBNET}.1/24", "dev", "lan")
        run("ip", "link", "set", "lan", "up")
        for key in ("key", "hostkey"):
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / key)
        (self.folder / "ssh_config").write_text("".join(
            f"Host {name}\n  HostName {SUBNET}.{number}\n" for name, number in HOSTS.items()) +
            f"Host *\n  User root\n  IdentityFile {self.folder}/key\n  UserKnownHostsFile {self.folder}/known\n"
            "  StrictHostKeyChecking accept-new\n  LogLevel ERROR\n", encoding="utf-8")
        self.make_packages()
        shutil.copytree(HOME / "models/vibration", self.folder / "models/vibration")
        for name in HOSTS:
            self.hosts[name] = Host(self, name)
            self.hosts[name].start()
        self.write_fleet()
        self.biglittle("provision", "init", "--config", "fleet.yaml")
        self.biglittle("provision", "apply", "fleet.yaml")
        self.biglittle("provision", "sign-models", "models/vibration")
        self.biglittle("provision", "add-dashboard", "desk")

    def make_packages(self, version="0.0.1~lab"):
        """Of this build's programs; debhelper's are tests/packages' matter."""
        arch = run("dpkg", "--print-architecture").stdout.strip()
        out = self.folder / "packages/bookworm"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        for name, program in (("agent", "device_agent"), ("worker", "cloud_worker"), ("broker", None)):
            tree = self.folder / "tree"
            shutil.rmtree(tree, ignore_errors=True)
            for part in ("DEBIAN", "usr/bin", "lib/systemd/system", "etc/biglittle"):
                (tree / part).mkdir(parents=True)
            tree.chmod(0o755)
            (tree / "DEBIAN/control").write_text(
                f"Package: biglittle-{name}\nVersion: {version}\nArchitecture: {arch}\nMaintainer: lab <lab@lab>\n"
                "Description: of a test\n", encoding="utf-8")
            if program:
                run("strip", "-o", tree / "usr/bin" / program, PROGRAM.parent / program)
                script = (HOME / "deploy/debian/user.postinst").read_text(encoding="utf-8")
                (tree / "DEBIAN/postinst").write_text(script.replace("#DEBHELPER#", ""), encoding="utf-8")
                (tree / "DEBIAN/postinst").chmod(0o755)
            for unit in (HOME / "deploy/systemd").glob(f"biglittle-{name}*"):
                shutil.copy(unit, tree / "lib/systemd/system")
            run("dpkg-deb", "-Znone", "--root-owner-group", "--build", tree,
                out / f"biglittle-{name}_{version}_{arch}.deb")

    def write_fleet(self, first="[pump-1, pump-2]", second="[pump-3]", change=lambda text: text):
        text = FLEET.format(subnet=SUBNET, first=first, second=second)
        (self.folder / "fleet.yaml").write_text(change(text), encoding="utf-8")

    def biglittle(self, *words, code=0):
        return run(PROGRAM, *words, code=code, cwd=self.folder, env=dict(os.environ, BIGLITTLE_HOME=str(HOME)))

    def deploy(self, what, *words, code=0):
        began = time.monotonic()
        done = self.biglittle("deploy", what, "fleet.yaml", "--packages", "packages", "--ssh-config",
                              self.folder / "ssh_config", "--connect-timeout", "3", *words, code=code)
        for secret in ("PRIVATE", "BEGIN CERT"):
            check(secret not in done.stdout + done.stderr, "a secret was printed")
        if os.environ.get("LAB_TIMES"):
            print(f"  {what} {words}: {time.monotonic() - began:.1f} s")
        return done.stdout + done.stderr

    def start_watch(self):
        """A consumer whose session outlives the broker's restarts, as one that must not miss a result has it."""
        self.results = self.folder / "results"
        own = self.folder / "secure/dashboard/desk"
        out = open(self.results, "wb")  # pylint: disable=consider-using-with
        self.watch = subprocess.Popen(
            # It ends where a broker says goodbye.
            ["sh", "-c", "trap 'kill $!; exit' TERM; while :; do mosquitto_sub \"$@\" & wait $!; sleep 0.2; done", "sh",
             "-h", f"{SUBNET}.11", "-p", "8883", "-V", "mqttv5", "-q", "1", "-c", "-x", "3600", "-i",
             "dashboard:desk@site", "--cafile", self.folder / "secure/broker/ca.crt", "--cert", own / "client.crt",
             "--key", own / "client.key", "-t", "biglittle/v1/site/devices/+/result", "-F", "%p"],
            stdout=out, stderr=out)

    def seen(self):
        """Device -> sequence -> decided_by, of final results."""
        seen = collections.defaultdict(dict)
        for line in self.results.read_text(encoding="utf-8").splitlines():
            if line.startswith("{") and line.endswith("}"):
                result = json.loads(line)
                if result["stage"] == "final":
                    seen[result["device"]][int(result["sequence"])] = result["decided_by"]
        return seen

    def wait_results(self, device, more=20):
        begin = max(self.seen()[device], default=-1)
        wait_for(lambda: max(self.seen()[device], default=-1) >= begin + more,
                 f"{device} gives no more results than {begin}")

    def end(self):
        if self.watch:
            self.watch.terminate()
            self.watch.wait(timeout=10)
        for host in self.hosts.values():
            if host.init and host.init.poll() is None:
                host.die()


def no_gaps(lab, devices):
    """Each reading that a device took has its final result, across all of its runs and hosts."""
    for device in devices:
        numbers = sorted(lab.seen()[device])
        missing = set(range(numbers[0], numbers[-1])) - set(numbers)
        check(not missing, f"{device} lost readings: {sorted(missing)[:20]} of {numbers[-1]}")


def first_apply(lab):
    plan = lab.deploy("plan")
    check("gw-1             starts biglittle-agent@pump-2" in plan and "3 hosts would change" in plan, plan)
    check(not lab.hosts["gw-1"].path("/etc/biglittle").exists(), "a plan changed something")
    said = lab.deploy("apply")
    check("3 hosts changed" in said, said)
    lab.start_watch()
    for device in ("pump-1", "pump-2", "pump-3"):
        lab.wait_results(device)
    decided = collections.Counter(by for results in lab.seen().values() for by in results.values())
    check(decided["big"] > 0 and decided["little"] > 0, f"nobody asked the worker: {decided}")


def secrets_are_their_own(lab):
    host = lab.hosts["gw-1"]
    keys = host.run("find /etc/biglittle/releases -name client.key -printf '%m %u %P\\n'").stdout.split("\n")
    check(len(keys) == 3 and all(line.startswith("600 biglittle ") for line in keys[:2]), f"keys: {keys}")
    others = host.run("grep -rl pump-3 /etc/biglittle | grep -v fleet.yaml", code=None).stdout
    check(not others, f"gw-1 knows of pump-3: {others}")
    check("worker-1" not in host.run("cat /etc/biglittle/fleet.yaml").stdout, "gw-1 knows of the worker")
    check(host.run("find /etc/biglittle /etc/mosquitto -name server.key").stdout == "", "gw-1 has the broker's key")


def second_apply_changes_nothing(lab):
    before = lab.hosts["gw-1"].run("cat /run/biglittle/*.pid; readlink /etc/biglittle/current").stdout
    said = lab.deploy("apply")
    check(said.count("unchanged") == 3 and "0 hosts changed" in said, said)
    after = lab.hosts["gw-1"].run("cat /run/biglittle/*.pid; readlink /etc/biglittle/current").stdout
    check(before == after, "a second apply started something again")
    status = lab.deploy("status")
    check(status.count("active ready") == 5, status)


def broken_rolls_back(lab):
    """A device's health port is taken on its host: `check` cannot know, and the host goes back."""
    before = lab.hosts["gw-2"].run("readlink /etc/biglittle/current").stdout
    lab.hosts["gw-2"].run("nohup python3 -m http.server 9888 --bind 127.0.0.1 >/dev/null 2>&1 </dev/null &")
    lab.write_fleet(change=lambda text: text.replace("health: {port: 9501}", "health: {port: 9886}"))
    said = lab.deploy("apply", "--only", "gw-2", "--wait", "10", code=1)
    check("gw-2 is not ready, and back to what it had" in said and "9888" in said, said)
    check(lab.hosts["gw-2"].run("readlink /etc/biglittle/current").stdout == before, "it did not go back")
    lab.wait_results("pump-3")
    lab.write_fleet()
    check("unchanged" in lab.deploy("plan", "--only", "gw-2"), "something is left of it")


def away(lab):
    """Nothing changes while one is away, unless it is said to go on without it."""
    lab.hosts["gw-2"].die()
    lab.write_fleet(change=lambda text: text.replace("interval_ms: 50", "interval_ms: 40"))
    said = lab.deploy("apply", code=1)
    check("gw-2 is away, and nothing was changed" in said, said)
    said = lab.deploy("apply", "--skip-away")
    check("starts biglittle-agent@pump-1 again" in said and "2 hosts changed" in said, said)
    lab.write_fleet(first="[pump-1, pump-2, pump-3]", second="[]",
                    change=lambda text: text.replace(", devices: []", "").replace("interval_ms: 50", "interval_ms: 40"))
    said = lab.deploy("apply", "--skip-away", code=1)
    check("may still run on gw-2, which is away" in said, said)
    lab.hosts["gw-2"].start()
    lab.hosts["gw-2"].run("sh /etc/biglittle/current/host.sh start")
    lab.write_fleet()
    lab.deploy("apply")
    lab.wait_results("pump-3")


def dies_in_the_middle(lab):
    """The host is gone when the new release stands and nothing was confirmed; the next apply ends it."""
    host = lab.hosts["gw-1"]
    before = host.run("readlink /etc/biglittle/current").stdout
    lab.write_fleet(change=lambda text: text.replace("interval_ms: 50", "interval_ms: 45"))
    apply = subprocess.Popen([PROGRAM, "deploy", "apply", "fleet.yaml", "--packages", "packages", "--ssh-config",
                              lab.folder / "ssh_config", "--connect-timeout", "2", "--only", "gw-1"],
                             cwd=lab.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             env=dict(os.environ, BIGLITTLE_HOME=str(HOME)))
    current = host.path("/etc/biglittle/current")
    wait_for(lambda: os.readlink(current) + "\n" != before, "apply switches nothing")
    host.die()
    said = apply.communicate(timeout=60)[0]
    check(apply.returncode == 1 and "gw-1 was lost on the way" in said, said)
    host.start()
    check("ends the deployment that was cut short there" in lab.deploy("plan", "--only", "gw-1"), "plan says nothing")
    check("1 host changed" in lab.deploy("apply", "--only", "gw-1"), "apply does not end it")
    check("confirmed" not in lab.deploy("status", "--only", "gw-1", code=None).split("gw-1")[1].split("\n")[0], "")
    lab.write_fleet()
    lab.deploy("apply")
    for device in ("pump-1", "pump-2"):
        lab.wait_results(device)


def moves(lab):
    """With what it had not delivered yet: the broker is away while pump-2 goes from gw-1 to gw-2."""
    lab.hosts["hall"].run("kill -STOP $(cat /run/biglittle/biglittle-broker.pid)")
    time.sleep(1)
    lab.write_fleet(first="[pump-1]", second="[pump-2, pump-3]")
    said = lab.deploy("apply", "--skip-away", "--allow-offline", "--only", "gw-*")
    check("gives pump-2 to gw-2" in said and "takes over the state of pump-2" in said, said)
    check("pump-2" not in lab.hosts["gw-1"].run("ls /var/lib/biglittle").stdout, "its state is on both hosts")
    lab.hosts["hall"].run("kill -CONT $(cat /run/biglittle/biglittle-broker.pid)")
    lab.wait_results("pump-2", more=60)
    check("active ready" in lab.deploy("status", "--only", "gw-2"), "gw-2 is not ready")


def move_goes_back(lab):
    """What took a device over is not ready: the device runs where it was, and no number is missing."""
    lab.hosts["gw-2"].run("nohup python3 -m http.server 9501 --bind 127.0.0.1 >/dev/null 2>&1 </dev/null & echo $! >/run/taken")
    lab.write_fleet(first="[]", second="[pump-1, pump-2, pump-3]", change=lambda text: text.replace(", devices: []", ""))
    said = lab.deploy("apply", "--only", "gw-2", "--wait", "10", code=1)
    check("gw-2 is not ready, and back to what it had" in said and "has pump-1 again" in said, said)
    check("pump-1" not in lab.hosts["gw-2"].run("ls /var/lib/biglittle").stdout, "its state is on both hosts")
    lab.hosts["gw-2"].run("kill $(cat /run/taken)")
    lab.wait_results("pump-1")
    lab.write_fleet(first="[pump-1]", second="[pump-2, pump-3]")
    said = lab.deploy("plan")
    check(said.count("unchanged") == 3, said)


def upgrade(lab):
    lab.make_packages("0.0.2~lab")
    said = lab.deploy("apply")
    check("installs biglittle-agent 0.0.2~lab in place of 0.0.1~lab" in said, said)
    version = lab.hosts["gw-1"].run("dpkg-query -W -f '${Version}' biglittle-agent").stdout
    check(version == "0.0.2~lab", f"gw-1 has {version}")


def bundle(lab):
    lab.biglittle("deploy", "bundle", "fleet.yaml", "--packages", "packages", "--host", "gw-1", "--out", "gw-1.tar")
    names = run("tar", "-tf", lab.folder / "gw-1.tar").stdout
    check("./files/credentials/device/pump-1/client.key" in names and "pump-3" not in names, names)
    check((lab.folder / "gw-1.tar").stat().st_mode & 0o777 == 0o600, "a bundle is open to others")


def scenario(lab):
    for part in (first_apply, secrets_are_their_own, second_apply_changes_nothing, broken_rolls_back, away,
                 dies_in_the_middle, moves, move_goes_back, upgrade, bundle):
        began = time.monotonic()
        part(lab)
        print(f"{part.__name__}: {time.monotonic() - began:.1f} s", flush=True)
    for device in ("pump-1", "pump-2", "pump-3"):
        lab.wait_results(device)
    lab.deploy("status")
    time.sleep(1)
    no_gaps(lab, ("pump-1", "pump-2", "pump-3"))
    print({device: len(results) for device, results in lab.seen().items()}, "results, none missing")


def can_make_hosts():
    with tempfile.TemporaryDirectory() as folder:
        script = (f"mount -t tmpfs t {folder} && cd {folder} && mkdir u w m && mount -t overlay overlay "
                  "-o lowerdir=/,upperdir=u,workdir=w m && ip link add lan type bridge")
        return run("unshare", "--mount", "--net", "--pid", "--fork", "sh", "-c", script, code=None).returncode == 0


def main():
    if os.geteuid() != 0:
        skip("hosts of their own take root")
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    missing = [name for name in NEEDED if shutil.which(name) is None]
    if shutil.which("sshd") is None and not (SSHD / "usr/sbin/sshd").exists():
        missing.append("sshd")
    if missing:
        skip(f"there is no {', '.join(missing)}")
    if "--inside" not in sys.argv:
        if not can_make_hosts():
            skip("namespaces or overlays are not allowed here")
        with tempfile.TemporaryDirectory() as folder:
            sys.exit(subprocess.run(["unshare", "--mount", "--net", "--pid", "--fork", "--mount-proc", "--kill-child",
                                     sys.executable, *sys.argv, "--inside", folder], check=False).returncode)
    lab = Lab(pathlib.Path(sys.argv[-1]))
    try:
        lab.make()
        scenario(lab)
    finally:
        lab.end()


main()
