"""Which addresses are completed to those of a page in Airflow's frame, and which pass."""

from __future__ import annotations

import pytest

from cmms_ui.asgi.full_addresses import complete_address


@pytest.mark.feature("NAV-01")
@pytest.mark.parametrize(
    ("prefix", "path", "query", "whole"),
    [
        ("", "/plugin/cmms/equipment/2", "", "/plugin/cmms/cmms/equipment/2"),
        ("", "/plugin/cmms/equipment", "tab=a%26b&q=x", "/plugin/cmms/cmms/equipment?tab=a%26b&q=x"),
        ("", "/plugin/cmms/syncs/", "", "/plugin/cmms/cmms/syncs"),
        ("", "/plugin/cmms//evil.example/x", "", "/plugin/cmms/cmms/evil.example/x"),
        ("", "/plugin/cmms/a b\r\nx: y", "", "/plugin/cmms/cmms/a%20b%0D%0Ax:%20y"),
        ("/air", "/air/plugin/cmms/equipment/2", "", "/air/plugin/cmms/air/cmms/equipment/2"),
        ("/air", "/plugin/cmms/equipment/2", "", "/air/plugin/cmms/air/cmms/equipment/2"),  # the proxy cut the prefix
        (
            "/air",
            "/air/plugin/cmms/cmms/equipment",
            "",
            "/air/plugin/cmms/air/cmms/equipment",
        ),  # from before the prefix
        ("/cmms", "/cmms/plugin/cmms/dues", "", "/cmms/plugin/cmms/cmms/cmms/dues"),
        ("", "/plugin/cmms", "", None),
        ("", "/plugin/cmms/", "", None),
        ("", "/plugin/cmms/cmms/", "", None),
        ("", "/plugin/cmms/cmms/equipment/2", "tab=active", None),
        ("/air", "/air/plugin/cmms/air/cmms/equipment/2", "", None),
        ("", "/plugin/other/equipment", "", None),
        ("", "/plugin/cmms-other/equipment", "", None),
        ("", "/cmms/equipment/2", "", None),
        ("", "/somewhere/plugin/cmms/equipment", "", None),
        ("", "/api/v2/plugins", "", None),
    ],
)
def test_a_short_address_is_completed(prefix: str, path: str, query: str, whole: str | None) -> None:
    scope = {"type": "http", "method": "GET", "path": path, "root_path": prefix, "query_string": query.encode()}
    assert complete_address(scope) == whole
    assert complete_address({**scope, "method": "POST"}) is None
