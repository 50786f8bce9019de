"""`python -m cmms simulate`, in a process of its own."""

import argparse
import os
import re
import signal
import socket
import subprocess
import sys

import pytest
import requests

from cmms.simulator.cli import add_arguments, run

PROGRAM = """
import argparse, sys
from cmms.simulator.cli import add_arguments, run
parser = argparse.ArgumentParser()
add_arguments(parser)
sys.exit(run(parser.parse_args()))
"""


def start(*options, **environment):
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )


def test_it_tells_its_real_port_serves_and_stops_on_a_signal():
    options = ("--port", "0", "--plants", "2", "--equipment", "30", "--defect-rate", "0", "--seed", "5")
    with start(*options, CMMS_SIMULATOR_TOKEN="from-outside") as process:
        ready = process.stdout.readline()
        url = re.search(r"http://127\.0\.0\.1:\d+", ready)[0]
        assert "2 plants, 30 machines, seed 5" in ready
        answer = requests.get(url + "/equipment", headers={"Authorization": "Bearer from-outside"}, timeout=5)
        assert answer.json()["meta"]["total"] == 30
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out, err) == (0, "", "")


def test_a_profile_can_be_chosen_and_changed_and_ctrl_c_stops_cleanly():
    options = (
        "--port",
        "0",
        "--profile",
        "range",
        "--auth",
        "none",
        "--equipment",
        "5",
        "--prepare",
        "2026-01-31",
    )
    with start(*options) as process:
        url = re.search(r"http://\S+", process.stdout.readline())[0]
        content = requests.get(url + "/v2/assets", timeout=5).json()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
    assert content["result"]["items"][0]["equipment_number"] == "000000000010000000"
    assert (process.returncode, out, err) == (0, "", "")


def run_here(*options):
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return run(parser.parse_args(options))


def test_a_taken_port_is_told_in_a_sentence(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run_here("--port", str(port)) == 1
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--defect-rate", "0.9"), "defect_rate must be between 0 and 0.4"),
        (("--port", "70000"), "--port must be 0 to 65535"),
        (("--records-path", "", "--pagination", "next_link"), "no place for a next link"),
        (("--host", "no-such-host.invalid", "--port", "0"), "cannot listen on no-such-host.invalid:0"),
        (("--time-zone", "Mars/Base"), "unknown time zone Mars/Base"),
    ],
)
def test_an_impossible_option_is_told_in_a_sentence(capsys, options, sentence):
    assert run_here(*options) == 1
    assert sentence in capsys.readouterr().err
