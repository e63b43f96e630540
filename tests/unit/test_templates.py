"""A template can say what is known of a lead, and nothing else of the worker that renders it."""

import uuid
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rex.domain.tasks import Account, Campaign, Template
from rex.domain.template_variables import VARIABLES, variables_for
from rex.domain.templates import TemplateBroken, check_template, render
from tests.support.contexts import make_lead

VALUES = variables_for(make_lead(), Campaign(campaign_id=uuid.uuid4(), offer="o"), Account(user_id=uuid.uuid4()))

ESCAPES = [
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__ }}",
    "{{ lead.__init__.__globals__ }}",
    "{{ lead.__dict__ }}",
    "{{ lead['first_name'] }}",
    "{{ lead|attr('__class__') }}",
    "{{ lead }}",
    "{{ lead.notes }}",
    "{{ lead.first_name.upper() }}",
    "{{ lead.first_name.upper }}",
    "{{ offer.format(lead) }}",
    "{{ self }}",
    "{{ self._TemplateReference__context }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ lipsum() }}",
    "{{ range(3) }}",
    "{{ nothing }}",
    "{% if false %}{{ nothing }}{% endif %}",
    "{% for i in range(10**9) %}{% endfor %}",
    "{% for a in offer %}{{ a }}{% endfor %}",
    "{{ 'a' * 10**9 }}",
    "{{ 10 ** 10 ** 10 }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ offer|center(1000000000) }}",
    "{{ offer|replace('', offer) }}",
    "{{ offer|safe }}",
    "{{ offer|pprint }}",
    "{% set a = offer ~ offer %}{{ a }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% include 'x' %}",
    "{% extends 'x' %}",
    "{% import 'x' as x %}",
    "{% block b %}{% endblock %}",
    "{% filter upper %}{% endfilter %}",
    "{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}",
    "{{ " + "not " * 20_000 + "1 }}",
    "{% if offer %}" * 1_000 + "{% endif %}" * 1_000,
    "{{ offer" + "|urlencode" * 5_000 + " }}",
    "{{ 1" + "0" * 5_000 + " }}",
    "{{",
    "{% if %}",
    "{{ 'a' + lead.last_name }}",
]


@pytest.mark.parametrize("source", ESCAPES, ids=lambda source: source[:40])
@pytest.mark.parametrize("part", ["subject", "text", "html"])
def test_what_reaches_further_is_broken(part: str, source: str) -> None:
    template = Template(subject="s", text="t").model_copy(update={part: source})
    before = monotonic()
    with pytest.raises(TemplateBroken) as broken:
        render(template, VALUES)
    assert broken.value.code == "template_broken"
    assert monotonic() - before < 5


@pytest.mark.parametrize("source", ESCAPES, ids=lambda source: source[:40])
@pytest.mark.parametrize("part", ["subject", "text", "html"])
def test_check_finds_what_would_break(part: str, source: str) -> None:
    with pytest.raises(TemplateBroken, match=f"^{part}: "):
        check_template(Template(subject="s", text="t").model_copy(update={part: source}))


@pytest.mark.parametrize("source", ["{{ offer|truncate('x') }}", "Hi {{ 'Dr ' + lead.last_name }}"])
def test_check_finds_what_breaks_for_some_leads_only(source: str) -> None:
    with pytest.raises(TemplateBroken):
        check_template(Template(subject="s", text=source))


@pytest.mark.parametrize("name", VARIABLES)
def test_every_variable_can_be_said(name: str) -> None:
    check_template(Template(subject=f"{{{{ {name} }}}}", text=f"{{% if {name} %}}x{{% endif %}}", html=f"<p>{{{{ {name} or '-' }}}}</p>"))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ lead.last_name or 'x' }}", "x"),
        ("{{ lead.last_name|default('x') }}", "x"),
        ("{% if lead.last_name is none %}x{% endif %}", "x"),
        ("{% if lead.last_name is defined %}y{% else %}x{% endif %}", "x"),
        ("{{ 'y' if lead.first_name == 'Bob' else 'x' }}", "x"),
        ("{% if lead.first_name in ['Ann', 'Bob'] %}x{% endif %}", "x"),
        ("{{ lead.first_name|upper|truncate(2, true, '', 0) ~ '!' }}", "AN!"),
        ("{{ link }}{{ offer + 'x' }}{# said by nobody #}", "ox"),
        ("{{ '\\x00\\ud800' }}x", "x"),
    ],
)
def test_what_a_message_needs_is_there(source: str, text: str) -> None:
    assert render(Template(subject="s", text=source), VALUES).text == text


def test_long_source_is_refused_before_it_is_read() -> None:
    with pytest.raises(TemplateBroken) as broken:
        render(Template(subject="s", text="x" * 100_001), VALUES)
    assert broken.value.code == "template_too_long"


def test_long_result_is_refused() -> None:
    values = variables_for(make_lead(), Campaign(campaign_id=uuid.uuid4(), offer="x" * 2_000), Account(user_id=uuid.uuid4()))
    with pytest.raises(TemplateBroken) as broken:
        render(Template(subject="s", text="{{ offer }}" * 9_000), values)
    assert broken.value.code == "template_too_long"


def test_broken_template_breaks_for_the_next_lead_too() -> None:
    for _ in range(2):
        with pytest.raises(TemplateBroken, match="is not available"):
            render(Template(subject="s", text="{{ 2 * 2 }}"), VALUES)


_SCRAPS = st.sampled_from(
    [
        "{{ ",
        " }}",
        "{% ",
        " %}",
        "if ",
        "else",
        "endif",
        "lead",
        ".first_name",
        "offer",
        "|upper",
        " ~ ",
        "'",
        "(",
        ")",
        "x",
        "\n",
        "<",
        "for ",
    ]
)


@given(st.lists(_SCRAPS | st.text(max_size=5), max_size=20).map("".join))
def test_any_template_renders_or_is_broken(source: str) -> None:
    try:
        found = render(Template(subject=source, text=source, html=source), VALUES)
    except TemplateBroken:
        return
    assert "\n" not in found.subject
    assert "\x00" not in found.subject + found.text + found.html
