/* How many threads a predictor has by default: quotas of control groups in files as kernels write
 * them, the environment, the affinity mask. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* sched_setaffinity, mkdtemp */
#endif
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__linux__)
#include <sched.h>
#endif

#include "api_models.h"
#include "base/cgroup.h"
#include "base/cpu.h"

/* ---- texts ---------------------------------------------------------------------------------- */

TEST(a_quota_is_rounded_up_to_processors) {
    static const struct {
        const char *text;
        unsigned processors;
    } cases[] = {
        {"max 100000\n", 0},      {"100000 100000\n", 1},  {"150000 100000\n", 2},
        {"200000 100000\n", 2},   {"200001 100000\n", 3},  {"1000 100000\n", 1},
        {"0 100000\n", 1},        {"400000 50000", 8},     {"", 0},
        {"\n", 0},                {"100000", 0},           {"100000 0\n", 0},
        {"100000 \n", 0},         {"x 100000\n", 0},       {"-1 100000\n", 0},
        {"100000\n100000\n", 0},  {"18446744073709551616 100000\n", 0},
        {"99999999999999999999999 1\n", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned found = lp_cgroup_read_max(cases[i].text);
        if (found != cases[i].processors) {
            printf("  \"%s\"\n", cases[i].text);
            CHECK_EQ_INT(found, cases[i].processors);
        }
    }
    CHECK_EQ_INT(lp_cgroup_read_quota("-1\n", "100000\n"), 0);
    CHECK_EQ_INT(lp_cgroup_read_quota("250000\n", "100000\n"), 3);
    CHECK_EQ_INT(lp_cgroup_read_quota("50000\n", "100000\n"), 1);
    CHECK_EQ_INT(lp_cgroup_read_quota("50000\n", "0\n"), 0);
    CHECK_EQ_INT(lp_cgroup_read_quota("50000\n", ""), 0);
    CHECK_EQ_INT(lp_cgroup_read_quota("", "100000\n"), 0);
    /* More than fits an unsigned is a number all the same. */
    CHECK(lp_cgroup_read_quota("1000000000000000000\n", "1\n") >= 1000000);
}

static void check_group(const char *text, int version, const char *expected) {
    size_t length = 0;
    const char *path = lp_cgroup_find(text, version, &length);
    char copy[128] = "(none)";
    if (path != NULL) {
        (void)snprintf(copy, sizeof copy, "%.*s", (int)length, path);
    }
    CHECK_STR(copy, expected);
}

TEST(the_group_of_the_cpu_controller_is_found) {
    const char *both = "12:pids:/a\n5:cpuset:/b\n4:cpu,cpuacct:/docker/c\n1:name=systemd:/d\n0::/e\n";
    check_group(both, 1, "/docker/c");
    check_group(both, 2, "/e");
    check_group("0::/\n", 2, "/");
    check_group("0::/\n", 1, "(none)");
    check_group("0::/user.slice/x:y", 2, "/user.slice/x:y"); /* colons, and no newline */
    check_group("3:cpuacct,cpu:/z\n", 1, "/z");
    check_group("3:cpuset:/z\n2:cpuacct:/y\n", 1, "(none)");
    check_group("3:cpu:\n", 1, "");
    check_group("", 2, "(none)");
    check_group("\n\n0:\n:\n10::/x\n", 2, "(none)");
}

TEST(the_environment_variable_is_a_number_from_1_up) {
    CHECK_EQ_INT(lp_cpu_read_threads(NULL), 0);
    static const struct {
        const char *text;
        unsigned threads;
    } cases[] = {{"", 0},   {"0", 0},    {"1", 1},     {"12", 12},
                 {"-1", 0}, {" 3", 0},   {"3 ", 0},    {"four", 0},
                 {"1e3", 0}, {"256", 256}, {"257", 256}, {"99999999999999999999", 256}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CHECK_EQ_INT(lp_cpu_read_threads(cases[i].text), cases[i].threads);
    }
}

/* ---- files ---------------------------------------------------------------------------------- */

#if defined(__linux__)

static char root[64];

static void make_root(void) {
    (void)snprintf(root, sizeof root, "/tmp/libpredict-cgroup-XXXXXX");
    REQUIRE(mkdtemp(root) != NULL);
}

/* A file below the root, with the folders that it stands in. */
static void make_file(const char *path, const char *text) {
    char full[512];
    int length = snprintf(full, sizeof full, "%s%s", root, path);
    REQUIRE(length > 0 && (size_t)length < sizeof full);
    for (char *at = full + strlen(root) + 1; (at = strchr(at, '/')) != NULL; at++) {
        *at = '\0';
        REQUIRE(mkdir(full, 0700) == 0 || errno == EEXIST);
        *at = '/';
    }
    FILE *file = fopen(full, "w");
    REQUIRE(file != NULL);
    CHECK(fputs(text, file) >= 0);
    CHECK_EQ_INT(fclose(file), 0);
}

static void remove_root(void) {
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", root);
    CHECK_EQ_INT(system(command), 0);
}

TEST(version_2_takes_the_least_of_a_group_and_those_above) {
    make_root();
    CHECK_EQ_INT(lp_cgroup_processors(root), 0); /* nothing there */
    make_file("/proc/self/cgroup", "0::/pod/inner\n");
    CHECK_EQ_INT(lp_cgroup_processors(root), 0);
    make_file("/sys/fs/cgroup/pod/inner/cpu.max", "max 100000\n");
    CHECK_EQ_INT(lp_cgroup_processors(root), 0);
    make_file("/sys/fs/cgroup/pod/cpu.max", "350000 100000\n");
    CHECK_EQ_INT(lp_cgroup_processors(root), 4);
    make_file("/sys/fs/cgroup/pod/inner/cpu.max", "600000 100000\n");
    CHECK_EQ_INT(lp_cgroup_processors(root), 4);
    make_file("/sys/fs/cgroup/pod/inner/cpu.max", "150000 100000\n");
    CHECK_EQ_INT(lp_cgroup_processors(root), 2);
    /* A container that sees the host's path and, at the mount, its own group. */
    make_file("/proc/self/cgroup", "0::/host/path/that/is/not/here\n");
    CHECK_EQ_INT(lp_cgroup_processors(root), 0);
    make_file("/sys/fs/cgroup/cpu.max", "50000 100000\n");
    CHECK_EQ_INT(lp_cgroup_processors(root), 1);
    make_file("/proc/self/cgroup", "no sense at all");
    CHECK_EQ_INT(lp_cgroup_processors(root), 0);
    remove_root();
}

TEST(version_1_is_found_at_both_mounts) {
    static const char *const mounts[] = {"/sys/fs/cgroup/cpu", "/sys/fs/cgroup/cpu,cpuacct"};
    for (int i = 0; i < 2; i++) {
        char path[128];
        make_root();
        make_file("/proc/self/cgroup", "4:cpu,cpuacct:/docker/abc\n0::/\n");
        (void)snprintf(path, sizeof path, "%s/docker/abc/cpu.cfs_quota_us", mounts[i]);
        make_file(path, "250000\n");
        CHECK_EQ_INT(lp_cgroup_processors(root), 0); /* no period */
        (void)snprintf(path, sizeof path, "%s/docker/abc/cpu.cfs_period_us", mounts[i]);
        make_file(path, "100000\n");
        CHECK_EQ_INT(lp_cgroup_processors(root), 3);
        (void)snprintf(path, sizeof path, "%s/docker/abc/cpu.cfs_quota_us", mounts[i]);
        make_file(path, "-1\n");
        CHECK_EQ_INT(lp_cgroup_processors(root), 0);
        remove_root();
    }
}

TEST(a_path_that_is_too_long_sets_no_limit) {
    char text[3000];
    make_root();
    memcpy(text, "0::/", 4);
    memset(text + 4, 'a', sizeof text - 5);
    text[sizeof text - 1] = '\0';
    make_file("/proc/self/cgroup", text);
    make_file("/sys/fs/cgroup/cpu.max", "100000 100000\n");
    CHECK_EQ_INT(lp_cgroup_processors(root), 0);
    remove_root();
}

#else

TEST(version_2_takes_the_least_of_a_group_and_those_above) { SKIP("only Linux has control groups"); }
TEST(version_1_is_found_at_both_mounts) { SKIP("only Linux has control groups"); }
TEST(a_path_that_is_too_long_sets_no_limit) { SKIP("only Linux has control groups"); }

#endif

/* ---- the default ----------------------------------------------------------------------------- */

/* Threads of a predictor whose creator does not say, and what the build info says. */
static void check_default(unsigned expected) {
    built_model m;
    LPStats stats = {.struct_size = sizeof stats};
    char cpus[32];
    model_fc(&m);
    PredictorHandle p = predictor_of(&m, 1);
    CHECK_EQ_INT(LPPredGetStats(p, &stats), 0);
    CHECK_EQ_INT(stats.num_threads, expected);
    (void)snprintf(cpus, sizeof cpus, " cpus=%u", expected);
    CHECK_CONTAINS(LPGetBuildInfo(), cpus);
    check_dense(p, 1, -1, 9, 19);
    CHECK_EQ_INT(MXPredFree(p), 0);
    model_free(&m);
}

TEST(the_environment_decides) {
    REQUIRE(setenv("LIBPREDICT_NUM_THREADS", "3", 1) == 0);
#if defined(LP_NO_THREADS)
    check_default(1); /* whatever is asked for */
    REQUIRE(unsetenv("LIBPREDICT_NUM_THREADS") == 0);
    return;
#endif
    check_default(3);
    REQUIRE(setenv("LIBPREDICT_NUM_THREADS", "1000", 1) == 0);
    check_default(256);
    REQUIRE(setenv("LIBPREDICT_NUM_THREADS", "0", 1) == 0);
    unsigned otherwise = lp_cpu_default_threads();
    REQUIRE(unsetenv("LIBPREDICT_NUM_THREADS") == 0);
    check_default(otherwise);
    /* What the creator says counts. */
    REQUIRE(setenv("LIBPREDICT_NUM_THREADS", "3", 1) == 0);
    built_model m;
    LPOptions options = {.struct_size = sizeof options, .num_threads = 2};
    LPStats stats = {.struct_size = sizeof stats};
    model_fc(&m);
    LPModelHandle model = model_of(&m);
    PredictorHandle p = predictor_with(model, &options);
    CHECK_EQ_INT(LPPredGetStats(p, &stats), 0);
    CHECK_EQ_INT(stats.num_threads, 2);
    CHECK_EQ_INT(MXPredFree(p), 0);
    CHECK_EQ_INT(LPModelFree(model), 0);
    model_free(&m);
    REQUIRE(unsetenv("LIBPREDICT_NUM_THREADS") == 0);
}

TEST(the_affinity_mask_bounds_the_default) {
#if defined(__linux__)
    cpu_set_t before, one;
    CPU_ZERO(&before);
    REQUIRE(unsetenv("LIBPREDICT_NUM_THREADS") == 0);
    REQUIRE(sched_getaffinity(0, sizeof before, &before) == 0);
    CHECK(lp_cpu_default_threads() <= (unsigned)CPU_COUNT(&before));
    CPU_ZERO(&one);
    for (size_t i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++) {
        if (CPU_ISSET(i, &before)) {
            CPU_SET(i, &one);
        }
    }
    REQUIRE(sched_setaffinity(0, sizeof one, &one) == 0);
    check_default(1);
    REQUIRE(sched_setaffinity(0, sizeof before, &before) == 0);
#else
    SKIP("affinity masks are set on Linux only; run it there");
#endif
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(a_quota_is_rounded_up_to_processors);
    RUN(the_group_of_the_cpu_controller_is_found);
    RUN(the_environment_variable_is_a_number_from_1_up);
    RUN(version_2_takes_the_least_of_a_group_and_those_above);
    RUN(version_1_is_found_at_both_mounts);
    RUN(a_path_that_is_too_long_sets_no_limit);
    RUN(the_environment_decides);
    RUN(the_affinity_mask_bounds_the_default);
    return check_end();
}
