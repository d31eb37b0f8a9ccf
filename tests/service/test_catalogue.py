"""``GET /models``: what can be asked, and texts to try it with."""

from models.runtime.manifest import GoldenExample, Manifest
from models.runtime.version_labels import write_version_labels
from service.catalogue import example_texts
from service.schemas import ModelsReply
from tests.service.fakes import make_manifest


def golden(*texts: str) -> list[GoldenExample]:
    return [GoldenExample(text=text, ids=[], outputs={}) for text in texts]


def test_every_model_that_answers_is_told_with_its_versions(store, make_client) -> None:
    store.add("hotels", 3, labels=["bad", "fair", "good"], examples=["The room was clean."])
    store.add("reviews", 1)
    store.add("reviews", 2)
    store.add("broken", 1, fail="it is broken")
    write_version_labels(store.folder, {"reviews": {"stable": 1}})
    body = make_client().get("/models").get_json()
    reply = ModelsReply.model_validate(body)
    assert [model.name for model in reply.models] == ["hotels", "reviews"]
    hotels, reviews = reply.models
    assert hotels.version == 3
    assert hotels.versions[0].labels == ["bad", "fair", "good"]
    assert hotels.versions[0].examples == ["The room was clean."]
    assert hotels.versions[0].explained
    assert hotels.versions[0].abstain_below == 0.6
    assert hotels.versions[0].max_length == 40
    assert reviews.version_labels == {"stable": 1}
    assert reviews.version == 1
    assert [version.version for version in reviews.versions] == [2, 1]
    assert reply.limits.texts == 10
    assert reply.limits.characters == 1000


def test_before_a_model_answers_there_is_none(store, make_client) -> None:
    store.add("broken", 1, fail="it is broken")
    assert make_client().get("/models").get_json()["models"] == []


def test_a_model_saved_without_examples_offers_golden_ones_that_a_person_reads() -> None:
    manifest = make_manifest(golden=golden("short", "", "  ", "x" * 601, "short", *"abcdef", "odd"))
    assert example_texts(manifest) == ["short", "a", "b", "c"]


def test_examples_come_before_golden_texts() -> None:
    manifest = make_manifest(golden=golden("golden"), examples=["one", "two"])
    assert example_texts(manifest) == ["one", "two"]


def test_a_manifest_of_before_is_read() -> None:
    values = make_manifest().model_dump()
    del values["examples"]
    assert Manifest.model_validate(values).examples == []
