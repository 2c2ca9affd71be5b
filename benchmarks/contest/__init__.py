"""A contest of default models on real series: what is forecast, and who forecasts it."""
