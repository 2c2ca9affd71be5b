"""What a regressor can do, seen through pipelines and searches, whose own tags do not say."""

from sklearn.model_selection._search import BaseSearchCV
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags


def takes_missing_steps(regressor):
    """Tell whether a regressor takes windows of which some steps are NaN.

    Parameters
    ----------
    regressor : estimator
        A pipeline takes them if all its steps do, or those up to an imputer.

    Returns
    -------
    takes_missing_steps : bool
        What the tags say of the estimators that come in question.
    """
    if isinstance(regressor, Pipeline):
        for _, step in regressor.steps:
            if step is None or step == "passthrough":
                continue
            if not takes_missing_steps(step):
                return False
            if type(step).__module__.startswith("sklearn.impute"):
                return True
        return True
    inner = _inner(regressor)
    if inner is not None:
        return takes_missing_steps(inner)
    return get_tags(regressor).input_tags.allow_nan


def takes_many_outputs(regressor):
    """Tell whether a regressor predicts several targets at once.

    Parameters
    ----------
    regressor : estimator
        Of a pipeline the last step counts.

    Returns
    -------
    takes_many_outputs : bool
        What the tags say of the estimator that comes in question.
    """
    inner = regressor.steps[-1][1] if isinstance(regressor, Pipeline) else _inner(regressor)
    if inner is not None:
        return takes_many_outputs(inner)
    return get_tags(regressor).target_tags.multi_output


def _inner(regressor):
    """Return the estimator that searches and the like only wrap, None for others."""
    # With it come all linear models: too much for whoever only imports the package.
    from sklearn.compose import TransformedTargetRegressor

    if isinstance(regressor, BaseSearchCV):
        return regressor.estimator
    if isinstance(regressor, TransformedTargetRegressor):
        return regressor.regressor
    return None
