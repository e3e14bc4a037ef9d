"""The command `wattlink` and everything below it."""

import click

from wattlink.cli.administration.applications import application
from wattlink.cli.administration.identity_services import identity_service
from wattlink.cli.administration.keys import key
from wattlink.cli.administration.operators import operator
from wattlink.cli.administration.organizations import organization
from wattlink.cli.administration.registrations import registration
from wattlink.cli.administration.vendors import vendor
from wattlink.cli.database import migrate
from wattlink.cli.dial_in import dial_in
from wattlink.cli.failures import Group
from wattlink.cli.master_key import master_key
from wattlink.cli.one_machine.demo import demo
from wattlink.cli.one_machine.up import up
from wattlink.cli.sandbox import demo_app, sandbox
from wattlink.cli.serve import serve
from wattlink.cli.status import status
from wattlink.cli.work import work


@click.group(cls=Group)
@click.version_option(package_name="wattlink")
def wattlink() -> None:
    """Links end users' energy devices to apps."""


_COMMANDS = (
    *(demo, up),
    *(serve, work, dial_in, sandbox, demo_app),
    *(migrate, status),
    *(organization, operator, application, key, identity_service, registration, vendor, master_key),
)
for _command in _COMMANDS:
    wattlink.add_command(_command)
