"""GET /inboxes: the account's inboxes, never a password, page by page."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases import read_account

app = http.routes()


@app.get(http.PREFIX + "/inboxes")
def get() -> Response[str]:
    query = http.read_query(app, read_account.InboxQuery)
    return http.answer(200, read_account.list_inboxes(query, wiring.acting(http.caller(app))))


handler = http.handler(app)
