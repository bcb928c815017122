/** @file What only a program has that the library is compiled into. */
#include "cpp_check.hpp"
#include "test_nets.hpp"

using namespace libpredict;

TEST(the_library_that_is_compiled_in_is_the_standard_one) {
    CHECK_EQ(Library::linked().path(), std::string("compiled in"));
    const Result<Library> standard = Library::standard();
    REQUIRE(standard);
    CHECK(&standard->path() == &Library::linked().path());
    CHECK(standard->has("LPModelCreate"));
    CHECK_OK(Model::from_bytes(nets::dense, nets::dense_params()));
}

TEST(another_library_can_be_loaded_beside_it) {
    const Result<Library> loaded = Library::load(LIBPREDICT_WORKSPACE_LIBRARY);
    REQUIRE(loaded);
    const auto model = loaded->api().LPModelCreate(nets::relu, nets::relu.size(), nullptr, 0);
    REQUIRE(model);
    CHECK_ERROR(Library::linked().api().LPModelGetInputCount(*model), "handle", "another library");
}
