"""PATCH /account: change the account's settings."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases.update_account import update_account

app = http.routes()


@app.patch(http.PREFIX + "/account")
def patch() -> Response[str]:
    changes = http.read_object(app)
    return http.answer(200, update_account(changes, wiring.acting(http.caller(app, changes=True))))


handler = http.handler(app)
