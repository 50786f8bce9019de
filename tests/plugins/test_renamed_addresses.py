"""A renamed resource is found under its old address for two releases: pages, lists, records, actions with their body."""

from __future__ import annotations

import pytest

from cmms_ui.asgi.renamed_addresses import RENAMED
from cmms_ui.resources import RESOURCES
from tests.plugins.conftest import ClientFor

pytestmark = pytest.mark.feature("TEST-26")


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the list of dues had been called services."""
    monkeypatch.setitem(RENAMED, "services", "dues")


def test_what_is_renamed_leads_to_a_resource_and_hides_none() -> None:
    assert set(RENAMED.values()) <= set(RESOURCES)
    assert not set(RENAMED) & set(RESOURCES)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/cmms/services?view=3&q=%C3%A4", "/cmms/dues?view=3&q=%C3%A4"),
        ("/cmms/services/1", "/cmms/dues/1"),
        ("/cmms/api/v1/services?tab=open&limit=1", "/cmms/api/v1/dues?tab=open&limit=1"),
        ("/cmms/api/v1/services/badges", "/cmms/api/v1/dues/badges"),
        ("/cmms/api/v1/services/export?format=csv", "/cmms/api/v1/dues/export?format=csv"),
        ("/cmms/api/v1/meta/services", "/cmms/api/v1/meta/dues"),
    ],
)
def test_an_old_address_leads_to_the_new_one_with_its_query(
    client_for: ClientFor, services: None, old: str, new: str
) -> None:
    client = client_for("viewer")
    answer = client.get(old, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (308, new)
    assert client.get(old).status_code == client.get(new).status_code == 200


def test_an_action_at_the_old_address_is_carried_out_with_its_body(client_for: ClientFor, services: None) -> None:
    user = client_for("user")
    call = {"keys": [987654321], "values": {"note": "of a program that is not updated yet"}}
    first = user.post("/cmms/api/v1/services/actions/order", json=call, follow_redirects=False)
    assert (first.status_code, first.headers["location"]) == (308, "/cmms/api/v1/dues/actions/order")
    old, new = (user.post(f"/cmms/api/v1/{name}/actions/order", json=call) for name in ("services", "dues"))
    assert (old.status_code, old.json()) == (new.status_code, new.json())
    assert user.post("/cmms/api/v1/services/actions/order", json={"keys": "all"}).status_code == 422


def test_nobody_but_who_is_logged_in_is_led_anywhere(client_for: ClientFor, services: None) -> None:
    assert client_for(None).get("/cmms/services", follow_redirects=False).status_code == 401
    assert client_for("viewer").get("/cmms/api/v1/other", follow_redirects=False).status_code == 404
    assert client_for("viewer").get("/cmms/dues", follow_redirects=False).status_code == 200
