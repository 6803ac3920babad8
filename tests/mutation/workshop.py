"""A copy of the repository with a build of its own, in which files may be changed."""

import os
import pathlib
import resource
import shutil
import signal
import subprocess
import time

LEFT_BEHIND = {".git", "build", "data", "secure", ".cache"}  # of the root; made there, or a user's own
# No debugging symbols and no warnings: the compiler's time is most of a mutant's. The library's own
# assertions stand in for the sanitizers, under which the unit tests run elsewhere. Tests are found by
# running them, not after each link.
CONFIGURE = ("-G", "Ninja", "-DCMAKE_BUILD_TYPE=None",
             "-DCMAKE_CXX_FLAGS=-O1 -w -D_GLIBCXX_ASSERTIONS",
             "-DCMAKE_GTEST_DISCOVER_TESTS_DISCOVERY_MODE=PRE_TEST")
# A mutant may loop, and fill memory or a disk while it does.
MOST_MEMORY = 8 << 30
MOST_FILE = 1 << 30


# One that waits for what never comes uses no processor: this is by the clock.
MOST_WAIT = 180


def _limit(seconds):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # under nohup it would be ignored
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_FILE, MOST_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


class Workshop:
    def __init__(self, root, folder):
        self.root = pathlib.Path(root)
        self.tree = pathlib.Path(folder) / "tree"
        self.out = pathlib.Path(folder) / "out"
        self.scratch = pathlib.Path(folder) / "tmp"

    def prepare(self):
        """The tree as the repository is now: what differs is copied, what is gone removed."""
        wanted = set()
        for folder, names, files in os.walk(self.root):
            at_root = pathlib.Path(folder) == self.root
            names[:] = [n for n in names
                        if n != "__pycache__" and not (at_root and n in LEFT_BEHIND)]
            for name in files:
                path = pathlib.Path(folder) / name
                if path.is_file():
                    relative = path.relative_to(self.root)
                    wanted.add(relative)
                    self._copy(path, self.tree / relative)
        for folder, _, files in os.walk(self.tree):
            for name in files:
                path = pathlib.Path(folder) / name
                if path.relative_to(self.tree) not in wanted:
                    path.unlink()
        if not (self.out / "build.ninja").is_file():
            subprocess.run(["cmake", "-S", str(self.tree), "-B", str(self.out), *CONFIGURE],
                           check=True, stdout=subprocess.DEVNULL)

    @staticmethod
    def _copy(source, target):
        if target.is_file() and target.read_bytes() == source.read_bytes():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        shutil.copymode(source, target)

    def write(self, file, text):
        """Newer than what was built from it, whatever the resolution of the file system's clock."""
        path = self.tree / file
        before = path.stat().st_mtime_ns
        path.write_text(text, encoding="utf-8")
        if path.stat().st_mtime_ns <= before:
            os.utime(path, ns=(before + 1_000_000, before + 1_000_000))

    def build(self, program, jobs):
        """True if it builds; what ninja says if not."""
        done = subprocess.run(["ninja", "-C", str(self.out), "-j", str(jobs), program],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False)
        return done.returncode == 0, done.stdout

    def test(self, suite, limit, wait=MOST_WAIT):
        """"passed", "failed" or "time-out"; the seconds that the processor took, of which `limit` are
        allowed, so that a busy machine makes no time-outs; what it printed."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir(parents=True)
        log = self.scratch / "log"
        with open(log, "wb") as out:
            process = subprocess.Popen(
                [str(self.out / "bin" / suite.program), "--gtest_fail_fast", "--gtest_brief=1",
                 f"--gtest_filter={suite.filter(self.root)}"],
                cwd=self.scratch, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                start_new_session=True, preexec_fn=lambda: _limit(limit),
                env={**os.environ, "TMPDIR": str(self.scratch)})
        outcome, seconds = self._end_of(process, time.monotonic() + wait)
        said = [line for line in log.read_text(errors="replace").splitlines()
                if line and not line.endswith(": Skipped")]
        return outcome, seconds, "\n".join(said[-40:])

    @staticmethod
    def _end_of(process, deadline):
        """How it ended, and its processor time. What it started goes with it."""
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid != 0:
                break
            if time.monotonic() > deadline:
                os.killpg(process.pid, signal.SIGKILL)
            time.sleep(0.02)
        process.returncode = os.waitstatus_to_exitcode(status)
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        seconds = usage.ru_utime + usage.ru_stime
        if process.returncode in (-signal.SIGKILL, -signal.SIGXCPU):
            return "time-out", seconds
        return ("passed" if process.returncode == 0 else "failed"), seconds
