"""A machine whose clock is set while it serves."""

import time
from itertools import cycle

YEAR_S = 365 * 24 * 3600.0


def test_a_clock_that_jumps_a_year_between_looks_changes_no_answer(make_client, store, monkeypatch):
    store.add("reviews", 1)
    jumps, real = cycle([YEAR_S, -YEAR_S]), time.time
    monkeypatch.setattr(time, "time", lambda: real() + next(jumps))
    monkeypatch.setattr(time, "time_ns", lambda: int((real() + next(jumps)) * 1e9))
    client = make_client()
    store.add("reviews", 2)
    for _ in range(5):
        response = client.post("/predict", json={"texts": ["a good film", "bad"]})
        assert (response.status_code, response.get_json()["version"]) == (200, 1)
    (duration,) = [
        float(line.rpartition(" ")[2])
        for line in client.get("/metrics").get_data(as_text=True).splitlines()
        if line.startswith("engram_request_seconds_sum{") and '"/predict"' in line
    ]
    assert 0 < duration < 60
