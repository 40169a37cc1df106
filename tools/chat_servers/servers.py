"""The servers that are asked: how each is installed and started, and under which names it answers."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.interop.environment import RUNNING, Environment, run
from tools.interop.server import free_port, process, wait_for

RIGHT_KEY = "sk-right"
INSIDE = Path(__file__).resolve().parent / "inside"
QUOTING = {
    "entities": [
        {"sentence": 1, "text": "Ana Ruiz", "before": "", "after": "", "label": "PERSON", "certainty": "high"},
        {"sentence": 1, "text": "EE. UU", "before": "", "after": "", "label": "GPE", "certainty": "high"},
    ],
    "relations": [{"head": 1, "child": 2, "label": "represents", "certainty": "high"}],
}
"""An answer about the article of the cases, as a model might give it; it serves for relations as well."""


@dataclass(frozen=True, slots=True)
class ChatServer:
    """A server: its name, the package whose version is told, and all that is installed with it."""

    name: str
    package: str
    packages: tuple[str, ...]
    variables: tuple[tuple[str, str], ...] = ()

    @property
    def folder(self) -> str:
        """The name of its environment."""
        return self.package


LLAMA = ChatServer(
    "llama-cpp-python's server",
    "llama-cpp-python",
    ("llama-cpp-python[server]==0.3.36", "gguf==0.19.0"),
    (("CMAKE_BUILD_PARALLEL_LEVEL", "1"), ("CMAKE_ARGS", "-DGGML_NATIVE=OFF -DLLAVA_BUILD=OFF -DGGML_OPENMP=OFF")),
)
LITELLM = ChatServer("litellm's proxy", "litellm", ("litellm[proxy]==1.108.7",))


def install(server: ChatServer, environment: Environment) -> str:
    """Install a server, and return the version of its package."""
    os.environ.update(server.variables)
    environment.install(server.packages)
    return environment.version(server.package)


@contextmanager
def llama(environment: Environment, folder: Path) -> Iterator[str]:
    """Run llama-cpp-python's server with a model made on the spot; yield the base of its API.

    It answers as ``tiny``, and as ``short`` with room for few tokens.
    """
    model = folder / "tiny.gguf"
    run([str(environment.python), "-I", str(INSIDE / "tiny_model.py"), str(model)], RUNNING)
    port = free_port()
    shared = {"model": str(model), "chat_format": "chatml", "n_threads": 1, "n_threads_batch": 1}
    settings = {
        "host": "127.0.0.1",
        "port": port,
        "api_key": RIGHT_KEY,
        "models": [
            {**shared, "model_alias": "tiny", "n_ctx": 16384},
            {**shared, "model_alias": "short", "n_ctx": 512},
        ],
    }
    (folder / "llama.json").write_text(json.dumps(settings), encoding="utf-8")
    command = [str(environment.python), "-m", "llama_cpp.server", "--config_file", str(folder / "llama.json")]
    with process(command, folder, {}) as check:
        wait_for(f"http://127.0.0.1:{port}/v1/models", check)
        yield f"http://127.0.0.1:{port}/v1"


@contextmanager
def litellm(environment: Environment, folder: Path, behind: str | None) -> Iterator[str]:
    """Run litellm's proxy, before another server where there is one; yield the base of its API."""
    port = free_port()
    mocks: dict[str, dict[str, object]] = {
        "quoting": {"mock_response": json.dumps(QUOTING)},
        "drafting": {"mock_response": '<think>{"entities": []}</think>```json\n' + json.dumps(QUOTING) + "\n```"},
        "talking": {"mock_response": "I am sorry, but I would rather not."},
        "busy": {"mock_response": "litellm.RateLimitError"},
        "full": {"mock_response": "litellm.ContextWindowExceededError"},
        "failing": {"mock_response": "litellm.InternalServerError"},
        "slow": {"mock_response": "late", "mock_delay": 60},
        "alone": {"api_base": "http://127.0.0.1:9/v1"},
        "behind": {"api_base": behind, "model": "openai/tiny", "api_key": RIGHT_KEY},
    }
    models = [
        {"model_name": name, "litellm_params": {"model": "openai/none", "api_key": "none", **more}}
        for name, more in mocks.items()
    ]
    settings = {
        "model_list": models,
        "litellm_settings": {"num_retries": 0},
        "router_settings": {"num_retries": 0, "disable_cooldowns": True},
        "general_settings": {"master_key": RIGHT_KEY},
    }
    (folder / "litellm.yaml").write_text(json.dumps(settings), encoding="utf-8")
    program = str(environment.python.with_name("litellm"))
    command = [program, "--config", str(folder / "litellm.yaml"), "--host", "127.0.0.1", "--port", str(port)]
    variables = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "NO_PROXY": "127.0.0.1"}
    with process(command, folder, variables) as check:
        wait_for(f"http://127.0.0.1:{port}/health/liveliness", check)
        yield f"http://127.0.0.1:{port}/v1"
