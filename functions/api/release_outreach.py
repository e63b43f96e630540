"""POST /missions/{id}/release: release, refuse or edit what is held for review."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases.release_outreach import Review, release_outreach

app = http.routes()


@app.post(http.PREFIX + "/missions/<mission_id>/release")
def post(mission_id: str) -> Response[str]:
    review = http.read(app, Review)
    call = wiring.acting(http.caller(app, changes=True))
    return http.answer(200, release_outreach(http.read_id(mission_id), review, call=call, nudge=wiring.nudge()))


handler = http.handler(app)
