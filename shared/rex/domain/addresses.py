"""Addresses in the one form under which they are stored, compared and suppressed."""

import hashlib
import re
import unicodedata

from rex.domain.states import Channel

LONGEST_EMAIL = 320
_NO_EMAIL = "This is no e-mail address; correct it or leave it empty."
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
"""As the database takes it: some plans allow numbers so short that they are local ones without their area."""


class AddressInvalid(ValueError):
    """The address cannot be used; the message says what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def normalise_email(text: str) -> str:
    """Lower case, NFC, the domain in ASCII; an internationalised local part stays as it is."""
    if len(text.strip()) > LONGEST_EMAIL:  # looked at first: what follows takes seconds for a long one
        raise AddressInvalid("email_invalid", _NO_EMAIL)
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - costs 40 ms, and who only lists needs none of it

    try:
        checked = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise AddressInvalid("email_invalid", _NO_EMAIL) from error
    address = unicodedata.normalize("NFC", f"{checked.local_part}@{checked.ascii_domain}".lower())
    if len(address) > LONGEST_EMAIL or "." not in checked.ascii_domain:
        raise AddressInvalid("email_invalid", _NO_EMAIL)
    return address


def normalise_phone(text: str, country: str | None) -> str:
    """E.164; a number without a country code is read as one of the lead's country (ISO 3166)."""
    import phonenumbers  # noqa: PLC0415 - costs 30 ms, and most files have no phone numbers

    try:
        number = phonenumbers.parse(text.strip(), country)
    except phonenumbers.NumberParseException as error:
        raise AddressInvalid("phone_invalid", "This is no phone number; write it with its country code, as +49 30 123456.") from error
    address = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if not phonenumbers.is_possible_number(number) or not _E164.fullmatch(address):
        raise AddressInvalid("phone_invalid", "This phone number has too many or too few digits; correct it or leave it empty.")
    return address


def address_hash(channel: Channel, address: str) -> str:
    """SHA-256 of `channel:address` in hex, as `rex.address_hash` computes it."""
    return hashlib.sha256(f"{channel.value}:{address}".encode()).hexdigest()
