"""Checks stack files: Docker's schema of Compose v3.8, Docker's own loader, the plan's table.

Started by `.ci/stacks`, which installs what this needs. Exit status 0: all files are right.
"""

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import distribution

import yaml
from jsonschema import Draft4Validator, FormatChecker

STACKS = "scenarios/stacks/*.yml"
SCHEMA = "compose/config/config_schema_v3.8.json"

# Migration plan, Current State: containers per category, today.
PLAN = {
    "Infrastructure": 7,
    "Appwrite": 22,
    "Authentication": 3,
    "Microservices": 5,
    "Frontend": 5,
    "Databases": 4,
    "Mail Server": 18,
    "Monitoring": 4,
    "Other": 2,
}

VARIABLE = re.compile(r"\$(?:(\$)|(\w+)|\{(\w+)(?:(:?[-?])([^}]*))?\})")
DURATION = re.compile(r"(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+")

# Each must be refused; else the checks check nothing.
WRONG = {
    "an unknown key": "services: {a: {imag: 'x:1'}}",
    "a number that is none": "services: {a: {image: 'x:1', deploy: {replicas: two}}}",
    "a duration without a unit": "services: {a: {image: 'x:1', healthcheck: {interval: soon}}}",
    "a network that nobody declares": "services: {a: {image: 'x:1', networks: [nowhere]}}",
}
RIGHT = "services: {a: {image: 'x:${TAG:-1}', x-wssim: {workers: 1}, deploy: {replicas: 2}}}"


def substitute(value):
    """Replaces variables in every text below `value`, as Docker does before it looks at types."""
    if isinstance(value, dict):
        return {key: substitute(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [substitute(inner) for inner in value]
    return VARIABLE.sub(replacement, value) if isinstance(value, str) else value


def replacement(match):
    dollar, plain, name, operator, default = match.groups()
    if dollar:
        return "$"
    found = os.environ.get(plain or name)
    if found is None or (found == "" and operator and operator.startswith(":")):
        if operator and operator.endswith("?"):
            raise ValueError(f"{name} is not set: {default}")
        return default or ""
    return found


def schema_validator():
    schema = json.loads(distribution("docker-compose").locate_file(SCHEMA).read_text())
    formats = FormatChecker(formats=())
    formats.checks("duration")(lambda text: bool(DURATION.fullmatch(str(text))))
    return Draft4Validator(schema, format_checker=formats)


def against_schema(validator, document):
    for error in validator.iter_errors(document):
        place = ".".join(str(part) for part in error.absolute_path)
        yield f"{place or 'top level'}: {error.message}"


def undeclared(document):
    """Networks and secrets that a service uses and the file does not declare."""
    for name, service in document.get("services", {}).items():
        for kind in ("networks", "secrets"):
            for used in service.get(kind, []):
                if used != "default" and used not in document.get(kind, {}):
                    yield f"services.{name}.{kind}: {used} is not declared"


def against_docker(text):
    """What Docker's own loader says; it asks no daemon."""
    with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
        file.write(text)
        file.flush()
        command = ["docker", "stack", "config", "-c", file.name]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return [] if done.returncode == 0 else [f"docker stack config: {done.stderr.strip()}"]


def has_docker():
    if not shutil.which("docker"):
        return False
    command = ["docker", "stack", "config", "--help"]
    return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0


def mistakes(validator, text, docker):
    try:
        document = substitute(yaml.safe_load(text))
    except (yaml.YAMLError, ValueError) as error:
        return [str(error)]
    found = [*against_schema(validator, document), *undeclared(document)]
    return found + (against_docker(text) if docker else [])


def against_plan(documents):
    """Every service belongs to one category, and each category has as many as the plan counts."""
    counts = dict.fromkeys([*PLAN, "new"], 0)
    for path, document in documents.items():
        listed = [(name, kind) for kind, names in document["x-plan"].items() for name in names]
        names = sorted(name for name, _ in listed)
        if names != sorted(document["services"]):
            odd = set(names) ^ set(document["services"]) or "one twice"
            yield f"{path}: x-plan and services differ: {odd}"
        for _, kind in listed:
            counts[kind] = counts.get(kind, 0) + 1
    new = counts.pop("new")
    if counts != PLAN:
        yield f"the plan counts {PLAN}, the stack files have {counts}"
    print(f"{sum(counts.values())} containers of today as the plan counts them, {new} new with the plan")


def self_test(validator, docker):
    head = 'version: "3.8"\n'
    if found := mistakes(validator, head + RIGHT, docker):
        yield f"self-test: a right file was refused: {found}"
    for what, text in WRONG.items():
        if not mistakes(validator, head + text, docker=False):
            yield f"self-test: {what} was not seen"
    unknown_key = head + WRONG["an unknown key"]
    if docker and not against_docker(unknown_key):
        yield "self-test: Docker's loader took an unknown key"


def main(named):
    paths = named or sorted(glob.glob(STACKS))
    validator, docker = schema_validator(), has_docker()
    found = list(self_test(validator, docker))
    documents = {}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        bad = mistakes(validator, text, docker)
        found += [f"{path}: {mistake}" for mistake in bad]
        if not bad:
            documents[path] = yaml.safe_load(text)
    if not named and not found:
        found += against_plan(documents)
    for mistake in found:
        print(mistake, file=sys.stderr)
    services = sum(len(document["services"]) for document in documents.values())
    by = "the schema of Compose v3.8" + (" and by docker stack config" if docker else
                                         "; no docker with `stack config` here")
    print(f"{len(documents)} of {len(paths)} stack files are right, {services} services, by {by}")
    return 1 if found or not paths else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
