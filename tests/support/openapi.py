"""Requests that schemathesis invents from an OpenAPI document, and what every answer to them must be."""

from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from schemathesis.specs.openapi.schemas import OpenApiSchema

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    ignored_auth,
    unsupported_method,
]
INVENTING = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))


def cases_of(document: OpenApiSchema, operation_id: str) -> st.SearchStrategy[schemathesis.Case[Any]]:
    """Requests of an operation, those that it takes and those that it refuses."""
    operation = document.find_operation_by_id(operation_id)
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    return st.one_of([operation.as_strategy(generation_mode=mode) for mode in modes])


def names_in(served: Any) -> set[str]:
    """What the operations of a document are called."""
    return {operation["operationId"] for operations in served["paths"].values() for operation in operations.values()}
