"""From nothing to a completed mission without leaving the page: what a person who just signed up does."""

import uuid
from typing import Any

from playwright.sync_api import Page, expect

from local.credentials import load_credentials
from local.outbox import Outbox
from tests.support.browser import Person, Visits
from tests.support.database import connect
from tests.support.laptop import Laptop

MISSION_MS = 150_000
FILE = "email,first_name,last_name,company,last_contact\n" + "".join(
    f"{name.lower()}@{{run}}.example,{name},Fox,Acme {name},2024-03-0{day}\n" for day, name in enumerate(("Ada", "Bob", "Cyd"), start=1)
)


def step(page: Page, name: str) -> None:
    page.get_by_role("listitem").filter(has_text=name).get_by_role("button").click()


def fill_in(page: Page, **fields: str) -> None:
    """By their labels; underscores stand for spaces."""
    for label, value in fields.items():
        page.get_by_role("dialog").get_by_label(label.replace("_", " "), exact=True).fill(value)


def mail_port(stack: dict[str, Any]) -> str:
    """Where the stack's own mail server listens: the sample's inboxes know."""
    with connect(stack["database_url"]) as owner:
        found = owner.execute("select port from public.rex_inboxes limit 1").fetchone()
    assert found
    return str(found[0])


def test_new_person_gets_to_a_completed_mission(visits: Visits, page: Page, stack: dict[str, Any], laptop: Laptop) -> None:
    run = f"r{uuid.uuid4().hex[:10]}"

    page.goto("/settings")
    page.get_by_label("From", exact=True).fill("00:00")
    page.get_by_label("Until", exact=True).fill("24:00")
    for day in ("Sat", "Sun"):
        page.get_by_label(day, exact=True).check()
    page.get_by_role("region", name="Permitted hours").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()

    page.goto("/")
    step(page, "Your company")
    fill_in(page, Company="Fox & Co", Postal_address="Fox & Co, Street 1, 10115 Berlin, Germany")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)

    step(page, "A sending domain")
    fill_in(page, Domain=f"{run}.example")
    page.get_by_role("button", name="Add the domain").click()
    expect(page.get_by_text("It may send.")).to_be_visible()

    step(page, "An inbox")
    fill_in(
        page, Address=f"ann@{run}.example", SMTP_server="127.0.0.1", Port=mail_port(stack), User_name="ann",
        Password=load_credentials(laptop.home.credentials_file).inbox_password, Seconds_between_two_messages="0",
    )  # fmt: skip
    page.get_by_role("button", name="Add the inbox").click()
    expect(page.get_by_text("REX may send through it.")).to_be_visible()

    step(page, "What you have to say")
    fill_in(
        page, What_you_offer="planning takes ten minutes now", Who_writes="Ann Fox", Answers_go_to=f"ann@{run}.example", What_the_reader_is_asked_to_do="See it",
        Link="https://fox.example/new", Collects_answers_for="4",
    )  # fmt: skip
    page.get_by_label("Unit").select_option("seconds")
    for _ in range(3):
        page.keyboard.press("Escape")
    page.get_by_role("dialog", name="Close without saving?").get_by_role("button", name="Keep editing").click()
    page.get_by_role("button", name="Save the campaign").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    visits.keep(page, "steps")

    step(page, "Leads")
    page.get_by_label("File").set_input_files({"name": "leads.csv", "mimeType": "text/csv", "buffer": FILE.format(run=run).encode()})
    page.get_by_label("Why these people may be written to").select_option("contract")
    page.get_by_label("Where that is on record").fill("CRM")
    page.get_by_role("button", name="Look at it").click()
    page.get_by_role("button", name="Import 3 leads").click()

    expect(page.get_by_text("3 leads, 3 messages at most")).to_be_visible()
    page.get_by_role("button", name="Start the mission").click()

    expect(page.get_by_role("heading", level=1, name="Lead reactivation")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "100", timeout=MISSION_MS)
    expect(page.get_by_role("region", name="Leads by outcome")).to_contain_text("Sent3")
    visits.keep(page, "completed")
    written = sorted(address for kept in Outbox(folder=laptop.home.outbox).log() for address in kept.recipients if run in address)
    assert written == [f"{name}@{run}.example" for name in ("ada", "bob", "cyd")]

    stranger = visits.open("/missions", Person.sign_up(stack))
    expect(stranger.get_by_text("No missions yet")).to_be_visible()
