import pytest

from scripts.pinned import loose_packages, loose_requirements, unpinned

HASH = "    --hash=sha256:" + "0" * 64


@pytest.mark.parametrize("line", ["numpy>=2 \\\n" + HASH, "numpy==2.4.6", "numpy"])
def test_a_requirement_without_a_version_or_a_hash_is_named(line: str) -> None:
    assert [*loose_requirements(line)] == [line.split(maxsplit=1)[0]]


def test_a_pinned_requirement_passes_with_its_marker_and_comments() -> None:
    text = f"numpy==2.4.6 ; sys_platform != 'win32' \\\n{HASH} \\\n{HASH}\n    # via librosa\n"
    assert not [*loose_requirements(text)]


def test_a_dependency_that_was_never_compiled_is_named() -> None:
    text = f"soundfile==0.14.0 \\\n{HASH}\n"
    assert [*unpinned(["SoundFile>=0.14", "coverage[toml]"], text)] == ["coverage"]


def test_an_npm_package_needs_a_hash_and_no_address() -> None:
    lock: dict[str, dict[str, dict[str, object]]] = {
        "packages": {
            "": {"name": "tutti"},
            "node_modules/good": {"integrity": "sha512-x"},
            "node_modules/bare": {},
            "node_modules/elsewhere": {
                "integrity": "sha512-x",
                "resolved": "https://example.org/x",
            },
        }
    }
    assert [*loose_packages(lock)] == ["node_modules/bare", "node_modules/elsewhere"]
