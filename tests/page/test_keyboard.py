"""The page by keyboard: shortcuts, the palette, and what it finds; files that a deployment took away."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.support.browser import PHONE, Complaints, Person, Visits, find_barriers, is_too_wide


def test_g_and_a_letter_lead_to_a_view(page: Page) -> None:
    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()

    page.keyboard.press("g")
    page.keyboard.press("m")

    expect(page.get_by_role("heading", level=1, name="Missions")).to_be_visible()


def test_palette_is_loaded_when_it_is_wanted_and_leads_anywhere(visits: Visits, person: Person) -> None:
    page = visits.blank(person)
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto("/")
    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()
    assert not any("/palette-" in url for url in loaded)

    page.keyboard.press("ControlOrMeta+k")
    page.get_by_role("combobox").fill("domai")
    visits.keep(page, "open")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1, name="Domain")).to_be_visible()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_palette_finds_a_domain_of_the_account(visits: Visits, stack: dict[str, Any]) -> None:
    sample = Person.sample(stack)
    with sample.api(stack) as api:
        domain = api.get("/domains").json()["items"][0]
    page = visits.open("/", sample)
    page.get_by_role("button", name="Find or do anything").click()

    page.get_by_role("combobox").fill(domain["domain"])
    page.get_by_role("option", name=domain["domain"]).click()

    expect(page).to_have_url(f"{stack['command_center_url']}/domains?domain={domain['id']}")


def test_palette_stops_everything_and_lets_it_go_on(page: Page) -> None:
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()
    for action, then in (("Stop everything", "Resume"), ("Resume everything", "Stop")):
        page.keyboard.press("ControlOrMeta+k")
        page.get_by_role("combobox").fill(action)
        page.get_by_role("option", name=action).click()
        expect(page.get_by_role("banner").get_by_role("button", name=then, exact=True)).to_be_visible()


def test_closed_palette_gives_the_focus_back(page: Page) -> None:
    page.get_by_role("button", name="Find or do anything").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox")).to_be_focused()

    page.keyboard.press("Escape")

    expect(page.get_by_role("button", name="Find or do anything")).to_be_focused()


def test_palette_and_list_of_keys_have_no_barrier_fit_a_phone_and_turn_single_keys_off(visits: Visits, person: Person) -> None:
    page = visits.open("/", person, width=PHONE)
    expect(page.get_by_role("button", name="Find or do anything")).to_be_visible()
    for key, shown in (("ControlOrMeta+k", "Find or do anything"), ("?", "Keyboard shortcuts")):
        page.keyboard.press(key)
        expect(page.get_by_role("dialog", name=shown)).to_be_visible()
        assert find_barriers(page) == {}
        assert not is_too_wide(page)
        visits.keep(page, f"phone-{shown[0]}")
        if shown == "Keyboard shortcuts":
            page.get_by_label("Shortcuts of single keys").uncheck()
        page.keyboard.press("Escape")

    page.keyboard.press("?")
    page.keyboard.press("ControlOrMeta+k")
    expect(page.get_by_role("dialog", name="Find or do anything")).to_be_visible()


def test_letters_in_a_field_are_text(visits: Visits) -> None:
    page = visits.open("/sign-in")
    page.get_by_label("Email").press_sequentially("gm?")

    expect(page.get_by_label("Email")).to_have_value("gm?")
    expect(page.get_by_role("heading", name="Sign in to REX")).to_be_visible()


def test_page_whose_files_are_gone_is_loaded_anew_twice_and_then_says_so(visits: Visits, complaints: Complaints, person: Person) -> None:
    complaints.expect("dynamically imported module|status of 404|preload|fault:")
    page = visits.open("/", person)
    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()
    loads: list[str] = []
    page.on("request", lambda request: loads.append(request.url) if request.is_navigation_request() else None)
    page.route("**/assets/view-*.js", lambda route: route.fulfill(status=404, body="gone"))

    with page.expect_request(lambda _: len(loads) == 3):
        page.goto("/agents")

    expect(page.get_by_role("alert")).to_contain_text("Reload the page")
    assert len(loads) == 3, "the visit, and two reloads"
