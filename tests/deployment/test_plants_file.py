"""The list of plants as spreadsheets write it: read, or refused with what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmms.errors import SettingsError
from cmms.operations.installation.write_site_files import write_site_files
from cmms.seed_plants import read_plants, read_plants_file
from cmms.settings import load_settings

pytestmark = pytest.mark.feature("PKG-01")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An Airflow home without our files."""
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path / "home"))
    return tmp_path


def _written(site: Path, content: bytes) -> Path:
    file = site / "given.csv"
    file.write_bytes(content)
    return file


def test_the_mark_before_utf_8_and_spaces_in_the_head_do_no_harm(site: Path) -> None:
    file = _written(site, "\ufeffplant_code, name\nP001,Müller\n".encode())
    assert read_plants(read_plants_file(file).splitlines(), origin="x") == [{"plant_code": "P001", "name": "Müller"}]
    write_site_files(file)
    assert (site / "home/cmms/plants.csv").read_text(encoding="utf-8").startswith("plant_code")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("plant_code,name\nP001,Müller\n".encode("latin-1"), "is not UTF-8"),
        (b"plant_code;name\nP001;Mine\n", "its first line must be plant_code,name"),
        (b"P001,Mine\n", "its first line must be plant_code,name"),
        (b"", "its first line must be plant_code,name"),
        (b"plant_code,name\nP001," + b"x" * 200_000 + b"\n", "line 2: field larger than field limit"),
        (b"plant_code,name\nP\x001,Mine\n", "line 2: plant_code holds a character that cannot be stored"),
    ],
)
def test_what_is_no_list_of_plants_is_refused_and_nothing_is_written(site: Path, content: bytes, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        write_site_files(_written(site, content))
    assert not (site / "home/cmms").exists()


def test_settings_in_another_encoding_are_named(site: Path) -> None:
    file = site / "cmms.yaml"
    file.write_bytes("view: {font: Grüße}\n".encode("latin-1"))
    with pytest.raises(SettingsError, match="is not UTF-8"):
        load_settings(file)
