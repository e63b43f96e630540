"""GET /account: the account's settings, the caller's role in it, and for which others they may act."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases import read_account

app = http.routes()


@app.get(http.PREFIX + "/account")
def get() -> Response[str]:
    return http.answer(200, read_account.get_account(wiring.acting(http.caller(app))))


handler = http.handler(app)
