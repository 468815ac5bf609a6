"""Checks files of results against their published schema, by a validator that is not ours.

Started by `.ci/schema`: the schema, then files of results. Exit status 0: all are as described, and defects
that are planted in them are found.
"""

import copy
import json
import sys

from jsonschema import Draft202012Validator

# Each must be refused; else the checks check nothing.
DEFECTS = {
    "a missing key": lambda results: results.pop("seed"),
    "a missing key of an element": lambda results: first(results).pop("unit"),
    "an unknown key": lambda results: results.update({"unheard-of": 1}),
    "an unknown key of an element": lambda results: first(results).update({"unheard-of": 1}),
    "an unknown label of an element": lambda results: first(results)["labels"].update({"colour": "red"}),
    "a number that is none": lambda results: results.update(requests="many"),
    "a unit of an element that is none": lambda results: first(results).update(unit=1),
    "an unknown reason to stop": lambda results: results.update(stopped_by="boredom"),
    "another version": lambda results: results.update(schema_version=2),
    "another command's key": lambda results: results.update(
        {"parameters" if results["command"] != "sweep" else "sets": []}
    ),
}


def first(value):
    """The first number with labels; an empty one where there is none."""
    if isinstance(value, dict):
        if {"name", "labels", "unit"} <= value.keys():
            return value
        value = list(value.values())
    inner = (first(one) for one in value if isinstance(one, (dict, list)))
    return next((one for one in inner if one), {})


def wrong(validator, results):
    for error in validator.iter_errors(results):
        place = "/".join(str(part) for part in error.absolute_path)
        yield f"{place or 'top level'}: {error.message[:300]}"


def main(schema, files):
    with open(schema, encoding="utf-8") as file:
        schema = json.load(file)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    troubles, commands = [], set()
    for name in files:
        with open(name, encoding="utf-8") as file:
            results = json.load(file)
        commands.add(results["command"])
        troubles += [f"{name}: {one}" for one in wrong(validator, results)]
        for what, plant in DEFECTS.items():
            defective = copy.deepcopy(results)
            if "element" in what and not first(defective):
                continue
            plant(defective)
            if validator.is_valid(defective):
                troubles.append(f"{name}: {what} is not found")
    lacking = set(schema["properties"]["command"]["enum"]) - commands
    troubles += [f"no results of {one} were looked at" for one in sorted(lacking)]
    print("\n".join(troubles) or f"{len(files)} files of results are as described; planted defects are found")
    return 1 if troubles else 0


sys.exit(main(sys.argv[1], sys.argv[2:]))
