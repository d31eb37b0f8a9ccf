"""Which texts count as equal."""


def same_text(text: str) -> str:
    """What two texts have in common that count as equal: the text with its white space collapsed."""
    return " ".join(text.split())
