"""`verifier explain`: what a detector or a factor is."""

from __future__ import annotations

import click


@click.command("explain")
@click.argument("topic", required=False)
def command(topic: str | None) -> int:
    """Say what TOPIC (a detector, a factor family, `verdicts`) means; without TOPIC list them."""
    from verifier.cli._topics import topics

    known = topics()
    if topic is None:
        width = max(len(name) for name in known)
        for name, text in known.items():
            click.echo(f"{name:<{width}}  {text.strip().splitlines()[0]}")
        return 0
    if topic not in known:
        import difflib

        near = difflib.get_close_matches(topic, known, n=1)
        hint = f"; did you mean '{near[0]}'?" if near else "; `verifier explain` lists all topics"
        msg = f"nothing is known about '{topic}'{hint}"
        raise click.UsageError(msg)
    click.echo(known[topic].strip())
    return 0
