/** @file Includes the header, as its sibling does. */
#include "libpredict.hpp"

const char *word_of_other_file();
const char *word_of_other_file() { return to_string(libpredict::ErrorCode::shape); }
