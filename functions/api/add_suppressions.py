"""POST /suppressions: write to these addresses never again; what is unsent to them is cancelled."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases import suppressions

app = http.routes()


@app.post(http.PREFIX + "/suppressions")
def post() -> Response[str]:
    new = http.read(app, suppressions.NewSuppressions)
    return http.answer(200, suppressions.add_suppressions(new, wiring.acting(http.caller(app, changes=True))))


handler = http.handler(app)
