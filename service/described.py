"""What JSON Schema can say of a request beyond its fields: which belong together, what a text is."""

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "required": ["b64"],
            "properties": {
                "b64": {"type": "string", "format": "byte", "description": "base64 of UTF-8 text"}
            },
            "additionalProperties": False,
        },
    ]
}
_TEXTS: Schema = {"type": "array", "items": TEXT, "minItems": 1}


def _named(value: Schema) -> Schema:
    return {
        "type": "object",
        "required": ["text"],
        "properties": {"text": value},
        "additionalProperties": False,
    }


INSTANCES: Schema = {"type": "array", "items": {"anyOf": [TEXT, _named(TEXT)]}, "minItems": 1}
INPUTS: Schema = {"anyOf": [_TEXTS, _named(_TEXTS)]}
EXAMPLES: Schema = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "properties": {"text": {"anyOf": [TEXT, {**_TEXTS, "maxItems": 1}]}},
    },
}


def one_of(*fields: tuple[str, Schema]) -> list[Schema]:
    """Exactly one of the fields is there and not null."""
    return [
        {
            "required": [name],
            "properties": {name: schema} | {other: {"type": "null"} for other, _ in fields if other != name},
        }
        for name, schema in fields
    ]


PREDICT: Schema = {
    "oneOf": one_of(
        ("text", {"type": "string"}), ("texts", {"type": "array", "items": {"type": "string"}, "minItems": 1})
    ),
    "anyOf": [{"properties": {name: {"type": "null"}}} for name in ("version", "version_label")],
}
FEEDBACK: Schema = {
    "oneOf": one_of(("label", {"type": "string"}), ("labels", {"type": "array", "items": {"type": "string"}}))
}
TFS_PREDICT: Schema = {"oneOf": one_of(("instances", INSTANCES), ("inputs", INPUTS))}
# The text stands in every example, or in the context.
TFS_EXAMPLES: Schema = {
    "anyOf": [
        {
            "properties": {
                "examples": {"items": {"required": ["text"]}},
                # Without the type, null would have the field too.
                "context": {"not": {"type": "object", "required": ["text"]}},
            }
        },
        {
            "required": ["context"],
            "properties": {
                "examples": {"items": {"not": {"required": ["text"]}}},
                "context": {"type": "object", **EXAMPLES["items"], "required": ["text"]},
            },
        },
    ]
}

_COUNT: Schema = {"type": "integer", "minimum": 1}
# Texts, alone or as rows of one. Either they stand here or as bytes behind the JSON.
TENSOR: Schema = {
    "properties": {
        "name": {"const": "text"},
        "datatype": {"const": "BYTES"},
        "shape": {
            "anyOf": [
                {"type": "array", "items": _COUNT, "minItems": 1, "maxItems": 1},
                {"type": "array", "prefixItems": [_COUNT, {"const": 1}], "minItems": 2, "maxItems": 2},
            ]
        },
    },
    "oneOf": [
        {
            "required": ["data"],
            "properties": {
                "data": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "anyOf": [
                            {"type": "string"},
                            {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 1},
                        ]
                    },
                },
                "parameters": {"not": {"required": ["binary_data_size"]}},
            },
        },
        {
            "required": ["parameters"],
            "properties": {
                "data": {"type": "null"},
                "parameters": {
                    "required": ["binary_data_size"],
                    "properties": {"binary_data_size": {"type": "integer", "minimum": 0}},
                },
            },
        },
    ],
}
