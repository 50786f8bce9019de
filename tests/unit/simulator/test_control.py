"""A running simulator is scripted over HTTP."""

from datetime import date

import pytest
import requests

from cmms.simulator import Fault, Simulator, SimulatorConfig

DAY = date(2026, 1, 31)
KEY = {"Authorization": "Bearer demo-token"}


@pytest.fixture
def sim():
    with Simulator(SimulatorConfig(equipment=40)) as sim:
        yield sim


@pytest.fixture
def control(sim):
    with requests.Session() as session:

        def call(method, path, **options):
            return session.request(method, f"{sim.base_url}{path}", timeout=5, **options)

        yield call


def test_faults_are_injected_listed_and_removed(sim, control):
    fault = {"kind": "status", "status": 503, "times": 1, "day": "2026-01-31", "retry_after": 7}
    assert control("POST", "/_control/faults", json=fault).json() == [fault]
    more = control("POST", "/_control/faults", json=[{"kind": "html"}, {"kind": "latency", "seconds": 0.01}])
    assert more.status_code == 200
    assert sim.faults == [
        Fault("status", status=503, times=1, day=DAY, retry_after=7),
        Fault("html"),
        Fault("latency", seconds=0.01),
    ]
    assert [entry["kind"] for entry in control("GET", "/_control/faults").json()] == [
        "status",
        "html",
        "latency",
    ]
    assert control("DELETE", "/_control/faults").json() == {"status": "ok"}
    assert sim.faults == []


@pytest.mark.parametrize("text", ["{}", "no json", '{"kind": "boom"}', '{"kind": "html", "colour": 1}', "[1]"])
def test_a_wrong_fault_is_refused_with_the_reason(sim, control, text):
    answer = control("POST", "/_control/faults", data=text)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert sim.faults == []


def test_the_request_log_masks_secrets(sim, control):
    control("GET", "/equipment", headers=KEY)
    control("GET", "/running-time", headers=KEY, params={"date": "2026-01-31"})
    log = control("GET", "/_control/requests").json()
    assert (log["request_count"], log["connections"], log["token_requests"]) == (2, 1, 0)
    assert log["requests"][1]["first_day"] == "2026-01-31"
    assert log["requests"][1]["headers"]["authorization"] == "***"
    assert "demo-token" not in str(log)
    assert len(control("GET", "/_control/requests?last=1").json()["requests"]) == 1
    control("DELETE", "/_control/requests")
    assert control("GET", "/_control/requests").json()["request_count"] == 0


def test_records_and_bodies_are_set(sim, control):
    content = {"stream": "running_time", "day": "2026-01-31", "records": [{"EQUNR": "1"}, '{"RECDV":NaN}']}
    assert control("PUT", "/_control/records", json=content).status_code == 200
    day = {"date": "2026-01-31"}
    assert '[{"EQUNR": "1"},{"RECDV":NaN}]' in control("GET", "/running-time", headers=KEY, params=day).text
    control("PUT", "/_control/body?stream=equipment&page=1", data=b"<xml/>", headers={"Content-Type": "text/xml"})
    answer = control("GET", "/equipment", headers=KEY)
    assert (answer.content, answer.headers["Content-Type"]) == (b"<xml/>", "text/xml")
    control("POST", "/_control/reset")
    assert len(control("GET", "/equipment", headers=KEY).json()["data"]) >= 40


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/_control/nothing", 404),
        ("DELETE", "/_control/health", 405),
        ("PUT", "/_control/records", 400),
        ("PUT", "/_control/body?stream=planes", 400),
        ("GET", "/_control/defects?day=soon", 400),
    ],
)
def test_a_wrong_control_request_is_refused(control, method, path, status):
    assert control(method, path).status_code == status


def test_what_the_data_holds_can_be_asked(sim, control):
    assert control("GET", "/_control/plants").json() == [list(plant) for plant in sim.data.plants()]
    defects = control("GET", "/_control/defects?day=2026-01-31").json()
    assert defects == [list(defect) for defect in sim.data.defects(DAY)]
    assert control("GET", "/_control/defects").json() == [list(defect) for defect in sim.data.defects()]
    assert control("GET", "/_control/health").json()["equipment"] == 40
    assert control("POST", "/_control/expire-tokens").status_code == 200
