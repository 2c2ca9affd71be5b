"""The type of what an estimator gives: `output_type`."""

from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType


def output_type(operator, shape):
    """Return double numbers for double ones, otherwise single ones, of a shape."""
    doubles = isinstance(operator.inputs[0].type, DoubleTensorType)
    return (DoubleTensorType if doubles else FloatTensorType)(list(shape))
