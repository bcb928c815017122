/** @file Tells what the look-up finds: `source|path`, or the text of the error. Argument: a path.
 */
#include <cstdio>

#include "libpredict.hpp"

int main(int argc, char **argv) {
    const auto search = argc > 1 ? libpredict::Library::find(argv[1]) : libpredict::Library::find();
    const auto loaded = argc > 1 ? libpredict::Library::load(argv[1]) : libpredict::Library::load();
    if (search.library)
        std::printf("%s|%s|%zu", search.source.c_str(), loaded->path().c_str(),
                    search.tried.size());
    else
        std::printf("%s: %s", to_string(loaded.code()), loaded.error().message().c_str());
    return 0;
}
