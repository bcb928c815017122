/** @file Includes the header, as its sibling does. */
#include "libpredict.hpp"

const char *word_of_other_file();

int main() {
    return std::string(word_of_other_file()) == to_string(libpredict::ErrorCode::shape) ? 0 : 1;
}
