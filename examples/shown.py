"""The texts that README, pages and pictures ask the demo's model, with the right answers.

``make demo`` asks them all and fails where one is answered wrongly; a test holds that no page shows another.
"""

REVIEW = (
    "A warm, funny film. I expected little and walked out smiling; the last scene alone is worth the ticket."
)
SHORT = "Warm, funny and beautifully acted."
MIXED = "The first hour is slow and the jokes are old, but the ending is wonderful."
SHOWN = {
    REVIEW: "positive",
    SHORT: "positive",
    MIXED: "positive",
    "A wonderful film.": "positive",
    "A warm, funny film.": "positive",
    "Brilliant, moving and far too short.": "positive",
    "The music alone is worth the ticket.": "positive",
    "The plot makes no sense and the acting is wooden.": "negative",
    "Two hours that I will not get back.": "negative",
}
NEUTRAL = "It was on television yesterday."
UNSURE = (NEUTRAL, "I expected more of this director.")
"""Pictures show these as what the model is not sure of: no answer is right."""


def wrong_answers(labels: list[str]) -> list[str]:
    """A sentence for each of ``SHOWN`` that is answered wrongly; ``labels`` in its order."""
    return [
        f"the demo's model answers {text!r} with {label}; {right} is right, "
        "and README or documentation show it"
        for (text, right), label in zip(SHOWN.items(), labels, strict=True)
        if label != right
    ]
