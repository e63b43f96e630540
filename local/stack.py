"""One stack from its first part to the file that says it answers."""

import asyncio
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from local.aws.client import LocalAws
from local.aws.functions import Functions, build_template, deploy
from local.credentials import Credentials
from local.database import migrate, prepare
from local.home import Home, write_whole
from local.options import HostedSupabase, Options
from local.parts import Parts
from local.project import Project, embedded, hosted
from local.sample import Mailboxes, Sample, make_sample
from local.supervisor import Supervisor
from local.tools import layer_packages, ministack_python
from local.warm import warm

_DATABASE = "rex"


@dataclass(frozen=True, kw_only=True)
class Stack:
    """What the steps of a start share."""

    home: Home
    options: Options
    credentials: Credentials
    ports: Mapping[str, int]
    supervisor: Supervisor
    parts: Parts

    async def start(self) -> None:
        """Start every part in order; when this returns, everything answers and the stack's file says where."""
        python = await ministack_python(self._say)
        packages = await layer_packages(self._say)
        self._clear_aws()
        template = asyncio.create_task(asyncio.to_thread(build_template, self.home, python, packages))
        project = await self._start_project()
        await self.parts.start_sink()
        await self.parts.start_aws(python)
        functions = await self._deploy(await template, project)
        sample = await self._make_sample(project)
        await self.parts.start_front_door()
        await self._open(project, sample, functions)

    async def _start_project(self) -> Project:
        if self.options.hosted:
            return await self._use_hosted(self.options.hosted)
        cluster = await self.parts.start_postgres()
        url = await asyncio.to_thread(prepare, cluster, _DATABASE, self.credentials.owner_password)
        self._say("the database has the newest migration")
        await self.parts.start_supabase(url, self._front_url)
        return embedded(self.ports["supabase"], self.credentials, url)

    async def _use_hosted(self, options: HostedSupabase) -> Project:
        project = await asyncio.to_thread(hosted, options)
        self._say(f"using the Supabase project at {project.url}: no Postgres, PostgREST or Auth of our own; tokens by {project.auth_mode}")
        if project.database_url:
            applied = await asyncio.to_thread(migrate, project.database_url)
            self._say(f"migrations applied to it: {', '.join(applied) or 'none was missing'}")
        else:
            self._say("REX_DATABASE_URL is not set: the project must have REX's migrations already, and no sample account is made")
        return project

    async def _deploy(self, template: dict[str, Any], project: Project) -> Functions:
        key, model = self.credentials.signing_key, self.options.model
        functions = await asyncio.to_thread(deploy, self._aws, template, project, self._front_url, key, model, self._mailboxes)
        self._say(f"template.yaml is deployed: {len(functions.names)} resources")
        return functions

    async def _make_sample(self, project: Project) -> Sample | None:
        if not project.database_url:
            return None
        mailboxes = self._mailboxes
        password = self.credentials.sample_password
        return await asyncio.to_thread(make_sample, project, project.database_url, password, mailboxes, self._aws)

    async def _open(self, project: Project, sample: Sample | None, functions: Functions) -> None:
        """Say where everything is once the first page is quick, then start what schedules would start in a minute."""
        if sample:
            await warm(self._api_url, project, sample)
        write_whole(self.home.stack_file, json.dumps(self._describe(project, sample), indent=2) + "\n")
        await asyncio.to_thread(functions.start_scheduled)
        self._say(f"everything answers: {self._front_url}  (make mission in a second terminal; make stop or Ctrl-C ends it)")

    def _describe(self, project: Project, sample: Sample | None) -> dict[str, Any]:
        return {
            "command_center_url": self._front_url, "api_url": self._api_url, "supabase_url": project.public_url,
            "publishable_key": project.publishable_key, "secret_key": project.secret_key, "database_url": project.database_url,
            "outbox": str(self.home.outbox), "user": asdict(sample) if sample else None,
        }  # fmt: skip

    @property
    def _mailboxes(self) -> Mailboxes:
        return Mailboxes(port=self.ports["sink"], password=self.credentials.inbox_password)

    @property
    def _front_url(self) -> str:
        return f"http://localhost:{self.ports['front']}"

    @property
    def _api_url(self) -> str:
        return f"{self._front_url}/api/rex"

    @property
    def _aws(self) -> LocalAws:
        return LocalAws(port=self.ports["aws"])

    def _clear_aws(self) -> None:
        """The local AWS keeps nothing from one run to the next."""
        shutil.rmtree(self.home.aws, ignore_errors=True)
        (self.home.aws / "tmp").mkdir(parents=True)

    def _say(self, text: str) -> None:
        self.supervisor.voice.say(text)
