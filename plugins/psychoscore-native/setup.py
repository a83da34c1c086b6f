"""Builds the C sources into one library, which ctypes loads: no Python headers, one wheel for every Python.

Where there is no C compiler, or one that does not know GNU C, the package installs without the library.
"""

from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext

SOURCES = sorted(path.as_posix() for path in Path("psychoscore_native/c").glob("*.c"))
HEADERS = sorted(path.as_posix() for path in Path("psychoscore_native/c").glob("*.h"))
FLAGS = ["-O3", "-std=gnu11", "-ffp-contract=fast", "-fno-math-errno", "-fno-trapping-math", "-fvisibility=hidden"]


class Library(build_ext):
    """A library without a Python module's name and entry."""

    def get_ext_filename(self, fullname: str) -> str:
        return fullname.replace(".", "/") + ".so"

    def get_export_symbols(self, ext: Extension) -> list[str]:
        return []


class Wheel(bdist_wheel):
    """A wheel that depends on the system, not on the version of Python."""

    def get_tag(self) -> tuple[str, str, str]:
        return "py3", "none", super().get_tag()[2]


setup(
    cmdclass={"build_ext": Library, "bdist_wheel": Wheel},
    ext_modules=[
        Extension(
            "psychoscore_native.step",
            SOURCES,
            depends=HEADERS,
            extra_compile_args=FLAGS,
            extra_link_args=["-lm", "-pthread"],
            optional=True,
        )
    ],
)
