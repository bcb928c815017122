/* Prints the level of kernels that the engine takes here, for the runner of the C tests. */
#include <stdio.h>

#include "../src/base/cpu.h"

int main(void) {
    return puts(lp_cpu_isa_name(lp_cpu_isa())) < 0;
}
