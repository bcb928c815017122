"""Tells what shared libraries of any system export, import and ask for, as one JSON array."""

import json
import sys

import lief


def describe_elf(binary):
    return {
        "exports": [s.name for s in binary.exported_symbols],
        "imports": [s.name for s in binary.imported_symbols if s.name],
        "libraries": list(binary.libraries),
        "versions": sorted(
            {
                aux.name
                for requirement in binary.symbols_version_requirement
                for aux in requirement.get_auxiliary_symbols()
            }
        ),
        "stripped": not any(s.name == ".symtab" for s in binary.sections),
        "name": next(
            (e.name for e in binary.dynamic_entries if e.tag == lief.ELF.DynamicEntry.TAG.SONAME),
            "",
        ),
    }


def describe_pe(binary):
    return {
        "exports": [e.name for e in binary.get_export().entries],
        "imports": [f"{i.name}:{e.name}" for i in binary.imports for e in i.entries],
        "libraries": [i.name for i in binary.imports],
        "versions": [],
        "stripped": not list(binary.symbols),
        "name": binary.get_export().name,
    }


# What zig's linker puts into every library of macOS.
MADE_BY_THE_LINKER = {"_mh_dylib_header", "__dso_handle"}


def describe_macho(binary):
    exports = {s.name.removeprefix("_") for s in binary.exported_symbols}
    commands = lief.MachO.LoadCommand.TYPE
    own = [c.name for c in binary.libraries if c.command == commands.ID_DYLIB]
    return {
        "exports": sorted(exports - MADE_BY_THE_LINKER),
        "imports": [s.name for s in binary.imported_symbols],
        "libraries": [c.name for c in binary.libraries if c.command != commands.ID_DYLIB],
        "versions": [],
        "stripped": not any(s.segment_name == "__DWARF" for s in binary.sections),
        "name": own[0] if own else "",
    }


def describe(path):
    binary = lief.parse(path)
    if isinstance(binary, lief.ELF.Binary):
        return describe_elf(binary)
    if isinstance(binary, lief.PE.Binary):
        return describe_pe(binary)
    if isinstance(binary, lief.MachO.Binary):
        return describe_macho(binary)
    raise SystemExit(f"{path}: no ELF, PE or Mach-O file")


json.dump([describe(path) for path in sys.argv[1:]], sys.stdout)
