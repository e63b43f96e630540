"""Fields of settings, as `rex.check_fields` checks them in the database."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
_PRINTABLE = r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]"
_SEEN = r"[^\x00-\x20\x7f-\x9f\u2028\u2029]"
_LINE = f"^{_PRINTABLE}*{_SEEN}{_PRINTABLE}*$"
_TEXT = r"^[^\x00]*[^\x00 \t\r\n][^\x00]*$"
_ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = r'^[^@\s\x00-\x1f\x7f-\x9f<>"(),;:\\\[\]]+@[A-Za-z0-9.-]+\.[A-Za-z0-9-]+$'

Line20 = Annotated[str, Field(min_length=1, max_length=20, pattern=_LINE)]
Line100 = Annotated[str, Field(min_length=1, max_length=100, pattern=_LINE)]
Line200 = Annotated[str, Field(min_length=1, max_length=200, pattern=_LINE)]
Line320 = Annotated[str, Field(min_length=1, max_length=320, pattern=_LINE)]
Line500 = Annotated[str, Field(min_length=1, max_length=500, pattern=_LINE)]
Text500 = Annotated[str, Field(min_length=1, max_length=500, pattern=_TEXT)]
Text2000 = Annotated[str, Field(min_length=1, max_length=2000, pattern=_TEXT)]
Text50000 = Annotated[str, Field(min_length=1, max_length=50_000, pattern=_TEXT)]
Text100000 = Annotated[str, Field(min_length=1, max_length=100_000, pattern=_TEXT)]
Postal = Annotated[str, Field(min_length=5, max_length=500, pattern=r"^[^\x00]*[^\x00 \t\r\n][^\x00]{3,}[^\x00 \t\r\n][^\x00]*$")]
Address = Annotated[str, Field(min_length=3, max_length=320, pattern=_ADDRESS)]
InboxAddress = Annotated[
    str, Field(min_length=3, max_length=320, pattern=rf"^{_ATOM}(\.{_ATOM})*@[A-Za-z0-9.-]+\.[A-Za-z0-9-]+$", description="In ASCII.")
]
Link = Annotated[str, Field(max_length=2000, pattern=r'^https://[A-Za-z0-9.-]+(:[0-9]{1,5})?([/?#][^\s\x00-\x1f\x7f-\x9f<>"]*)?$')]
DomainName = Annotated[str, Field(max_length=253, pattern=r"^[A-Za-z0-9.-]+\.[A-Za-z0-9-]+$")]
Host = Annotated[str, Field(max_length=253, pattern="^([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]+)$")]
TimeOfDay = Annotated[
    str, Field(pattern="^(([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?|24:00(:00)?)$", description="As 09:00; 24:00 ends the whole day.")
]
Day = Annotated[int, Field(ge=1, le=7)]
Days = Annotated[
    tuple[Day, ...],
    Field(min_length=1, max_length=7, description="Days from 1 (Monday) to 7 (Sunday).", json_schema_extra={"uniqueItems": True}),
]
