"""DELETE /suppressions: allow writing to addresses that the account itself had suppressed, or that bounced."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases import suppressions

app = http.routes()


@app.delete(http.PREFIX + "/suppressions")
def delete() -> Response[str]:
    lifted = http.read(app, suppressions.LiftedSuppressions)
    return http.answer(200, suppressions.remove_suppressions(lifted, wiring.acting(http.caller(app, changes=True))))


handler = http.handler(app)
