"""GET /members: who may act for the account, and as what, page by page."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases import members

app = http.routes()


@app.get(http.PREFIX + "/members")
def get() -> Response[str]:
    query = http.read_query(app, members.MemberQuery)
    return http.answer(200, members.list_members(query, wiring.acting(http.caller(app))))


handler = http.handler(app)
