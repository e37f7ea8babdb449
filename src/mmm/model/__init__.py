"""What the model is: its specification, its data in the units of the model, its definition."""

from mmm.model.design import Design, build_design, extend_basis, scaled_spend
from mmm.model.media_prior import MediaPrior
from mmm.model.response import media_curves, saturated_media
from mmm.model.spec import (
    Beliefs,
    ChannelForm,
    ChannelPrior,
    ChannelShape,
    ModelSpec,
    spec_from_dict,
    spec_from_params,
)
from mmm.model.specifications import averaged, specifications

__all__ = [
    "Beliefs",
    "ChannelForm",
    "ChannelPrior",
    "ChannelShape",
    "Design",
    "MediaPrior",
    "ModelSpec",
    "averaged",
    "build_design",
    "extend_basis",
    "media_curves",
    "saturated_media",
    "scaled_spend",
    "spec_from_dict",
    "spec_from_params",
    "specifications",
]
