"""POST /leads/import: take leads from a CSV or JSON file."""

from datetime import UTC, datetime

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases.import_leads import Upload, import_leads

app = http.routes()


@app.post(http.PREFIX + "/leads/import")
def post() -> Response[str]:
    upload = http.read(app, Upload)
    answer = import_leads(upload, now=datetime.now(UTC), call=wiring.acting(http.caller(app, changes=True)))
    return http.answer(200 if upload.dry_run or answer["repeated"] else 201, answer)


handler = http.handler(app)
