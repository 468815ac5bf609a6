"""Runs the script lines of scenarios/ci in a repository of stack files, as GitLab and GitHub would.

Started by `.ci/pipelines`, which installs what this needs; the argument is a scratch directory. Exit status 0: a merge
request that changes nothing that counts passes, one that takes a replica away fails and names the service and the
number, a mistake fails.
"""

import os
import subprocess
import sys
import xml.etree.ElementTree as tree

import yaml

STACK = """services:
  shop:
    image: shop:1
    deploy:
      replicas: {replicas}
      resources:
        limits: {{ cpus: "1.0" }}
"""

SCENARIO = """[scenario]
title = "A shop of two"
duration = "30s"
warmup = "5s"
stacks = ["../stacks/shop.yml"]

[node.one]
cores = 4
memory = "8 GB"

[service.shop]
workers = 4
memory = "500 MB"
endpoint.page.steps = [ { cpu = "exp(20ms)" } ]

[traffic.web]
entry = "shop.page"
arrivals = { kind = "poisson", rate = "40/s" }

[[claim]]
id = "fast"
text = "Half of the pages come within 100 ms"
source = "the shop's promise"
metric = 'response_time_seconds{entry="web", stat="p50"}'
expect = { max = "100ms" }
"""


def scripts():
    """The script lines of both templates, by name, with what the template sets in their environment."""
    with open("scenarios/ci/gitlab.yml") as file:
        job = yaml.safe_load(file)["wssim"]
    own = {name: value for name, value in job["variables"].items() if name.startswith("WSSIM_")}
    yield "gitlab", "\n".join(job["script"]), own
    with open("scenarios/ci/github.yml") as file:
        steps = yaml.safe_load(file)["jobs"]["wssim"]["steps"]
    step = next(step for step in steps if "WSSIM_BEFORE" in step.get("env", {}))
    yield "github", step["run"], step["env"]


def git(repository, *arguments):
    settings = ["-c", "user.name=a", "-c", "user.email=a@localhost", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *settings, *arguments], cwd=repository, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def write(repository, stack, scenario=SCENARIO):
    for path, text in (("stacks/shop.yml", stack), ("scenarios/shop.toml", scenario)):
        path = os.path.join(repository, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text)


def merge_request(scratch, name, stack, scenario=SCENARIO):
    """A repository in which a branch changes the stack file; the folder and the commit that it began from."""
    repository = os.path.join(scratch, name)
    os.makedirs(repository)
    git(repository, "init", "--quiet")
    write(repository, STACK.format(replicas=2))
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", "before")
    base = git(repository, "rev-parse", "HEAD")
    write(repository, stack, scenario)
    git(repository, "commit", "--quiet", "--all", "--message", "after")
    return repository, base


def run(script, environment, repository, base):
    told = {**os.environ, **environment, "WSSIM_BEFORE": base, "NO_COLOR": "1"}
    told["WSSIM_FLAGS"] = "--replications 10"
    told["WSSIM_LIMITS"] = "--limit node_cpu_utilization_ratio=50%"
    done = subprocess.run(["sh", "-eu", "-c", script], cwd=repository, env=told, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def expect(is_so, what, output):
    if not is_so:
        print(output)
        sys.exit(f"{what}: not so")


def main(scratch):
    fewer = STACK.format(replicas=1)
    same = "# A remark.\n" + STACK.format(replicas=2)
    bodies = set()
    for name, script, environment in scripts():
        bodies.add(script.strip())
        expect(environment["WSSIM_SCENARIOS"] == "scenarios/*.toml", f"{name}: the usual place", environment)

        repository, base = merge_request(scratch, f"{name}-good", same)
        status, output = run(script, environment, repository, base)
        expect(status == 0 and "0 regressed" in output, f"{name}: a remark passes", output)

        repository, base = merge_request(scratch, f"{name}-bad", fewer)
        status, output = run(script, environment, repository, base)
        expect(status == 1, f"{name}: a replica less fails", output)
        told = [line for line in output.splitlines() if "Regressed" in line and "shop" in line]
        expect(any("| 2 | 1 |" in line for line in told), f"{name}: names the service and the numbers", output)
        with open(os.path.join(repository, "out/summary.md")) as file:
            expect("Regressed" in file.read(), f"{name}: the summary says so", output)
        cases = tree.parse(os.path.join(repository, "out/scenarios-shop/junit.xml")).iter("testcase")
        failed = [case.get("name") for case in cases if case.find("failure") is not None]
        expect(any("shop" in case for case in failed), f"{name}: JUnit names the service", failed)
        expect(os.path.exists(os.path.join(repository, "out/scenarios-shop/report.html")), f"{name}: a report", output)
        expect(git(repository, "status", "--porcelain").strip() in ("", "?? out/"), f"{name}: leaves no traces", output)

        repository, base = merge_request(scratch, f"{name}-wrong", same, SCENARIO.replace("workers", "wrokers"))
        status, output = run(script, environment, repository, base)
        expect(status == 2 and "workers" in output, f"{name}: a mistake fails and is explained", output)
        with open(os.path.join(repository, "out/summary.md")) as file:
            expect("wrokers" in file.read(), f"{name}: in the summary, too", output)

        repository, base = merge_request(scratch, f"{name}-moved", same)
        os.rename(os.path.join(repository, "scenarios/shop.toml"), os.path.join(repository, "scenarios/my shop.toml"))
        status, output = run(script, environment, repository, base)
        told = "`scenarios/my shop.toml` is new." in output and "`scenarios/shop.toml` is gone." in output
        expect(status == 0 and told, f"{name}: what is new and what is gone is told", output)

        status, output = run(script, environment, repository, "")
        expect(status != 0 and "no commit" in output, f"{name}: needs a commit", output)
    expect(len(bodies) == 1, "both templates run the same lines", bodies)


main(sys.argv[1])
