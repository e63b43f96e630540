"""FastAPI over asyncpg on uvicorn with uvloop and httptools, at its best settings: `python fastapi_peer.py <port> <url> <secret of tokens>`.

It asks the database what REX asks it, as the person whose token it was given, and passes the answer's text through. `x-own-ms` is what it took
beside the database.
"""

import json
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import jwt
import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

port, url, secret, agents = int(sys.argv[1]), sys.argv[2], sys.argv[3], json.loads(sys.argv[4])
in_database: ContextVar[list[float]] = ContextVar("in_database")


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(url, min_size=4, max_size=10) as app.state.pool:
        print("ready", flush=True)
        yield


app = FastAPI(lifespan=lifespan)


@app.middleware("http")
async def tell_own_share(request: Request, call_next: Any) -> Response:
    began, spent = time.perf_counter(), []
    in_database.set(spent)
    answer = await call_next(request)
    answer.headers["x-own-ms"] = str((time.perf_counter() - began - sum(spent)) * 1000)
    return answer


def claims_of(given: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())]) -> str:
    try:
        return json.dumps(jwt.decode(given.credentials, secret, algorithms=["HS256"], audience="authenticated"))
    except jwt.InvalidTokenError as error:
        raise HTTPException(401) from error


Claims = Annotated[str, Depends(claims_of)]


async def ask(claims: str, question: str, *values: Any) -> Response:
    began = time.perf_counter()
    async with app.state.pool.acquire() as connection, connection.transaction():
        await connection.execute("select set_config('role', 'authenticated', true), set_config('request.jwt.claims', $1, true)", claims)
        found = await connection.fetchval(question, *values)
    in_database.get().append(time.perf_counter() - began)
    if found is None:
        raise HTTPException(404)
    return Response(found, media_type="application/json")


@app.get("/status")
async def status(claims: Claims) -> Response:
    return await ask(claims, "select public.rex_read_status(null)")


@app.get("/agents/status")
async def agents_status(claims: Claims) -> Response:
    return await ask(claims, "select public.rex_read_agents(null, $1)", agents)


@app.get("/domains")
async def domains(claims: Claims) -> Response:
    return await ask(claims, "select public.rex_list_domains(null)")


@app.get("/missions/{mission_id}")
async def mission(claims: Claims, mission_id: UUID) -> Response:
    return await ask(claims, "select public.rex_read_mission(null, $1)", mission_id)


uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", loop="uvloop", http="httptools", access_log=False)
