"""The arrows of docs/architecture.md, held by a test."""

import ast
import subprocess
import sys
from importlib.metadata import files
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {
    "schemas": set(),
    "transforms": {"schemas"},
    "pipeline": {"schemas", "transforms"},
    "runners": {"schemas", "transforms", "pipeline"},
    "evaluation": {"schemas", "transforms"},
    "mmscrub": {"schemas", "transforms", "pipeline", "runners", "evaluation"},
}
HEAVY = {
    "spacy",
    "onnxruntime",
    "cv2",
    "rapidocr",
    "torch",
    "transformers",
    "easyocr",
    "datasets",
    "phonenumbers",
}


def modules(package):
    return sorted((ROOT / package).rglob("*.py"))


def imports(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module.split(".")[0]


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_follow_the_arrows(package):
    allowed = MAY_IMPORT[package] | {package}
    for path in modules(package):
        ours = set(imports(path)) & set(MAY_IMPORT)
        assert ours <= allowed, f"{path.relative_to(ROOT)} imports {sorted(ours - allowed)}"


def test_no_runner_is_named_in_the_pipeline_or_the_transforms():
    for package in ("pipeline", "transforms"):
        for path in modules(package):
            text = path.read_text("utf-8")
            assert not any(
                name in text for name in ("FnApiRunner", "DataflowRunner", "FlinkRunner", "SparkRunner")
            ), path


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_every_top_level_package_comes_from_this_distribution(package):
    module = __import__(package)
    assert Path(module.__file__).resolve().parent == ROOT / package or any(
        str(file) == f"{package}/__init__.py" for file in files("mmscrub") or ()
    )


def test_importing_the_face_loads_no_model_library():
    code = f"import sys, mmscrub, mmscrub.cli; print(sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_folder_that_shadows_a_package_is_named(tmp_path):
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "__init__.py").write_text("")
    done = subprocess.run(
        [sys.executable, "-m", "mmscrub", "--help"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert str(tmp_path / "schemas") in done.stderr


def test_a_shadowing_folder_does_no_harm_with_a_safe_path(tmp_path):
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "__init__.py").write_text("")
    done = subprocess.run(
        [sys.executable, "-P", "-m", "mmscrub", "--help"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
