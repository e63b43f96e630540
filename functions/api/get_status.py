"""GET /status: how the account is doing."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases.read_status import PASSING, read_status

app = http.routes()


@app.get(http.PREFIX + "/status")
def get() -> Response[str]:
    return http.tagged(app, read_status(wiring.acting(http.caller(app))), PASSING)


handler = http.handler(app)
