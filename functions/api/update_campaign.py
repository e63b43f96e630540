"""PATCH /campaigns/{id}: change a campaign."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases import write_campaigns

app = http.routes()


@app.patch(http.PREFIX + "/campaigns/<campaign_id>")
def patch(campaign_id: str) -> Response[str]:
    changes = http.read_object(app)
    answer = write_campaigns.update_campaign(http.read_id(campaign_id), changes, wiring.acting(http.caller(app, changes=True)))
    return http.answer(200, answer)


handler = http.handler(app)
