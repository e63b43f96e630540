"""GET /inboxes: every inbox, never a password."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases import read_account

app = http.routes()


@app.get(http.PREFIX + "/inboxes")
def get() -> Response[str]:
    return http.answer(200, read_account.list_inboxes(wiring.acting(http.caller(app))))


handler = http.handler(app)
