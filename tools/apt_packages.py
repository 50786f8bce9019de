"""Debian packages, two ways: installed on the system, or unpacked into a private folder without any rights.

Input: package names and the machine's own apt configuration. Output: installed packages, or a folder
with the unpacked files of a package and of everything it depends on.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tools.state_folder import BootstrapError

_RETRIES = (
    "-o",
    "DPkg::Lock::Timeout=120",
    "-o",
    "Acquire::Retries=3",
    "-o",
    "Acquire::http::Timeout=30",
    "-o",
    "Acquire::https::Timeout=30",
)
_DEBIAN_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


def find_missing_packages(names: Sequence[str]) -> list[str]:
    """Return those of `names` that dpkg does not report as installed."""
    return [name for name in names if not _is_installed(name)]


def install_packages(names: Sequence[str]) -> None:
    """Install packages on the system, as root or by `sudo` without a password.

    Raises:
        BootstrapError: with the command to run by hand, when there is no apt, no right, or no network.
    """
    by_hand = f"apt-get update && apt-get install --no-install-recommends {' '.join(names)}"
    if shutil.which("apt-get") is None:
        raise BootstrapError(
            f"This machine has no apt-get. Install what Debian calls {' '.join(names)}, then start again."
        )
    prefix: list[str] = []
    if os.geteuid() != 0:
        prefix = ["sudo", "-n"]
        if shutil.which("sudo") is None or _run([*prefix, "true"]).returncode != 0:
            raise BootstrapError(
                f"System packages are missing ({', '.join(names)}) and neither root nor sudo without a "
                f"password is at hand. Run this once as root, then start again:\n  {by_hand}"
            )
    print(f"Installing system packages: {' '.join(names)}", flush=True)
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *_RETRIES, "-qq"]
    _run([*prefix, "dpkg", "--configure", "-a"])  # where an installation was killed, apt-get would refuse
    updated = _run([*apt, "update"])  # one broken third-party source must not stop us: the install decides
    installed = _run([*apt, "install", "-y", "--no-install-recommends", *names])
    if installed.returncode != 0:
        raise BootstrapError(
            f"apt-get could not install {' '.join(names)}. Is there a network, and does /etc/apt name an "
            f"archive? By hand, as root:\n  {by_hand}\napt-get said:\n"
            + _last_lines(updated.stderr + installed.stderr + installed.stdout)
        )


def find_debian_mirrors() -> list[str]:
    """Return the archive URIs that this machine's own apt configuration names, Debian's first.

    Empty when the machine is not Debian: another distribution's archive has no `unstable`.
    """
    release = _read_os_release()
    if release.get("ID") != "debian" or not _DEBIAN_KEYRING.exists() or shutil.which("apt-get") is None:
        return []
    targets = _run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages"]
    )
    suites = {release.get("VERSION_CODENAME", ""), "oldstable", "stable", "testing", "unstable", "sid"}
    uris: list[str] = []
    for line in targets.stdout.splitlines():
        fields = line.split()
        if len(fields) == 3 and fields[1] in suites and fields[2] == "main" and fields[0] not in uris:
            uris.append(fields[0])
    # Third parties use the same suite and component names; Debian's own path is <host>/debian/.
    return sorted(uris, key=lambda uri: not uri.rstrip("/").endswith("/debian"))


class PrivateApt:
    """apt with folders of its own: reads the machine's configuration, changes nothing, needs no root."""

    def __init__(self, folder: Path, *, unstable_mirror: str | None = None) -> None:
        """Prepare the folders.

        Args:
            folder: Working folder, to be removed by `close`.
            unstable_mirror: Use only Debian unstable from this URI; None means the machine's own sources.
        """
        self.folder = folder
        for part in ("lists/partial", "cache/archives/partial", "no-sources"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        (folder / "status").touch()  # nothing counts as installed: every dependency comes along
        self._options = [
            "-o", f"Dir::State::lists={folder / 'lists'}",
            "-o", f"Dir::State::status={folder / 'status'}",
            "-o", f"Dir::Cache={folder / 'cache'}",
            "-o", "Acquire::Languages=none",
            "-o", "APT::Update::Post-Invoke-Success::=",
            "-o", "APT::Sandbox::User=",
            "-o", "Debug::NoLocking=1",
            *_RETRIES,
        ]  # fmt: skip
        if unstable_mirror is not None:
            source = f"deb [signed-by={_DEBIAN_KEYRING}] {unstable_mirror} unstable main\n"
            (folder / "sources.list").write_text(source)
            self._options += [
                "-o", f"Dir::Etc::sourcelist={folder / 'sources.list'}",
                "-o", f"Dir::Etc::sourceparts={folder / 'no-sources'}",
                "-o", "Acquire::Check-Valid-Until=false",  # a mirror may lag for weeks; signatures count as ever
            ]  # fmt: skip

    def find_package(self, pattern: str) -> str | None:
        """Return the newest package whose whole name matches the regular expression, None without one."""
        _run(["apt-get", *self._options, "-qq", "update"])
        found = _run(["apt-cache", *self._options, "search", "--names-only", f"^{pattern}$"])
        names = [line.split()[0] for line in found.stdout.splitlines() if line.strip()]
        return max(names, key=_version_key, default=None)

    def unpack(self, package: str, target: Path) -> None:
        """Download a package with all its dependencies and unpack them under `target`.

        Raises:
            BootstrapError: with apt's own words, when a download or an archive is broken.
        """
        downloaded = _run(
            [
                "apt-get",
                *self._options,
                "-qq",
                "-y",
                "--download-only",
                "--no-install-recommends",
                "install",
                package,
            ]
        )
        archives = sorted((self.folder / "cache/archives").glob("*.deb"))
        if downloaded.returncode != 0 or not archives:
            raise BootstrapError(f"apt-get could not download {package}:\n" + _last_lines(downloaded.stderr))
        target.mkdir(parents=True, exist_ok=True)
        for archive in archives:
            unpacked = _run(["dpkg", "-x", str(archive), str(target)])
            if unpacked.returncode != 0:
                raise BootstrapError(f"dpkg could not unpack {archive.name}: {_last_lines(unpacked.stderr)}")

    def close(self) -> None:
        """Remove lists and downloads."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=environment)


def _is_installed(name: str) -> bool:
    if shutil.which("dpkg-query") is None:
        return False
    return "ok installed" in _run(["dpkg-query", "-W", "-f", "${Status}", name]).stdout


def _read_os_release() -> dict[str, str]:
    with contextlib.suppress(OSError):
        lines = Path("/etc/os-release").read_text().splitlines()
        return {key: value.strip('"') for key, _, value in (line.partition("=") for line in lines)}
    return {}


def _version_key(name: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", name)]


def _last_lines(text: str, count: int = 6) -> str:
    return "\n".join("  " + line for line in text.strip().splitlines()[-count:])
