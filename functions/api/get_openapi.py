"""GET /openapi.json: this description, for everybody."""

from pathlib import Path

from aws_lambda_powertools.event_handler import Response

from rex import http

app = http.routes()
TEXT = Path(__file__).with_name("openapi.json").read_text()


@app.get(http.PREFIX + "/openapi.json")
def get() -> Response[str]:
    http.refuse_unread(app)
    return http.tagged_text(app, TEXT, TEXT, "public, max-age=300")


handler = http.handler(app)
