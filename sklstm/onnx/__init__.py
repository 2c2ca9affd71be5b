"""Fitted pipelines as ONNX graphs: importing this package teaches skl2onnx our estimators."""

from sklstm._public import publish

from ._register import register_converters
from ._to_onnx import to_onnx

__all__ = ["to_onnx"]

publish(globals())
register_converters()
