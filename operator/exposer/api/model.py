"""What all models of the resource share."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Model(BaseModel):
    """Kubernetes' spelling outside (camelCase), Python's inside; unknown fields are errors."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        populate_by_name=True,
        use_attribute_docstrings=True,  # the docstrings are what `kubectl explain` shows
    )
