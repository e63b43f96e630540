"""ANY /{path+}: what no route answers, with 405 where the path is known and 404 where it is not."""

import json
import re
from pathlib import Path

from aws_lambda_powertools.event_handler import Response

from rex import http

app = http.routes()
_PATHS = json.loads(Path(__file__).with_name("openapi.json").read_text())["paths"]
METHODS = {
    re.compile(re.sub(r"{\w+}", "[^/]+", http.PREFIX + path)): {method.upper() for method in known}
    for path, known in _PATHS.items()
}  # fmt: skip


@app.not_found
def refuse(error: Exception) -> Response[str]:
    path = app.current_event.path
    allowed = next((methods for pattern, methods in METHODS.items() if pattern.fullmatch(path)), None)
    return http.refuse_method(allowed) if allowed else http.not_found(error)


handler = http.handler(app)
