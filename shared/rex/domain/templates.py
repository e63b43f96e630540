"""Jinja as far as a message needs it: variables, conditions and a few filters; nothing that repeats, calls or grows.

Who writes a template is not trusted with the worker. So its tree is checked before it is compiled: without loops, assignments, calls
and multiplication the time and size of a result are bounded by the template's own. The sandbox stands behind that.
"""

from functools import lru_cache
from typing import Any

from jinja2 import Environment, Undefined, nodes
from jinja2 import Template as Compiled
from jinja2.sandbox import SandboxedEnvironment
from pydantic import BaseModel, ConfigDict

from rex.domain.tasks import Template
from rex.domain.template_variables import VARIABLES, trial_values
from rex.domain.wording import as_html, calm, one_line, printable, tidy
from rex.errors import RexError

LONGEST_SOURCE = 100_000
_LONGEST = {"subject": 998, "text": 100_000, "html": 200_000}  # what a message of the database holds

_FILTERS = ("capitalize", "d", "default", "e", "escape", "lower", "title", "trim", "truncate", "upper", "urlencode")
_TESTS = ("defined", "undefined", "eq", "equalto", "ne", "in")
_NODES = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.CondExpr, nodes.Name, nodes.Getattr, nodes.Const, nodes.Filter,
    nodes.Test, nodes.And, nodes.Or, nodes.Not, nodes.Compare, nodes.Operand, nodes.Concat, nodes.Add, nodes.List, nodes.Tuple,
    nodes.Keyword,
)  # fmt: skip


class TemplateBroken(RexError):
    """A template cannot be rendered; the code is `template_broken` or `template_too_long`, the message is for its author alone."""

    def __init__(self, message: str, code: str = "template_broken") -> None:
        super().__init__(message)
        self.code = code


class Rendered(BaseModel):
    """One message, ready to be judged."""

    model_config = ConfigDict(frozen=True)

    subject: str
    text: str
    html: str


def check_template(template: Template) -> None:
    """Raises TemplateBroken with the part and what is wrong; a branch that is not taken is read too."""
    for part, source in (("subject", template.subject), ("text", template.text), ("html", template.html or "")):
        try:
            for lead_known in (True, False):
                _rendered(part, source, trial_values(lead_known=lead_known))
        except TemplateBroken as error:
            raise TemplateBroken(f"{part}: {error}", error.code) from error


def render(template: Template, values: dict[str, Any], *, plainly: bool = False) -> Rendered:
    """A message from a template and `variables_for` its lead; plainly: nothing shouted, and the html made from the text."""
    subject, text = one_line(_rendered("subject", template.subject, values)), tidy(_rendered("text", template.text, values))
    if plainly:
        subject, text = calm(subject), calm(text)
    own_html = None if plainly or template.html is None else _rendered("html", template.html, values)
    return Rendered(subject=subject, text=text, html=_within("html", own_html or as_html(text)))


def _rendered(part: str, source: str, values: dict[str, Any]) -> str:
    compiled = _compiled(source, is_html=part == "html")
    try:
        return printable(_within(part, compiled.render(values)))
    except TemplateBroken:
        raise
    except Exception as error:  # whatever a foreign template raises is the template's fault
        raise TemplateBroken(str(error)) from error


def _within(part: str, text: str) -> str:
    if len(text) > _LONGEST[part]:
        raise TemplateBroken("The message is too long.", "template_too_long")
    return text


def _environment(*, autoescape: bool) -> Environment:
    environment = SandboxedEnvironment(autoescape=autoescape, trim_blocks=True, lstrip_blocks=True, undefined=Undefined)
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in _FILTERS}
    environment.tests = {name: environment.tests[name] for name in _TESTS}
    environment.tests["none"] = environment.tests["undefined"]
    return environment


_TEXT, _HTML = _environment(autoescape=False), _environment(autoescape=True)


def _compiled(source: str, *, is_html: bool) -> Compiled:
    found = _compile(source, is_html)
    if isinstance(found, TemplateBroken):
        raise found.with_traceback(None)
    return found


@lru_cache(maxsize=256)
def _compile(source: str, is_html: bool) -> Compiled | TemplateBroken:
    """A broken one is remembered too: every lead of a batch meets it."""
    if len(source) > LONGEST_SOURCE:
        return TemplateBroken(f"A template has at most {LONGEST_SOURCE} characters.", "template_too_long")
    environment = _HTML if is_html else _TEXT
    try:
        tree = environment.parse(source)
        _check(tree)
        return environment.from_string(tree)
    except TemplateBroken as error:
        return error
    except Exception as error:  # the parser's, the compiler's and Python's own errors, such as too deep a nesting
        return TemplateBroken(str(error))


def _check(tree: nodes.Template) -> None:
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _NODES):
            raise TemplateBroken(f"{type(node).__name__} is not available in templates.")
    fields = {id(each.node): f"{getattr(each.node, 'name', '')}.{each.attr}" for each in tree.find_all(nodes.Getattr)}
    named = [fields.get(id(each), each.name) for each in tree.find_all(nodes.Name)]
    unknown = sorted({*named, *fields.values()} - set(VARIABLES))
    if unknown:
        raise TemplateBroken(f"There is no variable {unknown[0]}; there are {', '.join(VARIABLES)}.")
