"""Find or fetch a database server program, without touching the system.

Input: the wanted kind and the state folder. Output: `ServerBinaries`, for `tools.database_server` to start.
Order for MySQL: `mysqld` on the PATH, the distribution's `mysql-server-core`, MySQL from Debian's archive,
and, where allowed, MariaDB. Packages are unpacked into the state folder, so no root is needed, nothing
starts by itself, and the second time nothing is downloaded.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

from tools.apt_packages import PrivateApt, find_debian_mirrors
from tools.state_folder import BootstrapError, find_state_folder, hold_lock

Kind = Literal["mysql", "mariadb"]
_PROGRAMS: dict[Kind, str] = {"mysql": "mysqld", "mariadb": "mariadbd"}
_PACKAGES: dict[Kind, str] = {"mysql": r"mysql-server-core(-[0-9.]+)?", "mariadb": "mariadb-server-core"}


@dataclasses.dataclass(frozen=True)
class ServerBinaries:
    """A server program that was seen to run.

    Attributes:
        kind: What it really is, which is not always what was asked for.
        version: Its own version, such as `9.7.4`.
        command: The words that start it, without options.
        share: The folder with messages, character sets and the SQL of the system tables.
        plugins: The folder with its plugins; it need not exist.
        base: The value of `--basedir`.
        origin: Where it comes from, for a person to read.
    """

    kind: Kind
    version: str
    command: tuple[str, ...]
    share: Path
    plugins: Path
    base: Path
    origin: str


def obtain_server(
    kind: Kind = "mysql",
    state_folder: Path | None = None,
    *,
    allow_mariadb: bool = False,
    say: Callable[[str], None] = print,
) -> ServerBinaries:
    """Return a server program of the wanted kind, fetched if need be.

    Args:
        kind: `mysql` or `mariadb`.
        state_folder: Where fetched servers are kept; default is the repository's state folder.
        allow_mariadb: Take MariaDB when no MySQL can be had.
        say: Receives a sentence before anything slow.

    Raises:
        BootstrapError: when none can be had; says what was tried.
    """
    servers = (state_folder or find_state_folder()) / "servers"
    with hold_lock(servers / "lock"):
        tried: list[str] = []
        for kind_tried in ("mysql", "mariadb") if kind == "mysql" and allow_mariadb else (kind,):
            for candidate in _find_candidates(kind_tried, servers, say, tried):
                return candidate
    raise BootstrapError(
        f"No {kind} server could be had. Tried: {'; '.join(tried)}. Install one (its program is enough, it "
        "need not run), get this machine a network, or name a running server: "
        "CMMS_MYSQL_SERVER_URI=mysql://<user>:<password>@<host>:<port>/"
    )


def _find_candidates(
    kind: Kind, servers: Path, say: Callable[[str], None], tried: list[str]
) -> Iterator[ServerBinaries]:
    """Yield what there is in order of preference; append to `tried` what there is not."""
    program = _PROGRAMS[kind]
    on_path = shutil.which(program, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin")
    # Ubuntu's AppArmor profile ties the installed mysqld to the system's own data folder.
    if on_path and not Path(f"/etc/apparmor.d/usr.sbin.{program}").exists():
        yield from _describe(kind, (str(Path(on_path).resolve()),), "on the PATH")
    tried.append(f"{program} on the PATH")
    folder = servers / kind
    if (folder / "origin.json").exists():
        origin = json.loads((folder / "origin.json").read_text())["origin"]
        yield from _describe(kind, _loader_command(folder, program), origin)
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        tried.append("no apt-get and dpkg here to fetch one")
        return
    sources: list[str | None] = [None]
    if kind == "mysql":
        sources += find_debian_mirrors()
    for mirror in sources:
        where = "Debian's archive (unstable)" if mirror else "the distribution's archive"
        say(f"Looking for {kind} in {where} ...")
        try:
            package = _fetch(kind, folder, mirror, say)
        except BootstrapError as error:
            tried.append(f"{where}: {error}")
            continue
        if package is None:
            tried.append(f"{where} (has no {kind} server, or was not reached)")
            continue
        origin = f"{package} from {where}"
        (folder / "origin.json").write_text(json.dumps({"origin": origin}))
        yield from _describe(kind, _loader_command(folder, program), origin)
        tried.append(f"{origin} (does not run here)")


def _fetch(kind: Kind, folder: Path, mirror: str | None, say: Callable[[str], None]) -> str | None:
    """Unpack the newest server package of a source into `folder`; return its name, None without one."""
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    apt = PrivateApt(folder.with_name("apt"), unstable_mirror=mirror)
    try:
        package = apt.find_package(_PACKAGES[kind])
        if package is not None:
            say(f"Fetching {package} with what it needs, once, into {folder} ...")
            apt.unpack(package, partial)
            shutil.rmtree(folder, ignore_errors=True)
            partial.rename(folder)
    finally:
        apt.close()
        shutil.rmtree(partial, ignore_errors=True)
    return package


def _loader_command(root: Path, program: str) -> tuple[str, ...]:
    """Start an unpacked program by the loader and the libraries that came with it, whatever the system's."""
    loader = min((path for path in root.glob("**/lib/*/ld-linux*.so.*") if path.is_file()), default=None)
    libraries = [
        str(path) for path in (root / "usr/lib", root / "lib") if path.is_dir() for path in path.glob("*-linux-*")
    ]
    if loader is None:
        return (str(root / "usr/sbin" / program),)
    return (str(loader), "--library-path", ":".join(libraries), str(root / "usr/sbin" / program))


def _describe(kind: Kind, command: tuple[str, ...], origin: str) -> Iterator[ServerBinaries]:
    """Yield the program's description if it runs and is what its name says (`mysqld` may be MariaDB)."""
    try:
        shown = subprocess.run([*command, "--no-defaults", "--version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return
    version = re.search(r"Ver (\d+\.\d+\.\d+)", shown.stdout)
    is_mariadb = "mariadb" in shown.stdout.lower()
    if shown.returncode != 0 or version is None or is_mariadb != (kind == "mariadb"):
        return
    base = Path(command[-1]).parent.parent
    yield ServerBinaries(
        kind=kind,
        version=version.group(1),
        command=command,
        share=_first_folder(base / "share", "english", ("mysql", "mariadb", "")),
        plugins=_first_folder(base / "lib", "plugin", ("mysql", "mariadb", "")) / "plugin",
        base=base,
        origin=origin,
    )


def _first_folder(parent: Path, child: str, names: tuple[str, ...]) -> Path:
    """Return the first `parent/name` that holds the folder `child`; distributions name them differently."""
    return next((parent / name for name in names if (parent / name / child).is_dir()), parent / names[0])
