"""The server answers as its description says, whatever schemathesis makes of the description."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance


@pytest.mark.parametrize("path", ["/forecast", "/model", "/health", "/monitoring", "/"])
def test_answers_are_as_described(server, path):
    schema = schemathesis.openapi.from_url(f"{server.address}/openapi.json")
    method = "POST" if path == "/forecast" else "GET"

    @settings(
        max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(case=schema[path][method].as_strategy())
    def ask(case):
        # A schema cannot say that there are as many times as rows, and in the order of time.
        case.call_and_validate(excluded_checks=[positive_data_acceptance])

    ask()
