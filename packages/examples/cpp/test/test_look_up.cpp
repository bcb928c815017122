/** @file The look-up of the library, rule by rule, each in a process and folder of its own. */
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

#include "cpp_check.hpp"
#include "test_nets.hpp"

using namespace libpredict;
namespace fs = std::filesystem;

namespace {

/** A folder that goes with the test. */
struct Folder {
    Folder() {
        std::string name = (fs::temp_directory_path() / "libpredict-look-up-XXXXXX").string();
        path = fs::canonical(mkdtemp(name.data()));
    }
    Folder(const Folder &) = delete;
    Folder &operator=(const Folder &) = delete;
    ~Folder() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
    fs::path path;
};

/** What a program prints, run with environment settings in front. */
std::string output_of(const std::string &settings, const fs::path &program,
                      const std::string &argument = "") {
    const std::string command =
        "env -u LIBPREDICT_PATH " + settings + " '" + program.string() + "' " + argument + " 2>&1";
    std::string text;
    std::FILE *pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return text;
    char buffer[4096];
    for (std::size_t n; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
        text.append(buffer, n);
    pclose(pipe);
    return text;
}

/** The probe, alone in a folder. */
fs::path copy_probe(const Folder &folder, const char *probe = LOOK_UP_PROBE) {
    fs::create_directory(folder.path / "bin");
    const fs::path copy = folder.path / "bin" / "probe";
    fs::copy_file(probe, copy);
    return copy;
}

const std::string built = LIBPREDICT_WORKSPACE_LIBRARY;

} // namespace

TEST(a_path_is_the_only_place) {
    CHECK_EQ(output_of("LIBPREDICT_PATH=/nowhere", LOOK_UP_PROBE, built), "path|" + built + "|0");
    CHECK_EQ(output_of("", LOOK_UP_PROBE, fs::path(built).parent_path().string()),
             "path|" + built + "|0");
    CHECK_EQ(output_of("", LOOK_UP_PROBE, "/nowhere/at/all.so"),
             std::string("load: no predict library could be loaded; tried\n"
                         "  path (/nowhere/at/all.so): no such file"));
}

TEST(a_path_that_is_no_library_is_an_error) {
    const Folder folder;
    CHECK_CONTAINS(output_of("", LOOK_UP_PROBE, folder.path.string()),
                   "(" + folder.path.string() + "): a folder without libpredict.so");
    std::ofstream(folder.path / "text.so") << "no library at all";
    CHECK_CONTAINS(output_of("", LOOK_UP_PROBE, (folder.path / "text.so").string()),
                   "text.so: file too short");
    CHECK_CONTAINS(output_of("", LOOK_UP_PROBE, OTHER_LIBRARY),
                   "): loads, but has no MXPredCreate: it is not a predict library");
    CHECK_EQ(output_of("", LOOK_UP_PROBE, PART_ONE_LIBRARY),
             std::string("path|") + PART_ONE_LIBRARY + "|0");
}

TEST(the_variable_comes_before_every_other_place) {
    CHECK_EQ(output_of("LIBPREDICT_PATH=" + built, LOOK_UP_PROBE),
             "LIBPREDICT_PATH|" + built + "|1");
    CHECK_EQ(output_of("LIBPREDICT_PATH=/nowhere", LOOK_UP_PROBE),
             std::string("load: no predict library could be loaded; tried\n"
                         "  path: not given\n  LIBPREDICT_PATH (/nowhere): no such file"));
}

TEST(an_installed_library_is_found_by_the_systems_loader) {
    const Folder folder;
    fs::copy_file(built, folder.path / "libpredict.so");
    CHECK_EQ(output_of("LD_LIBRARY_PATH=" + folder.path.string(), LOOK_UP_PROBE),
             "installed library|" + (folder.path / "libpredict.so").string() + "|2");
    std::ofstream(folder.path / "libpredict.so", std::ios::trunc) << "no library";
    CHECK_CONTAINS(output_of("LD_LIBRARY_PATH=" + folder.path.string(),
                             copy_probe(folder, LOOK_UP_PROBE_ALONE)),
                   "\n  installed library: ");
    CHECK_CONTAINS(output_of("LD_LIBRARY_PATH=" + folder.path.string(), folder.path / "bin/probe"),
                   "file too short");
}

TEST(a_library_beside_the_program_comes_before_the_workspace) {
    const Folder folder;
    const fs::path probe = copy_probe(folder);
    fs::copy_file(built, folder.path / "bin" / "libpredict.so");
    CHECK_EQ(output_of("", probe),
             "beside the program|" + (folder.path / "bin" / "libpredict.so").string() + "|3");
}

TEST(the_workspace_build_is_the_last_place) {
    const Folder folder;
    CHECK_EQ(output_of("LIBPREDICT_PATH=", copy_probe(folder)), "workspace build|" + built + "|4");
}

TEST(the_error_lists_every_place) {
    const Folder folder;
    const fs::path probe = copy_probe(folder, LOOK_UP_PROBE_ALONE);
    CHECK_EQ(output_of("", probe), "load: no predict library could be loaded; tried\n"
                                   "  path: not given\n"
                                   "  LIBPREDICT_PATH: not set\n"
                                   "  installed library: not installed\n"
                                   "  beside the program (" +
                                       (folder.path / "bin" / "libpredict.so").string() +
                                       "): no such file\n"
                                       "  workspace build: not compiled in");
}

TEST(the_look_up_finds_the_same_again) {
    // The loader answers to the name with what is loaded already, wherever it came from.
    const LibrarySearch first = Library::find();
    const LibrarySearch second = Library::find();
    REQUIRE(first.library && second.library);
    CHECK_EQ(first.source, second.source);
    CHECK(&first.library->path() == &second.library->path());
}

TEST(a_library_is_loaded_once) {
    const Result<Library> a = Library::load(built);
    const Result<Library> b = Library::load(fs::path(built).parent_path());
    REQUIRE(a && b);
    CHECK(&a->path() == &b->path());
    CHECK(a->has("LPGetVersion"));
}
