"""Runners that do with a pipeline's file what its CI system does, as far as the files of packaging/ci go.

Each takes the steps from the file, runs their shell parts with the system's own shell options, variables
and files, carries results from job to job, and skips what the system would skip. A form of expression
that a runner does not know is an error, so that no change of a file goes untested.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from tests.factories import ci_systems

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass
class Machine:
    """Where pipelines run.

    Attributes:
        origin: The repository that is built.
        folder: Holds the jobs' workspaces and what they keep.
        environ: What every process gets.
        between: Called with the repository before a job that releases is looked at.
    """

    origin: Path
    folder: Path
    environ: dict[str, str]
    between: Callable[[Machine], None]
    artifacts: dict[str, bytes] = field(default_factory=dict)
    log: str = ""

    def checkout(self, name: str, ref: str = "main") -> Path:
        """A workspace with the repository at a commit."""
        place = self.folder / name
        git(self.folder, "clone", "-q", str(self.origin), str(place))
        git(place, "checkout", "-q", "--detach", ref or "main")
        return place

    def shell(self, options: list[str], script: str, place: Path, environ: dict[str, str]) -> tuple[int, str]:
        """Runs a script from a file, as the systems do; its exit code and what it printed."""
        path = self.folder / "script.sh"
        path.write_text(script)
        done = subprocess.run(
            ["bash", *options, str(path)],
            cwd=place,
            env=self.environ | environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.log += f"$ {script}\n{done.stdout}\n[{done.returncode}]\n"
        return done.returncode, done.stdout

    def keep(self, place: Path, names: list[str]) -> None:
        """Takes files out of a workspace."""
        for name in names:
            if (place / name).is_file():
                self.artifacts[name] = (place / name).read_bytes()

    def bring(self, place: Path) -> None:
        """Puts the files that were kept into a workspace."""
        place.mkdir(parents=True, exist_ok=True)
        for name, content in self.artifacts.items():
            (place / name).write_bytes(content)


def git(place: Path, *arguments: str) -> str:
    """Runs git without anybody's configuration."""
    command = ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", *arguments]
    return subprocess.run(command, cwd=place, check=True, capture_output=True, text=True).stdout.strip()


# GitHub Actions


def github(machine: Machine, workflow: Path) -> bool:
    """Runs a workflow on a push to main; whether every job succeeded."""
    file = yaml.safe_load(workflow.read_text())
    pushed = git(machine.origin, "rev-parse", "main")
    needs: dict[str, Any] = {}
    for name, job in file["jobs"].items():
        before = {each: needs[each] for each in _listed(job.get("needs", []))}
        run = _GitHubJob(machine, name, job, before, pushed)
        if name != "judge":
            machine.between(machine)
        needs[name] = run.result()
    return all(each["result"] == "success" for each in needs.values())


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


class _GitHubJob:
    def __init__(
        self, machine: Machine, name: str, job: dict[str, Any], needs: dict[str, Any], sha: str
    ) -> None:
        self._machine, self._name, self._job = machine, name, job
        self._context: dict[str, Any] = {
            "github": {"event_name": "push", "ref": "refs/heads/main", "sha": sha},
            "needs": needs,
            "steps": {},
            "inputs": {},
            "runner": {"temp": str(machine.folder / f"{name}-temp")},
        }
        self._place: Path | None = None
        self._numbers = iter(range(1000))

    def result(self) -> dict[str, Any]:
        blocked = any(each["result"] != "success" for each in self._context["needs"].values())
        if not _wanted(self._job.get("if"), self._context, failed=blocked):
            return {"result": "skipped", "outputs": {}}
        failed = self._run(self._job["steps"], self._context, {})
        outputs = {key: filled(each, self._context) for key, each in self._job.get("outputs", {}).items()}
        return {"result": "failure" if failed else "success", "outputs": outputs}

    def _run(self, steps: list[dict[str, Any]], context: dict[str, Any], environ: dict[str, str]) -> bool:
        """Whether any of the steps failed."""
        failed = False
        for step in steps:
            assert step.keys() <= {"name", "id", "if", "uses", "with", "run", "shell", "env"}, step
            if not _wanted(step.get("if"), context, failed=failed):
                continue
            given = {key: filled(str(each), context) for key, each in step.get("with", {}).items()}
            variables = environ | {key: filled(each, context) for key, each in step.get("env", {}).items()}
            if "run" in step:
                assert "${{" not in step["run"], "an expression pasted into a script"
                ended, outputs = self._script(step, variables)
            else:
                ended, outputs = self._action(step["uses"], given)
            failed = failed or not ended
            context["steps"][step.get("id", "")] = {"outputs": outputs}
        return failed

    def _script(self, step: dict[str, Any], environ: dict[str, str]) -> tuple[bool, dict[str, str]]:
        assert self._place is not None
        number = next(self._numbers)
        files = {}
        for variable in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
            files[variable] = self._machine.folder / f"{self._name}-{number}-{variable}"
            files[variable].touch()
        options = ["--noprofile", "--norc", "-eo", "pipefail"] if step.get("shell") == "bash" else ["-e"]
        system = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(self._place),
            "RUNNER_TEMP": self._context["runner"]["temp"],
            "CI": "true",
        }
        code, _ = self._machine.shell(
            options, step["run"], self._place, system | environ | {k: str(v) for k, v in files.items()}
        )
        try:
            return code == 0, ci_systems.github_outputs(files["GITHUB_OUTPUT"].read_text())
        except ValueError:
            return False, {}

    def _action(self, name: str, given: dict[str, str]) -> tuple[bool, dict[str, str]]:
        known, _, version = name.partition("@")
        if known.startswith("./"):
            return self._composite(known, given)
        assert re.fullmatch(r"[0-9a-f]{40}", version), f"{name} is not pinned by commit"
        if known == "actions/checkout":
            assert given["persist-credentials"] == "False"
            self._place = self._machine.checkout(self._name, given.get("ref", ""))
        elif known == "actions/upload-artifact":
            assert self._place is not None
            self._machine.keep(self._place, [given["path"]])
        elif known == "actions/download-artifact":
            self._machine.bring(Path(given["path"]))
            return bool(self._machine.artifacts), {}
        else:
            assert known == "actions/setup-python", name
        return True, {}

    def _composite(self, name: str, given: dict[str, str]) -> tuple[bool, dict[str, str]]:
        assert self._place is not None
        action = yaml.safe_load((self._place / name / "action.yml").read_text())
        assert given.keys() <= action["inputs"].keys()
        inputs = {key: given.get(key, str(each["default"])) for key, each in action["inputs"].items()}
        context = {"inputs": inputs, "steps": {}}
        failed = self._run(action["runs"]["steps"], context, {"GITHUB_ACTION_PATH": str(self._place / name)})
        outputs = {key: filled(each["value"], context) for key, each in action["outputs"].items()}
        return not failed, outputs


def filled(text: str, context: dict[str, Any]) -> str:
    """A text with its expressions replaced by their values; what is not there is empty."""
    return re.sub(r"\$\{\{ *([a-z][\w.-]*) *\}\}", lambda found: _looked_up(found[1], context), str(text))


def _looked_up(path: str, context: dict[str, Any]) -> str:
    value: Any = context
    for part in path.split("."):
        value = value.get(part, {}) if isinstance(value, dict) else {}
    return value if isinstance(value, str) else ""


def _wanted(condition: str | None, context: dict[str, Any], *, failed: bool) -> bool:
    """Whether a step or job runs. Without a word about the status it needs everything before it."""
    if condition is None:
        return not failed
    terms = condition.removeprefix("${{").removesuffix("}}").strip().split(" && ")
    if any(each in ("always()", "!cancelled()") for each in terms):
        assert len(terms) == 1, condition
        return True
    found = [re.fullmatch(r"([a-z][\w.-]*) == '([^']*)'", each) for each in terms]
    assert all(found), f"an expression this runner does not know: {condition}"
    # GitHub compares text without looking at capital letters.
    equal = [_looked_up(each[1], context).lower() == each[2].lower() for each in found if each]
    return not failed and all(equal)


# GitLab


def gitlab(machine: Machine, template: Path) -> bool:
    """Runs a pipeline on the default branch; whether every job succeeded."""
    file = yaml.safe_load(template.read_text())
    stages, hidden = file.pop("stages"), {name: job for name, job in file.items() if name.startswith(".")}
    variables: dict[str, str] = {}
    succeeded: set[str] = set()
    jobs = {name: _merged(job, hidden) for name, job in file.items() if name not in hidden}
    for name, job in sorted(jobs.items(), key=lambda each: stages.index(each[1]["stage"])):
        if job.get("rules"):
            assert job["rules"] == [{"if": "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"}]
            machine.between(machine)
        needed = [each["job"] for each in job.get("needs", [])]
        if not set(needed) <= succeeded:
            continue
        place = machine.checkout(name)
        if needed:
            machine.bring(place)
        system = {"GITLAB_CI": "true", "CI": "true"}
        code, _ = machine.shell(
            ["-eo", "pipefail"], "\n".join(job["script"]) + "\n", place, system | variables | job["variables"]
        )
        kept = job.get("artifacts", {})
        if kept and (code == 0 or kept["when"] == "always"):
            machine.keep(place, [each for each in kept["paths"] if not each.endswith("/")])
            report = place / kept["reports"]["dotenv"]
            if report.is_file():
                try:
                    variables |= ci_systems.gitlab_dotenv(report.read_bytes())
                except ValueError:
                    code = code or 1
        if code == 0:
            succeeded.add(name)
    return succeeded == set(jobs)


def _merged(job: dict[str, Any], hidden: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return hidden[job["extends"]] | job


# Azure Pipelines


def azure(machine: Machine, pipeline: Path) -> bool:
    """Runs a pipeline on main; whether every job succeeded."""
    outputs: dict[str, str] = {}
    results: dict[str, bool] = {}
    for job in yaml.safe_load(pipeline.read_text())["jobs"]:
        assert job.keys() <= {"job", "dependsOn", "condition", "timeoutInMinutes", "variables", "steps"}
        before = all(results[each] for each in _listed(job.get("dependsOn", [])))
        if "dependsOn" in job:
            machine.between(machine)
        if not _azure_wanted(job.get("condition", "succeeded()"), outputs, succeeded=before):
            results[job["job"]] = False
            continue
        variables = {key: _azure_outputs(each, outputs) for key, each in job.get("variables", {}).items()}
        results[job["job"]] = _azure_job(machine, job, variables, outputs)
    return all(results.values())


def _azure_outputs(text: str, outputs: dict[str, str]) -> str:
    found = re.fullmatch(r"\$\[ dependencies\.judge\.outputs\['([\w.]+)'\] \]", text)
    assert found, text
    return outputs.get(found[1], "")


def _azure_wanted(condition: str, outputs: dict[str, str], *, succeeded: bool) -> bool:
    if condition == "always()":
        return True
    terms = re.fullmatch(r"and\(succeeded\(\), (.*)\)", condition)
    if terms is None:
        assert condition == "succeeded()", condition
        return succeeded
    values = {"variables['Build.SourceBranch']": "refs/heads/main"}
    values |= {f"dependencies.judge.outputs['{key}']": each for key, each in outputs.items()}
    pairs = re.findall(r"eq\(([^,]+), '([^']*)'\)", terms[1])
    assert ", ".join(f"eq({left}, '{right}')" for left, right in pairs) == terms[1]
    return succeeded and all(values.get(left, "").lower() == right.lower() for left, right in pairs)


def _azure_job(
    machine: Machine, job: dict[str, Any], variables: dict[str, str], outputs: dict[str, str]
) -> bool:
    place, succeeded = machine.checkout(job["job"]), True
    for step in _azure_steps(job["steps"], place):
        if not _azure_wanted(step.get("condition", "succeeded()"), outputs, succeeded=succeeded):
            continue
        if "publish" in step:
            machine.keep(place, [step["publish"]])
            succeeded = succeeded and (place / step["publish"]).is_file()
        if "download" in step:
            machine.bring(machine.folder / step["artifact"])
        if "bash" not in step:
            continue
        assert "$(" not in step["bash"]
        own = {
            key: each.replace("$(Pipeline.Workspace)", str(machine.folder))
            for key, each in step.get("env", {}).items()
        }
        # The bash task sets no options: the last command decides.
        system = {"TF_BUILD": "True", "BUILD_SOURCESDIRECTORY": str(place)}
        code, log = machine.shell(["--noprofile", "--norc"], step["bash"], place, system | variables | own)
        succeeded = succeeded and code == 0
        for command in ci_systems.azure_commands(log):
            if command.name == "task.setvariable":
                outputs[f"{step.get('name', '')}.{command.properties['variable']}"] = command.data
    return succeeded


def _azure_steps(steps: list[dict[str, Any]], place: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for step in steps:
        if "template" not in step:
            found.append(step)
            continue
        file = yaml.safe_load((place / step["template"]).read_text())
        given = {
            each["name"]: str(step["parameters"].get(each["name"], each["default"]))
            for each in file["parameters"]
        }
        for each in file["steps"]:
            assert "${{" not in each.get("bash", ""), "an expression pasted into a script"
            env = {key: filled(value, {"parameters": given}) for key, value in each.get("env", {}).items()}
            found.append(each | {"env": env})
    return found


# Jenkins


def jenkins(machine: Machine, jenkinsfile: Path) -> bool:
    """Runs a declarative pipeline on main in one workspace; whether every stage succeeded."""
    text = jenkinsfile.read_text()
    place = machine.checkout("workspace")
    temporary = machine.folder / "workspace@tmp"
    path = re.search(r'PATH = "([^"]*)"', text)
    assert path
    environ = {"JENKINS_URL": "https://ci.example/", "WORKSPACE_TMP": str(temporary)}
    environ["PATH"] = (
        path[1]
        .replace("${env.WORKSPACE_TMP}", str(temporary))
        .replace("${env.PATH}", machine.environ["PATH"])
    )
    for stage in text.split("stage(")[1:]:
        steps = stage.split("post {")[0]
        if "when {" in steps:
            assert "branch 'main'" in steps
            machine.between(machine)
            machine.bring(place)
            git(place, "fetch", "-q")
            git(place, "checkout", "-q", "--detach", "origin/main")
        scripts = re.findall(r"\bsh '([^']*)'", steps)
        assert len(scripts) == len(re.findall(r"\bsh\b(?! ?\{)", steps.replace(".sh", "")))
        codes = (machine.shell(["-xe"], script, place, environ)[0] for script in scripts)
        succeeded = all(code == 0 for code in codes)
        machine.keep(place, ["tsr.json"])
        if not succeeded:
            return False
    return True


RUNNERS: dict[str, tuple[Callable[[Machine, Path], bool], str]] = {
    "github": (github, "github/release-gate.yml"),
    "gitlab": (gitlab, "gitlab/aitr.gitlab-ci.yml"),
    "azure": (azure, "azure/azure-pipelines.yml"),
    "jenkins": (jenkins, "jenkins/Jenkinsfile"),
}
