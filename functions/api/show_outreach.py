"""GET /outreach/{id}/html: a message as its reader sees it, for who holds a link that is signed for it."""

from datetime import UTC, datetime

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases import read_outreach

app = http.routes()


@app.get(http.PREFIX + "/outreach/<outreach_id>/html")
def get(outreach_id: str) -> Response[str]:
    html = read_outreach.show_outreach(
        http.read_id(outreach_id),
        http.read_query(app, read_outreach.Signed),
        machinery=wiring.machinery_of_route(),
        key=wiring.secrets().signing_key(),
        now=datetime.now(UTC),
    )
    return http.foreign_page(html)


handler = http.handler(app)
