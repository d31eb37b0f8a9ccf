"""What ``POST /feedback`` takes and gives; as ``service/schemas.py``."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from service import described
from service.schemas import Texts, Whole, WholeFrom0


class FeedbackRequest(BaseModel):
    """What the right answer to a text would have been."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={
            **described.FEEDBACK,
            "example": {"request_id": "2b1c90a5e6ff4c0f8a0f7ad2b31e55c1", "label": "positive"},
        },
    )

    request_id: str = Field(
        pattern=r"^[A-Za-z0-9_.:/+=-]{1,128}$",
        description="the X-Request-ID of the reply that answered the text; not the one that was sent",
    )
    index: WholeFrom0 | None = Field(
        default=None, description="which text, from 0; needed where the request had several"
    )
    label: str | None = Field(default=None, description="the right label")
    labels: Texts | None = Field(
        default=None, description="multilabel instead: all right labels, or none of them"
    )
    model: str | None = Field(default=None, description="refused where another one answered")
    version: Whole | None = Field(default=None, description="refused where another one answered")

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.label is None) == (self.labels is None):
            raise ValueError("give either 'label' or 'labels'")
        return self


class FeedbackReply(BaseModel):
    """The right answer is known now."""

    request_id: str
    model: str = Field(description="which answered")
    version: int
    labels: list[str] = Field(description="the right ones")
    new: bool = Field(description="false: the same was told before, and nothing is written")
