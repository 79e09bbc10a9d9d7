"""The programs of `scripts/` set up what they need and say what they cannot.

They run from a copy of the folder, with an interpreter, apt and sudo that only write down what
they were asked: the tests neither reach for the network nor touch this machine.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.project.tree import ROOT

TOOLS = "cat chmod cksum cp cut date dirname env grep head ln mkdir mktemp rm sed sh tail tee"
"""What the scripts use of a minimal Debian."""

PYTHON = r"""#!/bin/sh
echo "python $*" >>"$RECORD"
case "$*" in
--version) echo "Python 3.11.2" ;;
"-m venv"*)
  mkdir -p "$4/bin"
  cp "$0" "$4/bin/python"
  printf '#!/bin/sh\necho "scrobbled $*"\n' >"$4/bin/scrobbled"
  printf '#!/bin/sh\necho "pytest $*"\n' >"$4/bin/pytest"
  chmod +x "$4/bin/scrobbled" "$4/bin/pytest"
  ;;
esac
"""

SUDO = r"""#!/bin/sh
echo "$*" >>"$RECORD"
case "$*" in
*" install "*)
  for package in $PACKAGES; do
    printf '#!/bin/sh\n' >"$BIN/$package"
    chmod +x "$BIN/$package"
  done
  ;;
esac
"""

DPKG = """#!/bin/sh
echo /usr/lib/systemd/system/$2.service
echo /usr/lib/systemd/system/$2@.service
echo /usr/lib/systemd/user/$2.socket
echo /usr/bin/$2
"""


class Checkout:
    """A copy of the scripts on a machine made up of a few programs."""

    def __init__(self, folder: Path) -> None:
        """Copies the scripts below `folder`."""
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir()
        shutil.copytree(ROOT / "scripts", folder / "scripts")
        shutil.copy(ROOT / "pyproject.toml", folder)
        for tool in TOOLS.split():
            found = shutil.which(tool)
            assert found is not None
            (self.bin / tool).symlink_to(found)
        self.add("python3", PYTHON)
        self.add("id", "#!/bin/sh\necho 1000\n")
        self.add("sleep", "#!/bin/sh\n")

    def add(self, name: str, text: str = "#!/bin/sh\n") -> None:
        """Puts a program of this text on the machine."""
        path = self.bin / name
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)

    def run(self, *words: str, packages: str = "", ci: str = "") -> tuple[int, str]:
        """Runs a script of the copy.

        Args:
            words: The script's name and its arguments.
            packages: The programs that apt can install.
            ci: The value of `CI`.

        Returns:
            Its exit status and what it printed.
        """
        done = subprocess.run(
            [self.folder / "scripts" / words[0], *words[1:]],
            env={
                "PATH": str(self.bin),
                "RECORD": str(self.folder / "record"),
                "BIN": str(self.bin),
                "PACKAGES": packages,
                "CI": ci,
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=60,
            check=False,
        )
        return done.returncode, done.stdout

    def asked(self) -> list[str]:
        """What the interpreter and sudo were asked since the last call."""
        record = self.folder / "record"
        lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
        record.unlink(missing_ok=True)
        return lines

    def installations(self) -> int:
        """How often the project was installed since the last call."""
        return sum("--editable" in line for line in self.asked())


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """A copy of the scripts with no program but the interpreter."""
    return Checkout(tmp_path)


def _programs() -> list[Path]:
    return [path for path in sorted((ROOT / "scripts").iterdir()) if not path.suffix]


@pytest.mark.parametrize("program", _programs(), ids=lambda path: path.name)
def test_programs_are_plain_sh(program: Path) -> None:
    """Each program of the folder can be started, and sh understands it."""
    assert os.access(program, os.X_OK)
    assert program.read_text(encoding="utf-8").startswith("#!/bin/sh\n")
    assert subprocess.run(["sh", "-n", program], check=False).returncode == 0


def test_ci_runs_the_tests_that_people_run() -> None:
    """`.ci/run` is `scripts/test` with nothing left out."""
    text = (ROOT / ".ci" / "run").read_text(encoding="utf-8")

    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert "export CI=true" in text
    assert "scripts/test" in text


def test_run_starts_the_daemon_with_the_arguments_given(checkout: Checkout) -> None:
    """`scripts/run` sets up the environment and hands its arguments on."""
    status, said = checkout.run("run", "-c", "my own.yaml")

    assert status == 0
    assert said.splitlines()[-1] == "scrobbled run -c my own.yaml"


def test_second_run_installs_nothing(checkout: Checkout) -> None:
    """Nothing is installed again while nothing changed, and then it is."""
    checkout.run("run")
    assert checkout.installations() == 1

    checkout.run("run")
    assert checkout.installations() == 0

    with (checkout.folder / "pyproject.toml").open("a", encoding="utf-8") as pyproject:
        pyproject.write("\n# changed\n")
    checkout.run("run")
    assert checkout.installations() == 1


def test_tests_need_more_than_the_daemon(checkout: Checkout) -> None:
    """The tools of the tests come with `scripts/test`; after it `scripts/run` lacks nothing."""
    checkout.run("run")
    assert checkout.installations() == 1

    checkout.run("test", "tests/unit")
    assert checkout.installations() == 1

    checkout.run("run")
    assert checkout.installations() == 0


def test_paths_go_to_pytest_alone(checkout: Checkout) -> None:
    """With arguments only pytest runs, and gets them as they are."""
    status, said = checkout.run("test", "tests/unit", "-k", "two words")

    assert status == 0
    assert said.splitlines()[-1] == "pytest tests/unit -k two words"


def test_what_is_left_out_is_said(checkout: Checkout) -> None:
    """Where apt is not possible, a person learns which tests are missing and what to install."""
    status, said = checkout.run("test", "tests/unit")

    assert status == 0
    assert "LEAVING OUT the tests that start: mpd ffmpeg" in said
    assert "install the Debian packages mpd ffmpeg" in said


def test_nothing_is_left_out_in_ci(checkout: Checkout) -> None:
    """In CI a missing program is a failure before any test runs."""
    checkout.add("mpd")
    status, said = checkout.run("test", "tests/unit", ci="true")

    assert status == 1
    assert said.splitlines()[-1] == "test: in CI no test may be left out."
    assert "start: ffmpeg." in said


def test_missing_programs_are_installed_without_their_services(checkout: Checkout) -> None:
    """Apt is asked for what is missing only; its services neither start now nor later."""
    checkout.add("ffmpeg")
    checkout.add("apt-get")
    checkout.add("sudo", SUDO)
    checkout.add("dpkg", DPKG)
    checkout.add("systemctl")
    status, said = checkout.run("test", "tests/unit", packages="mpd")

    asked = [line for line in checkout.asked() if not line.startswith("python ")]
    assert status == 0
    assert "LEAVING OUT" not in said
    (install,) = (line for line in asked if " install " in line)
    assert install.endswith("install mpd")
    assert any(line.endswith(" update") for line in asked[: asked.index(install)])
    assert "systemctl --quiet disable mpd.service" in asked
    assert "systemctl --quiet --global disable mpd.socket" in asked
    _assert_policy_is_gone(asked, install)


def _assert_policy_is_gone(asked: list[str], install: str) -> None:
    policy = "/usr/sbin/policy-rc.d"
    touching = [line for line in asked if policy in line]
    if Path(policy).exists():
        assert touching == []
    else:
        assert touching == [f"tee {policy}", f"chmod 755 {policy}", f"rm -f {policy}"]
        assert asked.index(touching[1]) < asked.index(install) < asked.index(touching[2])


def test_apt_is_tried_again(checkout: Checkout) -> None:
    """A mirror or a lock that is in the way at first does not end the setup; one for good does."""
    checkout.add("apt-get")
    checkout.add("dpkg", DPKG)
    checkout.add("sudo", '#!/bin/sh\ncase "$*" in *apt-get*) echo locked; exit 100 ;; esac\n')
    status, said = checkout.run("test", "tests/unit", ci="true")

    assert status == 1
    assert said.count("locked") > 4
    assert "LEAVING OUT" in said


@pytest.mark.parametrize(
    ("break_machine", "sentence"),
    [
        (lambda one: (one.bin / "python3").unlink(), "no python3 here"),
        (
            lambda one: one.add(
                "python3",
                '#!/bin/sh\ncase $1 in --version) echo "Python 3.9.2";; *) exit 1;; esac\n',
            ),
            "Python 3.9.2 is too old",
        ),
        (
            lambda one: one.add(
                "python3", '#!/bin/sh\ncase "$*" in *ensurepip*) exit 1;; esac\necho "$*"\n'
            ),
            "apt-get install python3-venv",
        ),
        (
            lambda one: one.add(
                "python3", PYTHON.replace("esac", "*--editable*) echo no network; exit 1;;\nesac")
            ),
            "pip could not install the project",
        ),
    ],
    ids=["no interpreter", "old interpreter", "no venv", "no network"],
)
def test_trouble_is_told_in_a_sentence(
    checkout: Checkout, break_machine: Callable[[Checkout], None], sentence: str
) -> None:
    """Whatever is missing, the last line says what and what to do, and nothing is started."""
    break_machine(checkout)
    status, said = checkout.run("run")

    assert status == 1
    assert said.splitlines()[-1].startswith("run: ")
    assert sentence in said.splitlines()[-1]
