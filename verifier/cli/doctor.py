"""`verifier doctor`: is everything there that a verification needs, and what mends it."""

from __future__ import annotations

import os

import click


@click.command("doctor")
@click.option("--fix", is_flag=True, help="Mend what can be mended (engine, image, left-overs).")
@click.option("--prune", is_flag=True, help="Remove containers and snapshots of dead sessions.")
def command(*, fix: bool, prune: bool) -> int:
    """Check engine, image, disk, memory, certificates and left-overs; 1 if something is missing."""
    from verifier.cli._session import cache_folder, say
    from verifier.engine.health import examine, mend, prune_leftovers

    environ = dict(os.environ)
    home = cache_folder(environ)
    if fix:
        mend(environ, home, say)
    if fix or prune:
        click.echo(prune_leftovers(environ, home, snapshots=prune))
    items = examine(environ, home)
    for item in items:
        mark = "ok     " if item.ok else "MISSING"
        click.echo(f"{mark} {item.name:<13} {item.state}")
        if not item.ok:
            click.echo(f"        mend: {item.mend}")
    return 0 if all(i.ok for i in items) else 1
