"""A recipe: everything one run depends on, as a value with a digest."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from verifier.model.environment import Environment
from verifier.model.source import SourceTree


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A source snapshot built in an environment; the engine turns it into a `Run`."""

    source: SourceTree
    environment: Environment

    def digest(self, salt: bytes) -> str:
        """The cache key of a trial; values of variables enter as salted hashes."""
        env = self.environment
        facts = {
            "source": self.source.digest(),
            "driver": env.driver.value,
            "node": env.node_major,
            "manager": [env.manager.manager.value, env.manager.major],
            "tree": [
                env.tree.mode.value,
                env.tree.found,
                sorted((p.name, p.version) for p in env.tree.added),
                sorted(env.tree.removed),
                env.tree.install_command,
            ],
            "variables": sorted(
                (v.name, None if v.value is None else v.value.digest(salt)) for v in env.variables
            ),
            "settings": [
                env.settings.framework,
                env.settings.node_version,
                env.settings.root_directory,
                env.settings.install_command,
                env.settings.build_command,
                env.settings.output_directory,
                env.settings.created_at_ms,
                env.settings.plan,
            ],
            "script": env.build_script,
            "limits": [
                env.limits.memory_mib,
                env.limits.cpus,
                env.limits.pids,
                env.limits.disk_mib,
                env.limits.files,
                env.limits.build_s,
                env.limits.log_mib,
            ],
            "rest": [env.network.value, env.user, env.locale, env.timezone],
            "stand-ins": [env.font_sheets, env.any_pnpm],
        }
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
