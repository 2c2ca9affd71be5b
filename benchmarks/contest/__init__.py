"""A contest of default models on real series: what is forecast, and who forecasts it.

A side is a module with ``MODELS``, the names of its models by kind of network, and
``forecast(task, kind, model, seed)``, which returns an array of shape (n_test,): forecasts of the
values after the training part of a `Task`, each from the values before it.
"""
