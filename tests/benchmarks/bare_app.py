"""The yardstick: the same framework and server, with one route that returns a JSON document from memory."""

import json
import socket
import sys
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.responses import JSONResponse

app = FastAPI()
documents: dict[str, Any] = {}


@app.get("/livez")
def alive() -> JSONResponse:
    return JSONResponse({})


@app.put("/stored/{name}")
def store(name: str, body: dict[str, Any]) -> JSONResponse:
    documents[name] = body
    return JSONResponse({})


@app.get("/stored/{name}")
def stored(name: str) -> JSONResponse:
    return JSONResponse(documents[name])


@app.post("/stored/{name}")
def posted(name: str, body: dict[str, Any]) -> JSONResponse:
    return JSONResponse(documents[name])


if __name__ == "__main__":
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        sys.stdout.write(json.dumps({"url": url}) + "\n")
        sys.stdout.flush()
        uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False)).run(sockets=[listening])
