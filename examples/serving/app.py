"""
Serve a fitted pipeline or `Forecaster` over HTTP.

Train a model, then start the server (``pip install fastapi uvicorn``)::

    python train.py model.joblib
    MODEL=model.joblib uvicorn app:app

``GET /model`` says what the model takes, ``GET /docs`` shows it. ``POST /forecast`` answers with
forecasts: a pipeline takes the rows of a series, oldest first, and forecasts from each that has a
whole window; a forecaster takes the rows since its own ones, and forecasts what follows.
"""

import hashlib
import os
from pathlib import Path
from typing import Annotated, Any

import joblib
from body import checked, posted_body
from fastapi import Depends, FastAPI, HTTPException
from fastapi.openapi.utils import get_openapi
from fastapi.responses import HTMLResponse
from fields import About
from forecasters import ServedForecaster
from monitoring import page
from pipelines import ServedPipeline
from pydantic import BaseModel

from sklstm import Forecaster


def load(path):
    """Return the model in a file: itself, or a dict of `train.py` that says more about it."""
    # A joblib file is a pickle, which may run any code: load only files that you trust.
    content = joblib.load(path)
    content = content if isinstance(content, dict) else {"model": content}
    version = content.get("version") or hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]
    about = {"version": version, "units": content.get("units", {})}
    model = getattr(content["model"], "best_estimator_", content["model"])  # of a search
    if isinstance(model, Forecaster):
        return ServedForecaster(model, about, content.get("backtest", {}))
    return ServedPipeline(model, about)


served = load(os.environ.get("MODEL", "model.joblib"))


class Problem(BaseModel):
    """Why a question is refused; begins with the field that is at fault."""

    detail: str


class Health(BaseModel):
    """The process answers."""

    status: str


class Model(BaseModel):
    """Which model answers, and what it takes."""

    model: About
    takes: dict[str, Any]


REFUSALS = {code: {"model": Problem} for code in (408, 413, 415, 422)}
app = FastAPI(title="Forecasts", version=served.about["version"])


@app.get("/health", response_model=Health)
async def health():
    """Say that the process answers, for whoever restarts it otherwise."""
    return {"status": "ok"}


@app.get("/model", response_model=Model)
async def model():
    """Say which model answers and what it takes."""
    return {"model": served.about, "takes": served.describe()}


# `def`, not `async def`: FastAPI runs it in a thread, so that a long prediction holds up nobody.
@app.post("/forecast", response_model=served.answer, responses=REFUSALS)
def forecast(body: Annotated[bytearray, Depends(posted_body)]):
    """Forecast, from the rows in the body."""
    try:
        return served.forecast(checked(served.question, body))
    except ValueError as error:  # what the model itself refuses, with its reason
        raise HTTPException(422, str(error)) from None


@app.get("/monitoring")
async def monitoring() -> list[dict[str, Any]]:
    """Show errors and coverage of forecasts whose rows came later, next to the backtest's."""
    return served.monitor.table() if hasattr(served, "monitor") else []


@app.get("/", response_class=HTMLResponse)
async def monitoring_page():
    """Show the same as a page."""
    return page(await monitoring(), f"Forecasts of model {served.about['version']}")


def openapi():
    """Describe the bodies too, which are read by hand: bytes are counted before they are kept."""
    if app.openapi_schema is None:
        schema = get_openapi(title=app.title, version=app.version, routes=app.routes)
        body = served.question.model_json_schema(ref_template="#/components/schemas/{model}")
        schema["components"]["schemas"] |= body.pop("$defs", {})
        content = {"application/json": {"schema": body}}
        schema["paths"]["/forecast"]["post"]["requestBody"] = {"required": True, "content": content}
        app.openapi_schema = schema
    return app.openapi_schema


app.openapi = openapi
