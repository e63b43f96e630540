"""Who signs up, in and out, and what becomes of the address they came for."""

import uuid
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import PHONE, Complaints, Person, Visits, find_barriers, is_too_wide
from tests.support.database import as_person, call, connect, request_id

PASSWORD = "Long enough for anybody"


def fill_in(page: Page, email: str, password: str, action: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name=action).click()


def test_sign_up_leads_to_the_overview(visits: Visits) -> None:
    page = visits.open("/")
    page.get_by_role("link", name="Create an account").click()

    fill_in(page, f"new-{id(page)}@rex.example", PASSWORD, "Create account")

    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()
    visits.keep(page, "overview")


def test_deep_link_survives_the_sign_in(visits: Visits, person: Person) -> None:
    page = visits.open("/missions?state=FAILED#rows")
    expect(page.get_by_role("heading", name="Sign in to REX")).to_be_visible()

    fill_in(page, person.email, person.password, "Sign in")

    expect(page.get_by_role("heading", level=1, name="Missions")).to_be_visible()
    assert page.url.endswith("/missions?state=FAILED#rows")


def test_address_of_somebody_else_is_not_followed(visits: Visits, stack: dict[str, Any], person: Person) -> None:
    page = visits.open("/sign-in?next=//evil.example/")

    fill_in(page, person.email, person.password, "Sign in")

    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()
    assert page.url.rstrip("/") == stack["command_center_url"]


def test_wrong_password_is_told_in_words(visits: Visits, complaints: Complaints, person: Person) -> None:
    complaints.expect_refusals()
    page = visits.open("/sign-in")

    fill_in(page, person.email, "something else", "Sign in")

    expect(page.get_by_text("No account has this address with this password.")).to_be_visible()
    expect(page.get_by_label("Email")).to_have_value(person.email)


def test_stack_without_mail_says_so_instead_of_promising_a_link(visits: Visits, person: Person) -> None:
    page = visits.open("/sign-in?mode=forgot")

    page.get_by_label("Email").fill(person.email)
    page.get_by_role("button", name="Send me a link").click()

    expect(page.get_by_role("status").filter(has_text="sends no mails")).to_be_visible()


def test_link_of_the_mail_lets_one_choose_a_new_password(visits: Visits, person: Person) -> None:
    page = visits.open(f"/sign-in?mode=reset#{link_of(person)}")

    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Save the password").click()
    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()

    other = visits.open("/sign-in")
    fill_in(other, person.email, PASSWORD, "Sign in")
    expect(other.get_by_role("heading", level=1, name="Overview")).to_be_visible()


def link_of(person: Person) -> str:
    """What Supabase Auth puts behind the address in its mails."""
    session = person.session
    kept = {name: session[name] for name in ("access_token", "refresh_token", "expires_in", "expires_at", "token_type")}
    return "&".join(f"{name}={value}" for name, value in {**kept, "type": "recovery"}.items())


def test_sign_out_leaves_nothing_on_the_screen_or_in_the_browser(page: Page, person: Person) -> None:
    page.get_by_role("button", name=f"Signed in as {person.email}").click()
    page.get_by_role("button", name="Sign out", exact=True).click()

    expect(page.get_by_role("heading", name="Sign in to REX")).to_be_visible()
    assert page.evaluate("localStorage.getItem('rex-session')") is None
    page.go_back()
    expect(page.get_by_role("heading", name="Sign in to REX")).to_be_visible()


def test_session_on_a_lost_device_is_ended_from_here(page: Page, stack: dict[str, Any], person: Person) -> None:
    lost = person.again(stack)

    page.get_by_role("button", name=f"Signed in as {person.email}").click()
    page.get_by_role("button", name="Sign out everywhere else").click()
    expect(page.get_by_text("Signed out everywhere else")).to_be_visible()

    assert not lost.can_renew(stack)
    page.reload()
    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()


def test_next_person_in_the_same_browser_sees_nothing_of_the_one_before(visits: Visits, stack: dict[str, Any], person: Person) -> None:
    sample = Person.sample(stack)
    with sample.api(stack) as api:
        domain, inbox = api.get("/domains").json()["items"][0], api.get("/inboxes").json()["items"][0]
    page = visits.open("/domains", sample)
    expect(page.get_by_text(domain["domain"]).first).to_be_visible()
    page.get_by_role("button", name=f"Signed in as {sample.email}").click()
    page.get_by_role("button", name="Sign out", exact=True).click()

    fill_in(page, person.email, person.password, "Sign in")
    expect(page.get_by_role("button", name=f"Signed in as {person.email}")).to_be_visible()

    for address, empty in ((f"/domains?domain={domain['id']}", "No domains yet"), ("/inboxes", "No inboxes yet")):
        page.goto(address)
        expect(page.get_by_text(empty)).to_be_visible()
        assert domain["domain"] not in page.content()
        assert inbox["address"] not in page.content()


def test_expired_session_is_refreshed_and_the_address_kept(visits: Visits, person: Person) -> None:
    person.session["expires_at"] = 1

    page = visits.open("/missions?state=FAILED", person)

    expect(page.get_by_role("heading", level=1, name="Missions")).to_be_visible()
    assert page.url.endswith("/missions?state=FAILED")


def test_ended_session_leads_to_the_sign_in_and_back(visits: Visits, complaints: Complaints, person: Person, stack: dict[str, Any]) -> None:
    complaints.expect_refusals()
    ended = {"expires_at": 1, "refresh_token": "one that was used before"}
    person.session.update(ended)

    page = visits.open("/missions?state=FAILED", person)

    expect(page.get_by_role("heading", name="Sign in to REX")).to_be_visible()
    fill_in(page, person.email, person.password, "Sign in")
    expect(page.get_by_role("heading", level=1, name="Missions")).to_be_visible()

    page.goto("/domains?q=mail")
    expect(page.get_by_role("banner").get_by_role("status")).to_have_text("Live")
    page.evaluate(
        "ended => localStorage.setItem('rex-session', JSON.stringify({...JSON.parse(localStorage.getItem('rex-session')), ...ended}))",
        ended,
    )
    with connect(stack["database_url"]) as db:
        as_person(db, uuid.UUID(person.id))
        call(db, "rex_pause", p_request_id=request_id(), p_scope="account")
        call(db, "rex_add_domain", p_request_id=request_id(), p_fields={"domain": "away.example"})
    expect(page.get_by_role("heading", name="Sign in to REX")).to_be_visible()
    fill_in(page, person.email, person.password, "Sign in")
    expect(page.get_by_role("heading", level=1, name="Domain health")).to_be_visible()
    assert page.url.endswith("/domains?q=mail")


@pytest.mark.parametrize("mode", ["", "?mode=up", "?mode=forgot", "?mode=reset"])
def test_sign_in_has_no_barrier_and_fits_a_phone(visits: Visits, mode: str) -> None:
    page = visits.open(f"/sign-in{mode}", width=PHONE)
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    assert find_barriers(page) == {}
    assert not is_too_wide(page)


def test_link_that_has_expired_says_so(visits: Visits) -> None:
    page = visits.open("/sign-in?mode=reset#error=access_denied&error_code=otp_expired")

    expect(page.get_by_role("alert")).to_contain_text("The link has expired")
    page.get_by_role("link", name="Ask for a new link").click()
    expect(page.get_by_role("button", name="Send me a link")).to_be_visible()
