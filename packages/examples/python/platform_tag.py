"""Which wheels a library file may go into: the platform tag, worked out from what the file itself needs."""

from __future__ import annotations

import struct
import sysconfig
from pathlib import Path
from typing import Iterator, List, NamedTuple, Tuple

_machines = {62: "x86_64", 183: "aarch64"}
# What manylinux wheels may expect of every system, besides the loader.
_system_libraries = {"libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1"}
# The oldest glibc of a manylinux tag that installers of today know for both machines.
_oldest_glibc = (2, 17)


class ElfNeeds(NamedTuple):
    """What an ELF file needs of the system it is loaded on."""

    machine: str
    libraries: List[str]
    """Shared libraries by name."""
    versions: List[str]
    """Symbol versions, such as ``GLIBC_2.34``."""


def read_elf_needs(path: Path) -> ElfNeeds:
    """Reads the dynamic section and the version needs of a 64-bit little-endian ELF file.

    Raises:
        ValueError: the file is none, or is damaged
    """
    data = path.read_bytes()
    if data[:6] != b"\x7fELF\x02\x01":
        raise ValueError(f"{path}: no 64-bit little-endian ELF file")
    try:
        (machine,) = struct.unpack_from("<H", data, 18)
        (table,) = struct.unpack_from("<Q", data, 40)
        size, count = struct.unpack_from("<HH", data, 58)
        # Of each section: type, offset, size, and the section that holds its texts.
        headers = [struct.unpack_from("<4xI16xQQI", data, table + i * size) for i in range(count)]
        libraries: List[str] = []
        versions: List[str] = []
        for kind, offset, length, link in headers:
            texts = headers[link][1] if link < count else 0
            if kind == 6:
                entries = struct.iter_unpack("<qQ", data[offset : offset + length])
                libraries += [_text(data, texts + value) for tag, value in entries if tag == 1]
            elif kind == 0x6FFFFFFE:
                versions += [_text(data, texts + name) for name in _version_names(data, offset)]
    except (struct.error, IndexError, OverflowError, ValueError) as error:
        raise ValueError(f"{path}: damaged ELF file: {error}") from error
    return ElfNeeds(_machines.get(machine, f"machine{machine}"), libraries, versions)


def platform_tag(path: Path) -> str:
    """``manylinux_2_34_x86_64`` for a file that needs glibc 2.34; ``linux_x86_64``, which no index takes,
    for one that needs anything that is not everywhere; what Python says of itself on other systems."""
    if path.suffix != ".so":
        return sysconfig.get_platform().replace("-", "_").replace(".", "_")
    needs = read_elf_needs(path)
    numbers: List[Tuple[int, ...]] = [_oldest_glibc]
    for version in needs.versions:
        family, _, number = version.partition("_")
        if family != "GLIBC" or not number.replace(".", "").isdigit():
            return f"linux_{needs.machine}"
        numbers.append(tuple(int(part) for part in number.split(".")))
    others = [n for n in needs.libraries if n not in _system_libraries and not n.startswith("ld-linux")]
    if others or not needs.versions:
        return f"linux_{needs.machine}"
    major, minor = max(numbers)[:2]
    return f"manylinux_{major}_{minor}_{needs.machine}"


def _version_names(data: bytes, offset: int) -> Iterator[int]:
    """Where the names of the versions in a SHT_GNU_verneed section stand."""
    step = 1
    while step:
        count, first, step = struct.unpack_from("<2xH4xII", data, offset)
        at = offset + first
        for _ in range(count):
            name, following = struct.unpack_from("<8xII", data, at)
            yield name
            at += following
        offset += step


def _text(data: bytes, start: int) -> str:
    return data[start : data.index(b"\0", start)].decode("ascii", "replace")
