"""GET /analytics: how the account is doing now and was in the 24 hours before, the trends of a window, benchmarks and anomalies."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases.read_analytics import PASSING, AnalyticsQuery, read_analytics

app = http.routes()


@app.get(http.PREFIX + "/analytics")
def get() -> Response[str]:
    query = http.read_query(app, AnalyticsQuery)
    return http.tagged(app, read_analytics(query, wiring.acting(http.caller(app))), PASSING)


handler = http.handler(app)
