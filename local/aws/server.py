"""Runs MiniStack as the local AWS, inside the ministack environment; ends with its parent, and its workers with it.

Two things MiniStack keeps to itself come out here: what workers print appears line by line on the console, so that no answer waits for it,
and every secret that is put, changed or deleted is written to REX_SECRETS_FILE before the caller has its answer, because MiniStack forgets
all state when it ends.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from local.aws.kept_secrets import read_secrets, write_secrets
from local.parent import end_with_parent

type Message = dict[str, Any]
type Send = Callable[[Message], Awaitable[None]]
type App = Callable[[Message, Callable[[], Awaitable[Message]], Send], Awaitable[None]]

_CHANGES = {b"CreateSecret", b"PutSecretValue", b"UpdateSecret", b"DeleteSecret"}


def keep_secrets(app: App, file: Path) -> App:
    """The same application, writing all secrets down before it answers a request that changed one."""

    async def kept(scope: Message, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
        async def after_writing(message: Message) -> None:
            if message["type"] == "http.response.start":
                write_secrets(file)
            await send(message)

        headers = dict(scope.get("headers", []))
        changes = headers.get(b"x-amz-target", b"").rpartition(b".")[2] in _CHANGES
        await app(scope, receive, after_writing if changes else send)

    return kept


def show_workers(runtime: Any) -> None:
    """Print what workers write to standard error as it comes, and how an invocation failed.

    MiniStack itself holds each answer back for up to 50 ms, in case its function still prints something for a log that nobody reads here.
    """
    worker, invoke = runtime.Worker, runtime.Worker.invoke

    def read_stderr(self: Any) -> None:
        for line in self._proc.stderr:
            self._stderr_queue.put(line.rstrip("\n"))
            print(f"{_logical(self.func_name)}: {line}", end="", flush=True)

    def invoke_and_tell(self: Any, *arguments: Any, **options: Any) -> Any:
        answer = invoke(self, *arguments, **options)
        if answer.get("status") == "error":
            print(f"{_logical(self.func_name)} failed: {answer.get('trace') or answer.get('error')}", flush=True)
        return answer

    worker._read_stderr = read_stderr
    worker._drain_stderr_bounded = worker._drain_stderr
    worker.invoke = invoke_and_tell


def _logical(function: str) -> str:
    """The name a function has in the template, of stack-name-hash."""
    return function.split("-")[1] if function.count("-") > 1 else function


async def _serve(port: int, secrets_file: Path) -> None:
    app, runtime = import_module("ministack.app"), import_module("ministack.core.lambda_runtime")
    config = import_module("hypercorn.config").Config()
    config.bind, config.loglevel, config.graceful_timeout = [f"127.0.0.1:{port}"], "WARNING", 1
    show_workers(runtime)
    read_secrets(secrets_file)
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    end_with_parent()
    await import_module("hypercorn.asyncio").serve(keep_secrets(app.app, secrets_file), config, shutdown_trigger=stopped.wait)
    await asyncio.to_thread(runtime.reset)
    os._exit(0)  # invocations of the workers just ended may still hold threads


if __name__ == "__main__":
    asyncio.run(_serve(int(os.environ["GATEWAY_PORT"]), Path(os.environ["REX_SECRETS_FILE"])))
