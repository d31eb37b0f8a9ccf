"""A small grammar of travel sentences in English and Chinese, with what stands in them.

A sentence is a template whose slots are filled from lists of words. City names and word orders are held out:
some cities and some templates never stand in the training sentences.
"""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from examples.flights.words import (
    CHINESE_CITIES,
    CHINESE_DAYS,
    CHINESE_NUMBERS,
    CITIES,
    CLASSIFIERS,
    DAYS,
    DEV_CHINESE_CITIES,
    DEV_CITIES,
    GREETINGS,
    MONTHS,
    NUMBERS,
    PARTS_OF_DAY,
    TASKS,
    UNSEEN_CHINESE_CITIES,
    UNSEEN_CITIES,
)

# {slot} is a slot; the words around are as they stand. English ones are joined by spaces.
TRAVEL = (
    "arrive {dest} on {time}",
    "leave {departure} on {time}",
    "arrive in {dest} on {time}",
    "leave from {departure} on {time}",
    "I will arrive in {dest} on {time}",
    "I want to leave {departure} on {time}",
    "fly to {dest} from {departure} on {time}",
    "I would like to fly from {departure} to {dest} on {time}",
    "show me flights from {departure} to {dest}",
    "show me the flights to {dest} on {time}",
    "on {time} I leave {departure} for {dest}",
    "is there a flight from {departure} that gets to {dest} before {time} ?",
    "we have to get to {dest} by {time}",
    "take me to {dest}",
    "departing {departure} on {time} , arriving {dest} on {time}",
)
UNSEEN_TRAVEL = (
    "from {departure} to {dest} I would like to fly on {time}",
    "on {time} I will arrive in {dest}",
    "to {dest} from {departure} on {time} please",
)
ORDER = (
    "order {number} {task} for {time}",
    "I need {number} {task} for {time}",
    "please book {number} {task}",
    "could you get me {number} {task} for {time} ?",
    "{number} {task} for {time} please",
)
WEATHER = (
    "what is the weather like in {city} ?",
    "will it rain in {city} on {time} ?",
    "weather in {city} on {time}",
    "is it cold in {city} now ?",
)
CHINESE_TRAVEL = (
    "{time}到{dest}",
    "{time}离开{departure}",
    "我想{time}从{departure}飞往{dest}",
    "从{departure}到{dest}的航班",
    "查一下{time}从{departure}出发的航班",
    "我{time}要到达{dest}",
    "帮我看看去{dest}的飞机",
    "{time}从{departure}出发，到{dest}",
)
UNSEEN_CHINESE_TRAVEL = ("我要从{departure}去{dest}，{time}出发", "到{dest}，{time}从{departure}走")
CHINESE_ORDER = (
    "{greeting}帮我订{number}{part}{clock}的{task}",
    "{greeting}订{number}{task}",
    "{greeting}我要{number}{part}{clock}的{task}",
    "{greeting}给我来{number}{task}，{part}{clock}要",
)
CHINESE_WEATHER = ("{city}今天天气怎么样", "{time}{city}会下雨吗", "{city}{time}冷不冷", "查一下{city}的天气")

CITY_SLOTS = ("dest", "departure", "city")
SLOTS = (*CITY_SLOTS, "time", "number", "task")


@dataclass(frozen=True)
class Words:
    """Which cities and templates sentences are made of."""

    cities: Sequence[str]
    chinese_cities: Sequence[str]
    templates: dict[str, Sequence[str]]
    chinese_templates: dict[str, Sequence[str]]


TRAINING = Words(
    CITIES,
    CHINESE_CITIES,
    {"travel": TRAVEL, "order": ORDER, "weather": WEATHER},
    {"travel": CHINESE_TRAVEL, "order": CHINESE_ORDER, "weather": CHINESE_WEATHER},
)
UNSEEN = Words(UNSEEN_CITIES, UNSEEN_CHINESE_CITIES, TRAINING.templates, TRAINING.chinese_templates)
UNSEEN_DEV = Words(DEV_CITIES, DEV_CHINESE_CITIES, TRAINING.templates, TRAINING.chinese_templates)
ORDERS = Words(CITIES, CHINESE_CITIES, {"travel": UNSEEN_TRAVEL}, {"travel": UNSEEN_CHINESE_TRAVEL})


@dataclass(frozen=True)
class Sentence:
    """Tokens with a tag each, and what the whole is about."""

    tokens: tuple[str, ...]
    tags: tuple[str, ...]
    intent: str

    @property
    def text(self) -> str:
        """As a person writes it."""
        chinese = any("\u4e00" <= character <= "\u9fff" for token in self.tokens for character in token)
        return "".join(self.tokens) if chinese else " ".join(self.tokens)

    @property
    def names_a_city(self) -> bool:
        """Whether any slot is a city's."""
        return any(f"B-{slot}" in self.tags for slot in CITY_SLOTS)


def sentences(words: Words, count: int, seed: int, *, with_city: bool = False) -> list[Sentence]:
    """Different sentences, half of them Chinese; as many as were asked for, or as there are.

    Args:
        words: what they are made of.
        count: how many.
        seed: of the draws.
        with_city: only those that name a city.
    """
    generator = random.Random(seed)
    found: dict[tuple[str, ...], Sentence] = {}
    for _ in range(20 * count):
        if len(found) == count:
            break
        sentence = _chinese(words, generator) if generator.random() < 0.5 else _english(words, generator)
        if sentence.names_a_city or not with_city:
            found.setdefault(sentence.tokens, sentence)
    return list(found.values())


def unseen_cities() -> list[Sentence]:
    """200 sentences, each with a city that no other part names."""
    return sentences(UNSEEN, 200, seed=3, with_city=True)


def unseen_orders() -> list[Sentence]:
    """200 sentences in word orders that no other part has, of cities that train has."""
    return sentences(ORDERS, 200, seed=4)


def write(folder: Path, training: int = 3000) -> None:
    """Writes the JSON lines train, dev, unseen_cities and unseen_orders."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = sentences(TRAINING, training + 300, seed=1)
    parts = {
        "train": drawn[:training],
        "dev": [*drawn[training:], *sentences(UNSEEN_DEV, 200, seed=2)],
        "unseen_cities": unseen_cities(),
        "unseen_orders": unseen_orders(),
    }
    for name, rows in parts.items():
        lines = [
            json.dumps({"tokens": row.tokens, "tags": row.tags, "intent": row.intent}, ensure_ascii=False)
            for row in rows
        ]
        (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _english(words: Words, generator: random.Random) -> Sentence:
    intent = generator.choice(sorted(words.templates))
    filled = list(
        _filled(generator.choice(words.templates[intent]), lambda slot: _word(slot, words, generator))
    )
    if generator.random() < 0.25:
        filled = [(token.lower(), tag) for token, tag in filled]
    return _sentence(filled, intent)


def _chinese(words: Words, generator: random.Random) -> Sentence:
    intent = generator.choice(sorted(words.chinese_templates))
    template = generator.choice(words.chinese_templates[intent])
    task = generator.choice(sorted(CLASSIFIERS))

    def word(slot: str) -> list[str]:
        number = generator.choice(CHINESE_NUMBERS)
        made = {
            "dest": generator.choice(words.chinese_cities),
            "departure": generator.choice(words.chinese_cities),
            "city": generator.choice(words.chinese_cities),
            "time": _chinese_day(generator),
            "clock": _clock(generator),
            "part": generator.choice(PARTS_OF_DAY),
            "greeting": generator.choice(GREETINGS),
            "number": number + CLASSIFIERS[task],
            "task": task,
        }[slot]
        return _pieces(made)

    return _sentence(list(_filled(template, word, joined=True)), intent)


def _filled(
    template: str, word: Callable[[str], list[str]], *, joined: bool = False
) -> Iterator[tuple[str, str]]:
    """The tokens of a template with their tags."""
    for part in template.replace("{", "\0{").replace("}", "}\0").split("\0"):
        if part.startswith("{"):
            slot = part[1:-1]
            name = "time" if slot == "clock" else slot
            for number, token in enumerate(word(slot)):
                tag = f"{'I' if number else 'B'}-{name}" if name in SLOTS else "O"
                yield token, tag
        else:
            for token in _pieces(part) if joined else part.split():
                yield token, "O"


def _word(slot: str, words: Words, generator: random.Random) -> list[str]:
    if slot in CITY_SLOTS:
        return generator.choice(words.cities).split("_")
    if slot == "time":
        return _day(generator)
    return generator.choice(NUMBERS if slot == "number" else TASKS).split("_")


def _day(generator: random.Random) -> list[str]:
    kind = generator.random()
    if kind < 0.2:
        return [generator.choice(DAYS)]
    if kind < 0.35:
        return [_clock(generator)]
    day = generator.randint(1, 31)
    ending = "th" if 10 < day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    if kind < 0.5:
        return ["the", f"{day}{ending}", "of", generator.choice(MONTHS)]
    return [generator.choice(MONTHS), f"{day}{ending}"]


def _chinese_day(generator: random.Random) -> str:
    if generator.random() < 0.3:
        return generator.choice(CHINESE_DAYS)
    return f"{generator.randint(1, 12)}月{generator.randint(1, 31)}{generator.choice('日号')}"


def _clock(generator: random.Random) -> str:
    return f"{generator.randint(1, 12)}:{generator.choice(('00', '15', '30', '45'))}"


def _pieces(text: str) -> list[str]:
    """Chinese as single characters, with digits and clocks in one piece."""
    found: list[str] = []
    for character in text:
        if found and found[-1][-1] in "0123456789:" and character in "0123456789:":
            found[-1] += character
        else:
            found.append(character)
    return found


def _sentence(filled: list[tuple[str, str]], intent: str) -> Sentence:
    return Sentence(tuple(token for token, _ in filled), tuple(tag for _, tag in filled), intent)
