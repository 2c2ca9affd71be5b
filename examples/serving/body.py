"""Read the body of a request, and no more of it than is allowed."""

import asyncio

from fastapi import HTTPException, Request
from pydantic import ValidationError
from starlette.requests import ClientDisconnect

MAX_BYTES = 1_000_000
MAX_SECONDS = 10  # for the body to arrive


async def posted_body(request: Request) -> bytearray:
    """Return the bytes of a body of JSON, or refuse it."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, "content-type: application/json is understood, nothing else")
    too_large = HTTPException(413, f"body: more than {MAX_BYTES} bytes")
    if int(request.headers.get("content-length", 0)) > MAX_BYTES:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(MAX_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise too_large
    except (TimeoutError, ClientDisconnect):
        raise HTTPException(408, f"body: not complete within {MAX_SECONDS} seconds") from None
    return body


def checked(question, body):
    """Return what a body asks, or say what is wrong with the first field that is."""
    try:
        return question.model_validate_json(body)
    except ValidationError as errors:
        first = errors.errors(include_url=False, include_context=False, include_input=False)[0]
    place = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in first["loc"])
    reason = first["msg"].removeprefix("Value error, ")
    raise HTTPException(422, f"{place.removeprefix('.')[:200] or 'body'}: {reason}")
