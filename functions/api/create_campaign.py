"""POST /campaigns: a new campaign."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases import write_campaigns

app = http.routes()


@app.post(http.PREFIX + "/campaigns")
def post() -> Response[str]:
    fields = http.read_object(app)
    return http.answer(201, write_campaigns.create_campaign(fields, wiring.acting(http.caller(app, changes=True))))


handler = http.handler(app)
