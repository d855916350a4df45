"""Mails: `email/offer`, `email/sequence`, what their YAML needs, and mails as files (`email`).

A mail says the brief's own words between lines from `wording.yaml`, none of which promises or claims anything; no model
is asked. What programs for mailings put in place of names and links is data (`platforms.yaml`), and so is what a
subject may not say (`subjects.yaml`).
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from aigc import Extension, hookimpl
from aigc_plugins.email.mail_checks import (
    has_one_link,
    mail_can_be_left,
    mail_days_ascend,
    mails_have_matter,
    no_spam_words,
    subject_reads_well,
    subject_said_once,
)
from aigc_plugins.email.mail_files import mail_files
from aigc_plugins.email.mail_lists import merge_fields
from aigc_plugins.email.mail_parts import mail_part
from aigc_plugins.email.mail_series import mail_series

if TYPE_CHECKING:
    import jinja2


@hookimpl
def aigc_content_types() -> Sequence[Path]:
    return (Path(str(files("aigc_plugins.templates").joinpath("email"))),)


@hookimpl
def aigc_checks() -> Sequence[Extension]:
    return (
        has_one_link,
        mail_can_be_left,
        mail_days_ascend,
        mails_have_matter,
        no_spam_words,
        subject_reads_well,
        subject_said_once,
    )


@hookimpl
def aigc_exporters() -> Sequence[Extension]:
    return (mail_files,)


@hookimpl
def aigc_environment(environment: jinja2.Environment) -> None:
    environment.globals.update(mail_part=mail_part, mail_series=mail_series, merge_fields=merge_fields)
