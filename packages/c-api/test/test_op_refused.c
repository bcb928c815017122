/* Tests of what is said about operators that are not there. */
#include <string.h>

#include "../src/op/op_refused.h"
#include "../src/op/op_table.h"
#include "check.h"

static void refused(const char *name, const char *reason) {
    lp_refusal refusal;
    bool found = lp_op_refusal(name, &refusal);
    if (found != (reason != NULL)) {
        check_fail(__FILE__, __LINE__, name);
    } else if (found) {
        CHECK_CONTAINS(refusal.reason, reason);
    }
}

TEST(names_are_refused_with_a_reason) {
    refused("Custom", "code of the program");
    refused("_npi_Custom", "code of the program");
    refused("_random_uniform", "random");
    refused("_npi_boolean_mask", "depends on the data");
    refused("_random_pdf_normal", "rare");
    refused("sgd_mom_update", "trains");
    refused("_backward_Activation", "gradients");
    refused("_broadcast_backward", "gradients");
    refused("_npi_where", "NumPy's rules");
    refused("_npx_relu", "NumPy's rules");
    refused("_contrib_boolean_mask", "depends on the data");
    refused("_while_loop", "depends on the data");
    refused("_npx_", "NumPy's rules");
}

TEST(other_names_are_not) {
    refused("NoSuchOp", NULL);
    refused("", NULL);
    refused("*", NULL);
    refused("Custom2", NULL);
    refused("_np", NULL);
    refused("_update", "trains");
    refused("update", NULL);
}

TEST(every_refusal_is_whole) {
    lp_refusal refusal;
    int count = 0;
    while (lp_op_refusal_at(count, &refusal)) {
        count++;
        CHECK(refusal.names[0] != '\0' && refusal.names[strlen(refusal.names) - 1] != ' ');
        CHECK(strstr(refusal.names, "  ") == NULL);
        CHECK(strncmp(refusal.reason, "it", 2) == 0 || strstr(refusal.reason, " it") != NULL ||
              strstr(refusal.reason, "its ") != NULL);
        CHECK(strlen(refusal.remedy) > 10 && strstr(refusal.remedy, ". ") == NULL);
        CHECK(strlen(refusal.reason) + strlen(refusal.remedy) < 300);
    }
    CHECK(count > 10);
    CHECK(!lp_op_refusal_at(count + 1000, &refusal));
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(names_are_refused_with_a_reason);
    RUN(other_names_are_not);
    RUN(every_refusal_is_whole);
    return check_end();
}
