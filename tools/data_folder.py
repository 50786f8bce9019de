"""Fill the data folder of a new database server, quickly from the second time on.

Input: a server program and an empty folder. Output: the folder with system tables and a root without a
password who can log in through the socket only.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from tools.server_binaries import ServerBinaries
from tools.state_folder import BootstrapError, find_state_folder, hold_lock


def base_command(binaries: ServerBinaries, data_folder: Path) -> list[str]:
    """Return the command with what every call needs; no configuration file of the machine is read.

    Temporary files get a folder of their own, which is made: a MariaDB that starts removes those of every other server
    that has the same one.
    """
    temporary = data_folder / "tmp"
    temporary.mkdir(mode=0o700, exist_ok=True)
    return [
        *binaries.command,
        "--no-defaults",
        *(["--user=root"] if os.geteuid() == 0 else []),  # as root it refuses to run without being told
        f"--basedir={binaries.base}",
        f"--datadir={data_folder / 'data'}",
        f"--tmpdir={temporary}",
        f"--lc-messages-dir={binaries.share}",
        f"--character-sets-dir={binaries.share / 'charsets'}",
        f"--plugin-dir={binaries.plugins}",
    ]


def make_data_folder(binaries: ServerBinaries, folder: Path) -> None:
    """Fill a missing data folder from a template, which is initialised once a server version."""
    if (folder / "data").exists():
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    template = find_state_folder() / "servers" / f"template-{binaries.kind}-{binaries.version}"
    with hold_lock(template.with_suffix(".lock")):
        if not (template / "data").exists():
            partial = template.with_name(template.name + ".partial")
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(mode=0o700)
            _initialise(binaries, partial)
            partial.rename(template)
    partial = folder / "data.partial"
    shutil.rmtree(partial, ignore_errors=True)
    shutil.copytree(template / "data", partial)
    (partial / "auto.cnf").unlink(missing_ok=True)  # the server's UUID: each shall have its own
    partial.rename(folder / "data")


def _initialise(binaries: ServerBinaries, folder: Path) -> None:
    """Create the system tables in `folder/data`."""
    (folder / "data").mkdir(mode=0o700)
    command = base_command(binaries, folder)
    script = b""
    if binaries.kind == "mysql":
        command += ["--initialize-insecure", f"--log-error={folder / 'server.log'}"]
    else:
        command += ["--bootstrap", "--silent-startup", "--max-allowed-packet=8M", "--log-warnings=0"]
        script = _read_mariadb_bootstrap(binaries.share)
    done = subprocess.run(command, input=script, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        raise BootstrapError(
            f"{binaries.kind} {binaries.version} ({binaries.origin}) could not fill {folder}; it said:\n"
            + done.stdout.decode(errors="replace")[-2000:]
        )


def _read_mariadb_bootstrap(share: Path) -> bytes:
    """Return the SQL that MariaDB's own install script feeds to `--bootstrap`."""
    files = ("mysql_system_tables.sql", "mysql_performance_tables.sql", "mysql_system_tables_data.sql")
    optional = ("mysql_sys_schema.sql",)
    parts = ["CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket=NULL;\n"]
    for prefix in ("mysql", "mariadb"):
        names = [name.replace("mysql_", f"{prefix}_", 1) for name in files]
        if all((share / name).exists() for name in names):
            wanted = [*names, *(name.replace("mysql_", f"{prefix}_", 1) for name in optional)]
            parts += [(share / name).read_text() for name in wanted if (share / name).exists()]
            return "\n".join(parts).encode()
    raise BootstrapError(f"MariaDB's system tables were not found in {share}")
