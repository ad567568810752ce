"""`verifier image`: build, list, audit and itemise the mirror image."""

from __future__ import annotations

import os

import click


@click.group("image")
def command() -> None:
    """Build, list, audit and itemise the mirror image."""


@command.command("build")
def build() -> int:
    """Build the image unless an equal one is there; print its tag."""
    from verifier.cli._session import say
    from verifier.engine.bootstrap import require_engine
    from verifier.engine.image import ensure_image

    environ = dict(os.environ)
    client = require_engine(environ, progress=say, install=False)
    image = ensure_image(client, progress=say, environ=environ)
    click.echo(f"{image.tag}  base {image.base}")
    return 0


@command.command("list")
def list_() -> int:
    """List the mirror images on this engine."""
    from verifier.cli._session import say
    from verifier.engine.bootstrap import require_engine
    from verifier.engine.image import list_images

    client = require_engine(dict(os.environ), progress=say, install=False)
    for image in list_images(client):
        click.echo(f"{image.tag}  base {image.base}")
        for tool, version in sorted(image.versions.items()):
            click.echo(f"    {tool} {version}")
    return 0


@command.command("sbom")
def sbom() -> int:
    """Print the image's packages, their licences and a checksum of all files, as CycloneDX JSON."""
    from verifier.cli._cyclonedx import cyclonedx
    from verifier.cli._session import say
    from verifier.engine.bootstrap import require_engine
    from verifier.engine.image import ensure_image
    from verifier.engine.inventory import image_inventory

    environ = dict(os.environ)
    client = require_engine(environ, progress=say, install=False)
    image = ensure_image(client, progress=say, environ=environ)
    click.echo(cyclonedx(image_inventory(client, image)), nl=False)
    return 0


@command.command("audit")
def audit() -> int:
    """Ask a container of the image whether each attribute of the platform holds; 1 if one fails."""
    from verifier.cli._session import say
    from verifier.engine.bootstrap import require_engine
    from verifier.engine.image import audit_image, ensure_image
    from verifier.vercel.fidelity import Answer, score

    environ = dict(os.environ)
    client = require_engine(environ, progress=say, install=False)
    answers = audit_image(client, ensure_image(client, progress=say, environ=environ))
    for one in answers:
        a = one.attribute
        click.echo(f"{a.status.value:<13} {one.answer.value:<10} {a.id:<28} {a.title}")
        if one.answer is Answer.FAILS:
            click.echo(f"              saw: {one.observed}")
    total = score(answers)
    click.echo(
        f"{total.mirrored} mirrored, {total.approximated} approximated, {total.unknown} unknown, "
        f"{total.failed} failed of {total.total}; score {total.percent} %"
    )
    return 1 if total.failed else 0
