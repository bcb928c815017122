// What an installation consists of: every file and link with its content, relative to the prefix.
// Invariant: nothing in it names the prefix, so an installed tree may be moved as a whole.

import { existsSync, lstatSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { sourceDigits, sourceHash } from "../scripts/amalgamate.mjs";
import { BuildError, PACKAGE_ROOT, packageVersion } from "../scripts/objects.mjs";

/**
 * @typedef {object} LayoutFile
 * @property {"file"} kind
 * @property {string} path Relative to the prefix, with forward slashes.
 * @property {Buffer} content
 * @property {number} mode
 */
/**
 * @typedef {object} LayoutLink
 * @property {"link"} kind
 * @property {string} path Relative to the prefix, with forward slashes.
 * @property {string} target What the link says, relative to its own folder.
 */
/** @typedef {LayoutFile | LayoutLink} LayoutEntry */

/** The version of MXNet whose C predict API the library has; what `mxnet.pc` answers. */
const MXNET_VERSION = "1.9.1";

/** Where the built parts are looked for. */
export const BUILT = {
  library: join(PACKAGE_ROOT, "dist", "lib", "libpredict.so"),
  oldName: join(PACKAGE_ROOT, "dist", "lib", "libmxnet.so"),
  header: join(PACKAGE_ROOT, "dist", "include", "c_predict_api.h"),
};

/** @returns {string[]} The built parts that are missing. */
export function missingParts() {
  return Object.values(BUILT).filter((path) => !existsSync(path));
}

/**
 * Whether the built library was made from other sources than those that are here.
 *
 * @param {string} [library]
 */
export function isOutdated(library = BUILT.library) {
  const said = /\bsource=(\w+)/.exec(readFileSync(library, "latin1"))?.[1];
  try {
    return said !== sourceDigits(sourceHash());
  } catch (error) {
    // No library can be made from sources that break a rule: it was made from others.
    if (error instanceof BuildError) return true;
    throw error;
  }
}

/**
 * @param {object} options
 * @param {string} options.libdir Folder of the libraries, relative to the prefix.
 * @returns {LayoutEntry[]} In the order in which they are put in place.
 */
export function installLayout({ libdir }) {
  const version = packageVersion();
  const header = readFileSync(BUILT.header);
  const up = (/** @type {string} */ folder) => posix.relative(folder, ".");
  const pkgconfig = posix.join(libdir, "pkgconfig");
  const cmake = posix.join(libdir, "cmake", "libpredict");
  const licence = [join(PACKAGE_ROOT, "LICENSE"), join(PACKAGE_ROOT, "..", "..", "LICENSE")].find(
    (path) => existsSync(path),
  );

  /** @type {(path: string, content: Buffer | string, mode?: number) => LayoutFile} */
  const file = (path, content, mode = 0o644) => ({
    kind: "file",
    path,
    content: Buffer.from(content),
    mode,
  });
  /** @type {(path: string, target: string) => LayoutLink} */
  const link = (path, target) => ({ kind: "link", path, target });

  return [
    file("include/c_predict_api.h", header),
    file("include/mxnet/c_predict_api.h", header),
    file(posix.join(libdir, "libpredict.so"), readFileSync(BUILT.library), 0o755),
    ...["libmxnet_predict.so", "libmxnet.so"].map((name) => {
      const built = join(dirname(BUILT.library), name);
      return lstatSync(built).isSymbolicLink()
        ? link(posix.join(libdir, name), "libpredict.so")
        : file(posix.join(libdir, name), readFileSync(built), 0o755);
    }),
    file(
      posix.join(pkgconfig, "libpredict.pc"),
      pkgConfigFile({
        name: "libpredict",
        description: "Runs trained Apache MXNet networks through MXNet's C predict API",
        version,
        library: "predict",
        up: up(pkgconfig),
      }),
    ),
    file(
      posix.join(pkgconfig, "mxnet.pc"),
      pkgConfigFile({
        name: "mxnet",
        description: `The C predict API of MXNet ${MXNET_VERSION}, served by libpredict ${version}`,
        version: MXNET_VERSION,
        library: "mxnet",
        up: up(pkgconfig),
      }),
    ),
    file(posix.join(cmake, "libpredictConfig.cmake"), cmakeConfig(up(cmake), libdir)),
    file(posix.join(cmake, "libpredictConfigVersion.cmake"), cmakeVersion(version)),
    ...(licence === undefined ? [] : [file("share/libpredict/LICENSE", readFileSync(licence))]),
  ];
}

/**
 * No quotes stand around the paths: pkgconf escapes the spaces of pcfiledir by itself, those of
 * no other variable.
 *
 * @param {{ name: string, description: string, version: string, library: string, up: string }} of
 */
function pkgConfigFile({ name, description, version, library, up }) {
  return `prefix=\${pcfiledir}/${up}
libdir=\${pcfiledir}/..
includedir=\${prefix}/include

Name: ${name}
Description: ${description}
Version: ${version}
Cflags: -I\${includedir}
Libs: -L\${libdir} -l${library}
Libs.private: -lm -pthread
`;
}

/**
 * @param {string} up From the folder of the file to the prefix.
 * @param {string} libdir
 */
function cmakeConfig(up, libdir) {
  return `# find_package(libpredict) gives the target libpredict::predict.
get_filename_component(libpredict_PREFIX "\${CMAKE_CURRENT_LIST_DIR}/${up}" ABSOLUTE)

foreach(libpredict_part "include/c_predict_api.h" "${libdir}/libpredict.so")
  if(NOT EXISTS "\${libpredict_PREFIX}/\${libpredict_part}")
    set(libpredict_FOUND FALSE)
    set(libpredict_NOT_FOUND_MESSAGE "\${libpredict_PREFIX}/\${libpredict_part} is missing: install libpredict again")
    return()
  endif()
endforeach()
unset(libpredict_part)

if(NOT TARGET libpredict::predict)
  add_library(libpredict::predict SHARED IMPORTED)
  set_target_properties(libpredict::predict PROPERTIES
    IMPORTED_LOCATION "\${libpredict_PREFIX}/${libdir}/libpredict.so"
    IMPORTED_SONAME "libpredict.so"
    INTERFACE_INCLUDE_DIRECTORIES "\${libpredict_PREFIX}/include")
endif()
`;
}

/**
 * Compatible: the same major version, and below 1.0 the same minor version, not older than asked.
 *
 * @param {string} version
 */
function cmakeVersion(version) {
  const [major = "0", minor = "0"] = version.split(".");
  const series = major === "0" ? `${major}.${minor}` : major;
  const asked =
    major === "0"
      ? // biome-ignore lint/suspicious/noTemplateCurlyInString: CMake's own variables
        "${PACKAGE_FIND_VERSION_MAJOR}.${PACKAGE_FIND_VERSION_MINOR}"
      : // biome-ignore lint/suspicious/noTemplateCurlyInString: CMake's own variables
        "${PACKAGE_FIND_VERSION_MAJOR}";
  return `set(PACKAGE_VERSION "${version.replace(/-.*/, "")}")
if(PACKAGE_FIND_VERSION VERSION_GREATER PACKAGE_VERSION OR NOT "${asked}" STREQUAL "${series}")
  set(PACKAGE_VERSION_COMPATIBLE FALSE)
else()
  set(PACKAGE_VERSION_COMPATIBLE TRUE)
endif()
if(PACKAGE_FIND_VERSION VERSION_EQUAL PACKAGE_VERSION)
  set(PACKAGE_VERSION_EXACT TRUE)
endif()
if(CMAKE_SIZEOF_VOID_P AND NOT CMAKE_SIZEOF_VOID_P EQUAL 8)
  set(PACKAGE_VERSION "\${PACKAGE_VERSION} (64-bit)")
  set(PACKAGE_VERSION_UNSUITABLE TRUE)
endif()
`;
}
