"""Checks the dashboard for Grafana: against Grafana's own types, and against a Prometheus that has metrics.

Started by `.ci/prometheus`: the dashboard, metrics.prom, the Prometheus' address. Exit status 0: Grafana's types of
version 10.1 know every key, Prometheus answers every expression, and where the file has its metric with a number.
"""

import json
import re
import sys
import urllib.parse
import urllib.request

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

# Expressions that are right to have no answer: they ask for what may be nothing.
MAY_BE_EMPTY = "> 0"


def lost(before, after, at=""):
    """Places of what Grafana's types do not know or take for something else."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key, value in before.items():
            if key not in after:
                yield f"{at}/{key}"
            else:
                yield from lost(value, after[key], f"{at}/{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (one, other) in enumerate(zip(before, after)):
            yield from lost(one, other, f"{at}/{number}")
    elif before != after:
        yield f"{at}: {before} is taken for {after}"


def through_grafana(dashboard):
    register_default_plugins()
    return json.loads(JSONEncoder(sort_keys=True).encode(Dashboard.from_json(dashboard)))


def ask(server, expression):
    query = urllib.parse.urlencode({"query": expression})
    with urllib.request.urlopen(f"{server}/api/v1/query?{query}", timeout=30) as answer:
        return json.load(answer)


def unanswered(dashboard, metrics, server):
    there = set(re.findall(r"^([a-z0-9_]+)\{", metrics, re.MULTILINE))
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            expression = re.sub(r"\$\w+", ".*", target["expr"])
            try:
                answer = ask(server, expression)
            except OSError as error:
                yield f"{expression}: {error}"
                continue
            names = set(re.findall(r"([a-z0-9_]+)\{", expression))
            due = names <= there and MAY_BE_EMPTY not in expression
            if answer["status"] != "success" or (due and not answer["data"]["result"]):
                yield f"{expression}: {answer}"


def main(dashboard, metrics, server):
    with open(dashboard, encoding="utf-8") as file:
        dashboard = json.load(file)
    with open(metrics, encoding="utf-8") as file:
        metrics = file.read()
    troubles = [*lost(dashboard, through_grafana(dashboard)), *unanswered(dashboard, metrics, server)]
    # A defect must be found; else the checks check nothing.
    wrong = {**dashboard, "unheardOf": 1, "panels": [{"targets": [{"expr": "topk(20, up{)"}]}]}
    if not [*lost(wrong, through_grafana(dashboard))] or not [*unanswered(wrong, metrics, server)]:
        troubles.append("planted defects are not found")
    count = sum(len(panel.get("targets", [])) for panel in dashboard["panels"])
    print("\n".join(troubles) or f"dashboard: Grafana knows every key, Prometheus answers {count} expressions")
    return 1 if troubles else 0


sys.exit(main(*sys.argv[1:]))
