"""GET /status: how the account is doing."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases import read_account

app = http.routes()


@app.get(http.PREFIX + "/status")
def get() -> Response[str]:
    return http.answer(200, read_account.get_status(wiring.acting(http.caller(app))))


handler = http.handler(app)
