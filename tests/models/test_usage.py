"""Command lines name what was probably meant."""

import pytest

from models.nearest import nearest
from models.usage import Parser


@pytest.fixture
def parser() -> Parser:
    parser = Parser(prog="tool")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for name in ("train", "predict"):
        verb = verbs.add_parser(name)
        verb.add_argument("--engine", choices=["savedmodel", "onnx"])
        verb.add_argument("--top", type=int)
        verb.add_argument("config")
    parser_of_texts = verbs.add_parser("ask")
    parser_of_texts.add_argument("--top", type=int)
    parser_of_texts.add_argument("model")
    parser_of_texts.add_argument("texts", nargs="*")
    return parser


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["trian"], "there is no verb 'trian'; did you mean 'train'? There are: train, predict, ask"),
        (["TRAIN"], "did you mean 'train'?"),
        (["fly"], "there is no verb 'fly'; there are: train, predict, ask"),
        (
            ["train", "x", "--engine", "onx"],
            "tool train: error: argument --engine: 'onx' is not allowed; did you mean 'onnx'? "
            "There are: savedmodel, onnx",
        ),
        (["train", "x", "--egnine=onnx"], "--egnine is no option of tool train; did you mean --engine?"),
        (["predict", "x", "--foo", "1"], "--foo is no option of tool predict; it takes -h, --help, --engine"),
        (["predict", "x", "y z"], "y z is one argument too many"),
    ],
)
def test_what_is_wrong_is_named_with_what_is_near(parser, arguments, said, capsys) -> None:
    with pytest.raises(SystemExit) as ended:
        parser.parse_whole(arguments)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_what_is_right_is_taken(parser) -> None:
    found = parser.parse_whole(["train", "--top", "3", "x", "--engine", "onnx"])
    assert (found.verb, found.top, found.config, found.engine) == ("train", 3, "x", "onnx")


@pytest.mark.parametrize(
    "arguments",
    [["m", "--top", "1", "a b", "c"], ["m", "a b", "--top", "1", "c"], ["--top", "1", "m", "a b", "c"]],
)
def test_texts_may_stand_behind_an_option(parser, arguments) -> None:
    found = parser.parse_whole(["ask", *arguments])
    assert (found.model, found.texts, found.top) == ("m", ["a b", "c"], 1)


def test_an_unknown_option_is_no_text(parser, capsys) -> None:
    with pytest.raises(SystemExit):
        parser.parse_whole(["ask", "m", "a", "--tpo", "1"])
    assert "did you mean --top?" in capsys.readouterr().err


def test_the_nearest_name_is_found_whatever_the_case() -> None:
    names = ["Positive", "negative", "评论"]
    assert nearest("POSITIV", names) == "Positive"
    assert nearest("negativ", names) == "negative"
    assert nearest("评论区", names) == "评论"
    assert nearest("xyz", names) is None
    assert nearest("x", []) is None
