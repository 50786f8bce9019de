"""One stock site for the whole run, made for whoever asks first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.stock.stock_site import StockSite, running_site


@pytest.fixture(scope="session")
def stock_site(
    mysql_server: Any, make_database: Callable[[Any], dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[StockSite]:
    """A stock site with our wheel; see ``stock_site.py``."""
    folder = tmp_path_factory.mktemp("stock") / "airflow"
    folder.mkdir()
    with running_site(folder, dict(make_database(mysql_server)), dict(make_database(mysql_server))) as site:
        yield site
