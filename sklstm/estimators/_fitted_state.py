"""What a fit leaves behind, and how one fit takes the place of another: `FittedStateMixin`."""

_PRIVATE = (
    "_seed",
    "_spec",
    "_optimizer_state",
    "_one_dimensional",
    "_levels",
    "_fitted_on_columns",
    "_predictor",
    "_tokens",
)


class FittedStateMixin:
    """Know the attributes that a fit sets: those that end with an underscore, and a few more."""

    def _fitted_attributes(self):
        return {
            name: value
            for name, value in vars(self).items()
            if name in _PRIVATE or (name.endswith("_") and not name.startswith("_"))
        }

    def _replace_fitted(self, attributes):
        for name in self._fitted_attributes():
            delattr(self, name)
        vars(self).update(attributes)
