import json
import subprocess
import sys
from pathlib import Path

import pytest

from models.errors import ConfigError
from models.text.plain import PlainText
from models.text.spec import TextRule
from training.config import CELLS, INPUTS, POOLINGS, Config, config_as_dict
from training.config_file import load_config, parse_config
from training.config_keys import known_keys

SMALLEST = """
name = "reviews"
[data]
train = "reviews.csv"
"""


@pytest.fixture
def write(tmp_path):
    def _write(text, name="run.toml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return _write


def refusal(path, *overrides):
    with pytest.raises(ConfigError) as caught:
        load_config(path, overrides)
    assert caught.value.exit_code == 2
    message = str(caught.value)
    for jargon in ("pydantic", "validation", "Input should", "extra_forbidden", "constrained", "anyOf"):
        assert jargon not in message
    return message


def test_a_small_file_takes_the_defaults(write):
    config = load_config(write(SMALLEST))
    assert config.data.train == Path("reviews.csv")
    assert (config.data.dev, config.data.test) == (0.1, 0.1)
    assert config.text.max_length == 400
    assert config.data.label_column == "label"


def test_dev_and_test_are_shares_or_files(write):
    config = load_config(write(SMALLEST + 'dev = 0.2\ntest = "0.3"\n'))
    assert config.data.dev == 0.2
    assert config.data.test == Path("0.3")


def test_paths_are_relative_to_the_file_and_not_stored_absolute(write, tmp_path):
    config = load_config(write(SMALLEST))
    assert config.locate(config.data.train) == tmp_path / "reviews.csv"
    assert config.locate(Path("/elsewhere/x.csv")) == Path("/elsewhere/x.csv")
    assert config_as_dict(config)["data"]["train"] == "reviews.csv"
    assert str(tmp_path) not in str(config_as_dict(config))


def test_the_stored_config_is_the_same_config(write):
    config = load_config(write(SMALLEST + 'test = "none"\nlabel_names = { 0 = "bad", 1 = "good" }\n'))
    stored = config_as_dict(config)
    assert stored["data"]["test"] is None
    assert config_as_dict(parse_config(stored)) == stored


def test_none_unsets_only_what_can_be_unset(write):
    assert load_config(write(SMALLEST), ["training.clip_norm=none"]).training.clip_norm is None
    assert load_config(write(SMALLEST), ["data.text_column=none"]).data.text_column == "none"
    assert "training.epochs" in refusal(write(SMALLEST), "training.epochs=none")


def test_multilabel_reads_the_column_labels_unless_told_otherwise(write):
    assert load_config(write(SMALLEST), ["task=multilabel"]).data.label_column == "labels"
    told = load_config(write(SMALLEST), ["task=multilabel", "data.label_column=tags"])
    assert told.data.label_column == "tags"


@pytest.mark.parametrize(
    ("override", "section", "key", "value"),
    [
        ("training.epochs=3", "training", "epochs", 3),
        ("model.cell=gru", "model", "cell", "gru"),
        ('model.cell="gru"', "model", "cell", "gru"),
        ("text.truncate=head+tail", "text", "truncate", "head+tail"),
        ("model.bidirectional=false", "model", "bidirectional", False),
        ("training.learning_rate = 1", "training", "learning_rate", 1.0),
        ("data.dev=a = b.csv", "data", "dev", Path("a = b.csv")),
        ('data.label_names={ 1 = "good" }', "data", "label_names", {"1": "good"}),
        ("data.label_names.1=good", "data", "label_names", {"1": "good"}),
    ],
)
def test_a_value_set_on_the_command_line_wins(write, override, section, key, value):
    config = load_config(write(SMALLEST + "[training]\nepochs = 7\n"), [override])
    assert getattr(getattr(config, section), key) == value


def test_the_last_value_set_wins(write):
    assert load_config(write(SMALLEST), ["seed=2", "seed=3"]).seed == 3


@pytest.mark.parametrize("override", ["epochs", "=3", "a..b=3", "a.b.c.d=3", ".=1"])
def test_a_set_that_names_no_key_is_refused(write, override):
    assert "section.key=value" in refusal(write(SMALLEST), override)


def test_a_set_below_a_value_is_refused(write):
    assert "name is a value, not a section" in refusal(write(SMALLEST), "name.x=3")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"name = ", "is not TOML"),
        (b'name = "a"\nname = "b"\n', "line 2"),
        (b'name = "caf\xe9"', "is not UTF-8 (byte 11)"),
        (b"", "the section [data] is missing"),
    ],
)
def test_a_file_that_is_no_config_is_refused(write, content, message):
    assert message in refusal(write(content))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert "There is no config file" in refusal(tmp_path / "run.toml")
    assert "cannot be read" in refusal(tmp_path)


def test_a_byte_order_mark_is_read(write):
    assert load_config(write(b"\xef\xbb\xbf" + SMALLEST.encode())).name == "reviews"


@pytest.mark.parametrize(
    ("override", "parts"),
    [
        ("model.unit=3", ["model.unit is not a known key", "units or text.unit", "embedding_size"]),
        (
            "text.max_lenght=3",
            ["text.max_lenght", "did you mean max_length?", "[text] allows unit, lowercase"],
        ),
        ("learning_rate=3", ["did you mean training.learning_rate?", "the top of the file allows name"]),
        ("modle.cell=gru", ["modle is not a known key", "did you mean model?"]),
        ("text.zzz=3", ["text.zzz is not a known key, [text] allows"]),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_and_the_allowed(write, override, parts):
    message = refusal(write(SMALLEST), override)
    for part in parts:
        assert part in message


@pytest.mark.parametrize(
    ("override", "parts"),
    [
        ("data.dev=1.5", ["data.dev = 1.5", "a path or a number above 0 and below 1"]),
        ("data.dev=0", ["data.dev = 0 "]),
        ("data.dev=true", ["data.dev = true"]),
        ("data.train=3", ["data.train = 3", "use a path"]),
        ("model.units=64.0", ["model.units = 64.0", "a whole number at least 1"]),
        ('model.units="64"', ['model.units = "64"']),
        ("model.units=true", ["model.units = true"]),
        ("model.bidirectional=yes", ['model.bidirectional = "yes"', "true or false"]),
        ("text.unit=words", ['text.unit = "words"', '"word" or "character"']),
        ("text.vocabulary_size=2", ["text.vocabulary_size = 2", "at least 3"]),
        ("training.learning_rate=inf", ["training.learning_rate", "a number above 0"]),
        ("training.learning_rate=nan", ["training.learning_rate", "a number above 0"]),
        ("training.optimizer=adamax", ['"adam", "adamw" or "sgd"']),
        ("model.layers=9", ["at least 1 and at most 8"]),
        ("data.label_names.0=1", ['data.label_names = {"0": 1}', "a table of strings"]),
        ("seed=2147483648", ["seed = 2147483648", "below 2147483648"]),
        ("name=a/b", ['name = "a/b"', "letters, digits"]),
        ("name=", ['name = ""']),
        ("task=taging", ['task = "taging"', '"classification", "multilabel", "tagging" or "joint"']),
        ("output.onnx=fp16", ['output.onnx = "fp16"', 'use true, false or "int8"']),
        ("model.cell=lstmm", ['model.cell = "lstmm"', 'one of "clockwork", "feedforward", "gru", "irnn"']),
        ("model.alpha=1.0", ["model.alpha = 1.0", "a number above 0 and below 1"]),
        ("model.alpha=0", ["model.alpha = 0 "]),
        ("model.output_units=0", ["model.output_units = 0 ", 'at least 1 or "none"']),
        ("model.output_activation=step", ["model.output_activation", '"sigmoid"', '"softmax"']),
        ("model.periods=[1, 2.5]", ["model.periods = [1, 2.5]", "ascending whole numbers"]),
        ("model.periods=3", ["model.periods = 3 "]),
        ("model.periods=[0, 2]", ["model.periods = [0, 2]", "of at least 1, such as [1, 2, 4, 8]"]),
        ("model.context_units=0", ["model.context_units = 0 ", "at least 1"]),
        ("model.window=0", ["model.window = 0 ", "at least 1 and at most 100"]),
        ("model.cell=lstm.v", ['model.cell = "lstm.v"']),
        ("model.pooling=max-mean", ['model.pooling = "max-mean"', '"max+mean"']),
        ("model.input=embeding", ['model.input = "embeding"', '"embedding", "letter-trigram", "one-hot"']),
        ("training=3", ["training must be a section, [training]"]),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_with_what_is_allowed(write, override, parts):
    message = refusal(write(SMALLEST), override)
    for part in parts:
        assert part in message


@pytest.mark.parametrize(
    ("overrides", "part"),
    [
        (["text.unit=character", "text.segmenter=jieba"], 'text.segmenter = "jieba" finds words'),
        (["text.unlabelled_min_count=3", "model.vectors=word2vec"], "name data.unlabelled"),
        (["text.unlabelled_min_count=3", "data.unlabelled=a.txt"], 'model.vectors = "word2vec", or use'),
        (["task=multilabel", "calibration.target_accuracy=0.9"], "calibration.target_accuracy"),
        (["task=multilabel", "training.class_weight=balanced"], "training.class_weight"),
        (["task=multilabel", "training.sampling=balanced"], "training.sampling"),
        (["training.sampling=balanced", "training.class_weight=balanced"], "a rare label twice"),
        (["data.other=reviews.csv"], "reviews.csv is given more than once"),
        (["data.separator=,"], 'data.separator is for task = "multilabel"'),
        (["task=multilabel", 'data.separator=""'], "data.separator is empty"),
        (["task=tagging", "model.wide=true"], 'model.wide = true does not go with task = "tagging"'),
        (["data.dev=0.5", "data.test=0.5"], "leave no row to train on"),
        (["data.dev=reviews.csv"], "reviews.csv is given more than once"),
        (["data.label_column=text"], 'are both "text"'),
        (["data.label_names={}"], "data.label_names is empty"),
        (["training.weight_decay=0.1"], 'training.weight_decay = 0.1 needs training.optimizer = "adamw"'),
        (["training.embedding_decay=0.1"], "training.embedding_decay = 0.1 needs"),
        (["model.cell=clockwork", "model.units=6"], "makes 4 groups, which do not divide units = 6"),
        (["model.cell=clockwork", "model.periods=[4, 2]"], "model.periods = [4, 2] is not allowed"),
        (["model.cell=clockwork", "model.periods=[]"], "model.periods = [] is not allowed"),
        (["model.cell=gru", "model.window=5"], 'model.window = 5 is read by cell = "feedforward" only'),
        (["model.output_units=5"], 'model.output_units = 5 is read by cell = "jordan" only'),
        (
            ["model.cell=jordan", "model.output_units=1", "model.output_activation=softmax"],
            "remember nothing; use output_units of at least 2, or another output_activation",
        ),
        (
            ["model.cell=jordan", "model.units=1", "model.output_activation=softmax"],
            'model.units = 1 with output_activation = "softmax"',
        ),
        (["model.input=one-hot"], "text.vocabulary_size = 30000 is too large for model.input"),
        (["model.input=letter-trigram", "model.wide=true"], "model.wide reads the ids of words"),
        (["model.input=letter-trigram", "training.word_dropout=0.1"], "training.word_dropout = 0.1 hides"),
        (["model.input=letter-trigram", "model.capitalisation=true"], "model.capitalisation tells how"),
        (["model.input=letter-trigram", "model.vectors=word2vec"], "model.vectors are the vectors of"),
        (["training.schedule=one-cycle"], "give training.warmup a share above 0"),
    ],
)
def test_a_combination_that_cannot_be_trained_is_refused(write, overrides, part):
    assert part in refusal(write(SMALLEST), *overrides)


def test_a_value_nearly_right_is_named(write):
    assert 'model.cell = "lsmt" is not allowed; did you mean "lstm"? Use one of "clockwork"' in refusal(
        write(SMALLEST), "model.cell=lsmt"
    )
    assert 'is not allowed; use one of "clockwork"' in refusal(write(SMALLEST), "model.cell=transformer")


def test_the_parts_of_a_network_are_those_of_the_registry():
    from models.networks.registry import names

    assert names("input") == list(INPUTS)
    assert names("cell") == list(CELLS)
    assert names("pooling") == list(POOLINGS)


def test_a_part_may_name_its_version(write):
    assert load_config(write(SMALLEST), ["model.cell=gru.v1"]).model.cell == "gru.v1"


@pytest.mark.parametrize(
    ("overrides", "key", "value"),
    [
        (["model.cell=clockwork", "model.periods=[1, 3]"], "periods", (1, 3)),
        (["model.cell=clockwork.v1", "model.units=7", "model.periods=[2]"], "periods", (2,)),
        (["model.cell=jordan", "model.output_units=5"], "output_units", 5),
        (["model.cell=scrn", "model.alpha=0.5"], "alpha", 0.5),
        (["model.cell=feedforward", "model.window=1"], "window", 1),
    ],
)
def test_a_cell_s_own_keys_are_read(write, overrides, key, value):
    config = load_config(write(SMALLEST), overrides)
    assert getattr(config.model, key) == value
    again = parse_config(json.loads(json.dumps(config_as_dict(config))))
    assert again.model == config.model


def test_reading_a_config_needs_neither_keras_nor_tensorflow():
    code = "import sys, training.config_file, training.data.dataset; sys.exit('keras' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_error_of_a_file_is_named_once(write):
    message = refusal(write(SMALLEST), "model.unit=3", "data.dev=1.5", "training.epochs=0")
    assert "has 3 errors" in message
    assert message.count("data.dev") == 1
    assert len(message.splitlines()) == 4


def test_keys_that_must_be_given_are_named(write):
    message = refusal(write("[data]\n"))
    assert "name is missing" in message
    assert "data.train is missing; give it a path" in message


def test_every_key_has_a_meaning_and_allowed_values():
    keys = known_keys()
    fields = {f"{name}.{part}" if section else name for name, section, part in _fields()}
    assert {key.path for key in keys} == fields
    for key in keys:
        assert key.meaning.endswith(".") or key.meaning.endswith("}."), key.path
        assert key.allowed, key.path


def _fields():
    for name, field in Config.model_fields.items():
        parts = getattr(field.annotation, "model_fields", None)
        if parts is None:
            yield name, False, name
        else:
            for part in parts:
                yield name, True, part


def test_chinese_needs_no_setting(write):
    """By default a Chinese sentence is not one token (keras-team/keras#14225)."""
    text = load_config(write(SMALLEST)).text
    rule = TextRule(text.unit, text.lowercase, text.max_length, text.truncate, text.segmenter)
    assert PlainText(rule).tokenize("这家酒店太差了").tokens == tuple("这家酒店太差了")
