"""The built page runs under its policy, and the policy stops what the page does not do itself."""

from playwright.sync_api import Page, expect

from tests.support.browser import Complaints

INLINE = """() => {
  const script = document.createElement("script");
  script.append("window.hurt = true");
  document.head.append(script);
  const style = document.createElement("style");
  style.append("body { display: none }");
  document.head.append(style);
}"""


def test_inline_scripts_and_styles_are_refused(page: Page, complaints: Complaints) -> None:
    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()
    complaints.expect("Content Security Policy|TrustedScript")

    try:
        page.evaluate(INLINE)
    finally:
        assert page.evaluate("window.hurt") is None
    expect(page.get_by_role("heading", level=1, name="Overview")).to_be_visible()


def test_other_hosts_are_not_asked(page: Page, complaints: Complaints) -> None:
    complaints.expect("Content Security Policy|another host")

    asked = page.evaluate("fetch('http://127.0.0.1:9/').then(() => 'answered', () => 'refused')")

    assert asked == "refused"
    assert any("connect-src" in said for said in complaints.said)


def test_markup_is_not_made_of_text(page: Page, complaints: Complaints) -> None:
    complaints.expect("TrustedHTML")

    made = page.evaluate("() => { try { document.body.innerHTML = '<b>x</b>'; return 'made' } catch (error) { return error.name } }")

    assert made == "TypeError"
