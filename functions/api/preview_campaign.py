"""POST /campaigns/{id}/preview: the messages of a campaign as one lead would get them, on request also to the caller's own address."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases.preview_campaign import PreviewAs, preview_campaign

app = http.routes()


@app.post(http.PREFIX + "/campaigns/<campaign_id>/preview")
def post(campaign_id: str) -> Response[str]:
    shown = http.read(app, PreviewAs)
    read, call = wiring.acting(http.caller(app)), wiring.acting(http.caller(app, changes=True))
    return http.answer(200, preview_campaign(http.read_id(campaign_id), shown, read=read, call=call, nudge=wiring.nudge()))


handler = http.handler(app)
