"""What the environment may choose about a stack, and what it is told when it asks for what cannot be."""

import pytest

from local.options import CLI_JWT_SECRET, HostedSupabase, LanguageModel, Options, OptionsWrong

KEYS = {"SUPABASE_PUBLISHABLE_KEY": "sb_publishable_1", "SUPABASE_SECRET_KEY": "sb_secret_1"}
HOSTED = {"SUPABASE_URL": "https://abc.supabase.co/", **KEYS}


def test_nothing_set_is_the_embedded_stack_on_the_known_ports() -> None:
    assert Options.of({}) == Options(front_port=8787, supabase_port=54321, hosted=None)


def test_empty_variables_are_as_good_as_none() -> None:
    assert Options.of({"REX_PORT": "", "SUPABASE_URL": "", "REX_DATABASE_URL": ""}) == Options.of({})


def test_language_model_has_a_key_only_where_one_is_given() -> None:
    assert Options.of({}).model == LanguageModel(base_url="https://api.openai.com/v1", api_key="")
    given = {"OPENAI_API_KEY": "sk-1", "REX_OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
    assert Options.of(given).model == LanguageModel(base_url="http://127.0.0.1:9/v1", api_key="sk-1")


def test_hosted_project_replaces_the_embedded_one() -> None:
    options = Options.of({**HOSTED, "REX_DATABASE_URL": "postgresql://x"})

    assert options.hosted == HostedSupabase(
        url="https://abc.supabase.co", publishable_key="sb_publishable_1", secret_key="sb_secret_1", database_url="postgresql://x",
        jwt_secret=CLI_JWT_SECRET,
    )  # fmt: skip
    assert not options.hosted.on_loopback


def test_older_name_of_the_secret_key_is_known() -> None:
    environ = {**HOSTED, "SUPABASE_SERVICE_ROLE_KEY": "older"}
    del environ["SUPABASE_SECRET_KEY"]

    hosted = Options.of(environ).hosted

    assert hosted is not None
    assert hosted.secret_key == "older"


@pytest.mark.parametrize("url", ["http://127.0.0.1:54321", "http://localhost:54321", "http://[::1]:54321"])
def test_project_on_this_machine_is_seen_as_such(url: str) -> None:
    hosted = Options.of({**HOSTED, "SUPABASE_URL": url}).hosted

    assert hosted is not None
    assert hosted.on_loopback


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"SUPABASE_URL": "https://abc.supabase.co"}, "SUPABASE_PUBLISHABLE_KEY"),
        ({**HOSTED, "SUPABASE_SECRET_KEY": ""}, "SUPABASE_SECRET_KEY"),
        ({**HOSTED, "SUPABASE_URL": "abc.supabase.co"}, "https://"),
        ({"REX_PORT": "web"}, "REX_PORT"),
        ({"REX_SUPABASE_PORT": "70000"}, "REX_SUPABASE_PORT"),
        ({"REX_PORT": "9000", "REX_SUPABASE_PORT": "9000"}, "both 9000"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_change(environ: dict[str, str], told: str) -> None:
    with pytest.raises(OptionsWrong, match=told):
        Options.of(environ)
