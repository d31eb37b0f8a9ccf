"""A trained model behind two gunicorn workers answers what the trainer's own predictor answers."""

import hashlib
import itertools
import json
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from models.runtime.checksum import sealed
from tests.service.process import Service

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

_SPECIAL = [
    "",
    " ",
    "a wonderful film",
    "word " * 10_000,
    "x" * 50_000,
    "好" * 50_000,
    "😀 great 👍🏽 film 👨‍👩‍👧",
    "فيلم رائع جدا",
    "这部电影很好看",
    "a\x00b\x00wonderful",
    "\ud800 lone \udfff surrogates",
    "<p>a <b>wonderful</b>&nbsp;film</p>",
    "A\u0301 ﬁlm İSTANBUL ǅ ß",
    "\ufeffdull\u3000film\u2028awful",
    "8/10 don't n't ... !!!",
]
_WORDS = [
    "a",
    "wonderful",
    "dull",
    "film",
    "not",
    "the",
    "worst",
    "best",
    "story",
    "8/10",
    "好",
    "!",
    "acting",
]
TEXTS = _SPECIAL + [
    " ".join(_WORDS[(7 * i + j * j) % len(_WORDS)] for j in range(i % 60 + 1))
    for i in range(100 - len(_SPECIAL))
]

_REFERENCE = """
import json, sys
from pathlib import Path
from models.runtime.checksum import sealed
from models.runtime.predictor import open_predictor
predictor = open_predictor(Path(sys.argv[1]))
for text in json.load(sys.stdin):
    print(json.dumps(predictor.predict([text])[0].answer.probabilities))
"""


def damage(source: Path, target: Path, how: str) -> None:
    """A copy of a good version with one fault."""
    shutil.copytree(source, target)
    graph, manifest = target / "saved_model.pb", target / "manifest.json"
    if how == "truncated":
        graph.write_bytes(graph.read_bytes()[:-1000])
    elif how == "hash":
        data = bytearray(graph.read_bytes())
        data[len(data) // 2] ^= 1
        graph.write_bytes(data)
    elif how == "manifest":
        manifest.write_bytes(manifest.read_bytes()[:100])
    else:
        content = json.loads(manifest.read_bytes())
        example = content["golden"][1]["outputs"]["savedmodel"]["logits"]
        example[0] += 0.01
        manifest.write_text(json.dumps(sealed(content)))


@pytest.fixture(scope="module")
def service(tiny_artifact, tmp_path_factory):
    """``tiny/1``, a damaged ``tiny/2`` above it, and models that have only damaged versions."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copytree(tiny_artifact, folder / "tiny" / "1")
    damage(tiny_artifact, folder / "tiny" / "2", "hash")
    for how in ("truncated", "golden", "manifest"):
        damage(tiny_artifact, folder / how / "1", how)
    with Service(folder, "service", RELOAD_S=1) as service:
        service.folder = folder
        yield service.wait_until_ready()


@pytest.fixture(scope="module")
def expected(tiny_artifact) -> list[list[float]]:
    """The probabilities of each text, asked alone, in a process without a service."""
    done = subprocess.run(
        [sys.executable, "-c", _REFERENCE, str(tiny_artifact)],
        input=json.dumps(TEXTS),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def probabilities(service: Service, text: str) -> list[float]:
    status, body = service.ask("POST", "/predict", {"text": text})
    assert status == 200, body
    (prediction,) = body["predictions"]
    return [prediction["probabilities"][label] for label in ("negative", "positive")]


def assert_equal(found: list[list[float]], expected: list[list[float]]) -> None:
    differences = [
        abs(a - b) for pair in zip(found, expected, strict=True) for a, b in zip(*pair, strict=True)
    ]
    assert max(differences) <= 1e-5


def test_100_texts_one_after_the_other(service, expected) -> None:
    assert len(TEXTS) == 100
    assert_equal([probabilities(service, text) for text in TEXTS], expected)


def test_100_texts_with_32_clients_at_once_by_both_workers(service, expected) -> None:
    before = len(service.events("request"))
    with ThreadPoolExecutor(32) as pool:
        assert_equal(list(pool.map(lambda text: probabilities(service, text), TEXTS)), expected)
    answered_by = {event["pid"] for event in service.events("request")[before:]}
    assert answered_by == set(service.workers())


def test_100_texts_in_one_request(service, expected) -> None:
    status, body = service.ask("POST", "/predict", {"texts": TEXTS})
    assert status == 200
    found = [
        [each["probabilities"][label] for label in ("negative", "positive")] for each in body["predictions"]
    ]
    assert_equal(found, expected)


def test_tensorflow_servings_call_gives_what_its_signature_gives(service, tiny_artifact) -> None:
    texts = [text for text in TEXTS if "\x00" not in text][:12]
    script = """
import json, sys
from models.runtime.quiet import quiet_tensorflow
quiet_tensorflow()
import tensorflow as tf
from models.text.plain import make_valid
signature = tf.saved_model.load(sys.argv[1]).signatures["serving_default"]
out = signature(text=tf.constant([make_valid(text) for text in json.load(sys.stdin)]))
out = {name: value.numpy().tolist() for name, value in out.items()}
print(json.dumps(out | {"label": [label.decode() for label in out["label"]]}))
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tiny_artifact)],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    reference = json.loads(done.stdout)
    status, body = service.ask("POST", "/v1/models/tiny:predict", {"inputs": {"text": texts}})
    assert status == 200
    assert set(body["outputs"]) == set(reference)
    assert body["outputs"]["label"] == reference["label"]
    assert_equal(body["outputs"]["probabilities"], reference["probabilities"])


def test_the_metadata_is_that_of_the_saved_model(service, tiny_artifact) -> None:
    script = """
import sys
from models.runtime.quiet import quiet_tensorflow
quiet_tensorflow()
from google.protobuf.json_format import MessageToJson
from tensorflow.core.protobuf.saved_model_pb2 import SavedModel
model = SavedModel.FromString(open(sys.argv[1] + "/saved_model.pb", "rb").read())
print(MessageToJson(model.meta_graphs[0].signature_def["serving_default"]))
"""
    done = subprocess.run([sys.executable, "-c", script, str(tiny_artifact)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    real = json.loads(done.stdout)
    body = service.ask("GET", "/v1/models/tiny/metadata")[1]
    said = body["metadata"]["signature_def"]["signature_def"]["serving_default"]
    assert said["method_name"] == real["methodName"]
    for side in ("inputs", "outputs"):
        assert set(said[side]) == set(real[side])
        for name, tensor in real[side].items():
            assert said[side][name]["name"] == tensor["name"]
            assert said[side][name]["dtype"] == tensor["dtype"]
            sizes = [dim["size"] for dim in said[side][name]["tensor_shape"]["dim"]]
            assert sizes == [dim["size"] for dim in tensor["tensorShape"]["dim"]]


@pytest.mark.parametrize(
    ("model", "version", "reason"),
    [
        ("tiny", "2", "sha256"),
        ("truncated", "1", "bytes"),
        ("golden", "1", "golden example 2"),
        ("manifest", "1", "manifest"),
    ],
)
def test_a_damaged_version_is_refused_and_says_why(service, model, version, reason) -> None:
    statuses = service.ask("GET", f"/v1/models/{model}/versions/{version}")[1]["model_version_status"]
    assert [status["state"] for status in statuses] == ["END"]
    assert reason in statuses[0]["status"]["error_message"]
    refused = [(event["model"], str(event["version"])) for event in service.events("version_refused")]
    assert refused.count((model, version)) == 2, "each worker refuses it once"
    if model != "tiny":
        assert service.ask("POST", "/predict", {"text": "a", "model": model})[0] == 503
        assert service.ask("POST", f"/v1/models/{model}:predict", {"instances": ["a"]})[0] == 404


def test_the_older_good_version_serves_instead(service) -> None:
    status, body = service.ask("POST", "/predict", {"text": "a wonderful film"})
    assert (status, body["model"], body["version"]) == (200, "tiny", 1)


def test_the_master_has_no_tensorflow_and_the_workers_have(service) -> None:
    """benoitc/gunicorn#2369: a SavedModel loaded before the fork hangs in its first call."""

    def maps(pid: int) -> str:
        return Path(f"/proc/{pid}/maps").read_text()

    assert "tensorflow" not in maps(service.process.pid)
    assert all("tensorflow" in maps(pid) for pid in service.workers())


def test_the_log_holds_nothing_but_our_lines(service) -> None:
    assert service.events()
    assert service.err == []


def resident(pid: int) -> int:
    """Megabytes of memory a process holds."""
    (line,) = [
        line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")
    ]
    return int(line.split()[1]) // 1024


def test_memory_does_not_grow_with_the_number_of_requests(service) -> None:
    """keras-team/keras#13118: each predict leaked. 2,000 more requests may not cost 40 MB a worker."""

    def ask(count: int) -> None:
        def some(worker: int) -> None:
            connection = service.connect()
            for text in itertools.islice(itertools.cycle(TEXTS[15:]), worker, worker + count // 8):
                connection.request("POST", "/predict", json.dumps({"text": text}))
                response = connection.getresponse()
                response.read()
                assert response.status == 200
            connection.close()

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(some, range(8)))

    ask(1_000)
    before = {pid: resident(pid) for pid in service.workers()}
    ask(2_000)
    after = {pid: resident(pid) for pid in service.workers()}
    assert all(after[pid] - before[pid] < 40 for pid in before), (before, after)


def test_a_new_version_takes_over_while_requests_are_answered(service, tiny_artifact) -> None:
    """tensorflow/serving#422: no request fails while a version changes."""
    staged = service.folder / ".staged"
    shutil.copytree(tiny_artifact, staged)
    os.rename(staged, service.folder / "tiny" / "3")
    seen: set[int] = set()
    until = time.monotonic() + 120
    while len(service.events("version_loaded")) < 4:
        assert time.monotonic() < until
        status, body = service.ask("POST", "/predict", {"text": "a wonderful film"})
        assert status == 200
        seen.add(body["version"])
    assert seen <= {1, 3}
    assert service.ask("POST", "/predict", {"text": "a"})[1]["version"] == 3
    shutil.rmtree(service.folder)
    assert service.ask("POST", "/predict", {"text": "a"})[0] == 200


def test_it_stops_cleanly(service) -> None:
    assert service.stop(seconds=10) == 0
    assert "Traceback" not in "".join(service.out + service.err)


def test_the_damage_is_real(tiny_artifact, tmp_path) -> None:
    """The damaged copies differ from the good one in one file each."""

    def hashes(folder: Path) -> dict[str, str]:
        return {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in folder.rglob("*")
            if path.is_file()
        }

    for how in ("truncated", "golden", "manifest", "hash"):
        damage(tiny_artifact, tmp_path / how, how)
        changed = hashes(tiny_artifact).items() - hashes(tmp_path / how).items()
        assert len(changed) == 1
