"""A simulator of the source API: the demo's API, and the fake API of all tests and benchmarks.

    from cmms.simulator import Fault, Simulator, SimulatorConfig, profile

    with Simulator(SimulatorConfig(equipment=1000, plants=4)) as sim:
        sim.inject(Fault("status", stream="running_time", status=503, retry_after=1, times=2))
        ...  # let the client under test fetch from sim.base_url
        assert sim.connections == 1

On the command line: `python -m cmms simulate --port 8087 --equipment 1000`.

**Default profile** (what `SimulatorConfig()` serves):

    GET /running-time?date=2026-01-31&page=1&per_page=1 HTTP/1.1
    Authorization: Bearer demo-token

    {"data":[{"SWERK":"P001","EQUNR":"000000000010000000","BUKRS":"1000","EQKTU":"CENTRIFUGAL PUMP 1",
      "OBJNR":"IE000000000010000000","POINT":"000000500000","CREATED_AT":"2026-02-01T00:07:20+00:00",
      "DATE":"2026-01-31","DATE_TIME":"2026-01-31T23:10:00+00:00","RECDV":"11.50","CNTRR":"27529.05",
      "MDTXT":"Shift reading"}],
     "meta":{"total":200,"page":1,"per_page":1,"last_page":200}}

`GET /equipment` has the same envelope; its records end with CREATED_AT.

**Profile `range`** (`profile("range")`) differs in everything that settings can name: paths `/v2/assets` and
`/v2/meter/readings?start_date=&end_date=&plant[]=P001&plant[]=P002`, header `X-API-Key: demo-api-key`, cursor
paging, records at `result.items`, snake_case names, JSON numbers, compact dates. Every knob of
`SimulatorConfig` also works alone.

**Data** is a pure function of seed and configuration (`SourceData`): hours of any day, counters that add up
exactly from day to day, and a known list of defects (`SourceData.defects(day)`, kinds in `KINDS`).

**Faults** are listed in `FaultKind`; over HTTP they are set at `/_control/faults` (see `control.py`).
"""

from cmms.simulator.config import PROFILES, RateLimit, SimulatorConfig, Stream, profile
from cmms.simulator.defects import KINDS, DefectKind
from cmms.simulator.faults import Fault, FaultKind
from cmms.simulator.simulator import LoggedRequest, Simulator
from cmms.simulator.source_data import Defect, Reading, SourceData

__all__ = [
    "KINDS",
    "PROFILES",
    "Defect",
    "DefectKind",
    "Fault",
    "FaultKind",
    "LoggedRequest",
    "RateLimit",
    "Reading",
    "Simulator",
    "SimulatorConfig",
    "SourceData",
    "Stream",
    "profile",
]
