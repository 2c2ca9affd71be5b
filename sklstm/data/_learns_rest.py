"""Whether a model is trained on what another one leaves, which may be noise: `LEARNS_REST`."""

from contextvars import ContextVar

# No parameter of `fit`, for it holds inside searches and pipelines, too; and no filter of warnings,
# which all threads share.
LEARNS_REST: ContextVar[bool] = ContextVar("LEARNS_REST", default=False)
