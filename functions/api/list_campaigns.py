"""GET /campaigns: the account's campaigns, page by page."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases import read_account

app = http.routes()


@app.get(http.PREFIX + "/campaigns")
def get() -> Response[str]:
    query = http.read_query(app, read_account.CampaignQuery)
    return http.answer(200, read_account.list_campaigns(query, wiring.acting(http.caller(app))))


handler = http.handler(app)
