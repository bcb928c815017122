/* LPModelCreateFromFiles: the same models and errors as from memory, one copy of the parameters, and nothing left open. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L /* mkdtemp, mkfifo, posix_memalign */
#endif
#include <dirent.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api_models.h"
#include "change_bytes.h"
#include "counting_allocator.h"

#include "../src/format/byte_source.h"

static char folder[] = "/tmp/libpredict-files-XXXXXX";
static char symbol_path[64], params_path[64], other_path[64];

static void write_file(const char *path, const void *bytes, size_t size) {
    FILE *file = fopen(path, "wb");
    REQUIRE(file != NULL && fwrite(bytes, 1, size, file) == size);
    REQUIRE(fclose(file) == 0);
}

static void write_model(const built_model *m) {
    write_file(symbol_path, m->symbol, m->symbol_size);
    write_file(params_path, m->params, m->params_size);
}

/* Files this process has open; -1 where the system does not tell. */
static int open_files(void) {
#if defined(_WIN32)
    return -1;
#else
    DIR *entries = opendir("/proc/self/fd");
    int count = 0;
    if (entries == NULL) {
        return -1;
    }
    while (readdir(entries) != NULL) {
        count++;
    }
    (void)closedir(entries);
    return count;
#endif
}

/* The call fails with this code, beginning with the path, and closes what it opened. */
static void check_fails(const char *symbol, const char *params, int code, const char *path,
                        const char *part) {
    LPModelHandle model = NULL;
    LPError error;
    int before = open_files();
    CHECK_FAILS(LPModelCreateFromFiles(symbol, params, &error, &model), code, part);
    CHECK(strncmp(MXGetLastError(), path, strlen(path)) == 0);
    CHECK_EQ_INT(error.code, code);
    CHECK_STR(error.text, MXGetLastError());
    CHECK(model == NULL);
    CHECK_EQ_INT(open_files(), before);
}

TEST(a_model_from_files_is_that_from_memory) {
    built_model m;
    LPModelHandle model = NULL;
    LPError error = {-5, 0, "x"};
    int before = open_files();
    model_fc(&m);
    write_model(&m);
    REQUIRE(LPModelCreateFromFiles(symbol_path, params_path, &error, &model) == 0);
    CHECK_EQ_INT(error.code, LP_OK);
    CHECK_EQ_INT(open_files(), before);
    PredictorHandle p = predictor_with(model, NULL);
    check_dense(p, 1, -1, 9, 19);
    CHECK_EQ_INT(MXPredFree(p), 0);
    CHECK_EQ_INT(LPModelFree(model), 0);
    /* Without parameters they are inputs. */
    uint32_t inputs = 0;
    REQUIRE(LPModelCreateFromFiles(symbol_path, NULL, NULL, &model) == 0);
    CHECK_EQ_INT(LPModelGetInputCount(model, &inputs), 0);
    CHECK_EQ_INT(inputs, 3);
    CHECK_EQ_INT(LPModelFree(model), 0);
    model_free(&m);
}

TEST(null_pointers_are_errors) {
    LPModelHandle model = NULL;
    LPError error;
    CHECK_FAILS(LPModelCreateFromFiles(NULL, params_path, &error, &model), LP_ERROR_ARGUMENT,
                "LPModelCreateFromFiles: symbol_path");
    CHECK_EQ_INT(error.code, LP_ERROR_ARGUMENT);
    CHECK_FAILS(LPModelCreateFromFiles(symbol_path, params_path, NULL, NULL), LP_ERROR_ARGUMENT,
                "LPModelCreateFromFiles: out");
    CHECK(model == NULL);
}

TEST(what_is_no_file_is_an_error_with_path_and_reason) {
    static char far[1200];
    built_model m;
    model_fc(&m);
    write_model(&m);
    (void)remove(other_path);
    check_fails(other_path, params_path, LP_ERROR_FILE, other_path, "no such file");
    check_fails(symbol_path, other_path, LP_ERROR_FILE, other_path, "no such file");
#if defined(_WIN32)
    check_fails(folder, params_path, LP_ERROR_FILE, folder,
                "the file cannot be opened: it is a directory");
#else
    check_fails(folder, params_path, LP_ERROR_FILE, folder,
                "byte 0: the file cannot be read: it is a directory");
#endif
    check_fails(symbol_path, folder, LP_ERROR_FILE, folder, "directory");
    check_fails("", params_path, LP_ERROR_FILE, "", "no such file");
    /* Of a long path the end, from the beginning of a character. */
    memset(far, 'd', sizeof far - 1);
    (void)snprintf(far + 900, sizeof far - 900, "\xc3\xa4%0199d", 7);
    check_fails(far, params_path, LP_ERROR_FILE, "...000", "007: the file cannot be opened");
#if !defined(_WIN32)
    if (geteuid() != 0) {
        write_file(other_path, m.params, m.params_size);
        REQUIRE(chmod(other_path, 0) == 0);
        check_fails(symbol_path, other_path, LP_ERROR_FILE, other_path, "no permission");
        (void)remove(other_path);
    }
#endif
    model_free(&m);
}

/* UTF-8 on every system; the name is written here by another way than the library's. */
TEST(names_of_files_may_have_any_letters) {
    static const char name[] = "\xc3\xa4\xce\xbb\xe6\xa8\xa1\xf0\x9f\x90\x88.json";
    char path[96];
    built_model m;
    LPModelHandle model = NULL;
    model_fc(&m);
    write_model(&m);
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
#if defined(_WIN32)
    wchar_t wide[96], from[96];
    (void)swprintf(wide, 96, L"%hs/\u00e4\u03bb\u6a21\xd83d\xdc08.json", folder);
    (void)swprintf(from, 96, L"%hs", symbol_path);
    REQUIRE(_wrename(from, wide) == 0);
#else
    REQUIRE(rename(symbol_path, path) == 0);
#endif
    CHECK_EQ_INT(LPModelCreateFromFiles(path, params_path, NULL, &model), 0);
    CHECK_EQ_INT(LPModelFree(model), 0);
#if defined(_WIN32)
    CHECK_EQ_INT(_wremove(wide), 0);
    /* No UTF-8 at all is the name of no file. */
    check_fails("\xff\xfe", params_path, LP_ERROR_FILE, "\xff\xfe", "no such file");
#else
    CHECK_EQ_INT(remove(path), 0);
#endif
    model_free(&m);
}

TEST(empty_and_exchanged_files_are_errors) {
    built_model m;
    model_fc(&m);
    write_model(&m);
    write_file(other_path, "", 0);
    check_fails(other_path, params_path, LP_ERROR_SYMBOL, other_path, "");
    check_fails(symbol_path, other_path, LP_ERROR_PARAMS, other_path, "found 0 bytes");
    check_fails(params_path, symbol_path, LP_ERROR_SYMBOL, params_path, "");
    check_fails(symbol_path, symbol_path, LP_ERROR_PARAMS, symbol_path, "0x112");
    model_free(&m);
}

/* From files as from memory: the same code, and the same text behind the path. */
static void check_same(const char *symbol, size_t symbol_size, const char *params,
                       size_t params_size, const char *changed) {
    char text[2048];
    LPModelHandle model = NULL;
    int status = LPModelCreate(symbol, symbol_size, params, params_size, NULL, &model);
    int code = status == 0 ? LP_OK : LPGetErrorCode();
    (void)snprintf(text, sizeof text, "%s: %s", changed, status == 0 ? "" : MXGetLastError());
    text[2039] = '\0';
    if (status == 0) {
        CHECK_EQ_INT(LPModelFree(model), 0);
    }
    model = NULL;
    CHECK_EQ_INT(LPModelCreateFromFiles(symbol_path, params_path, NULL, &model), status);
    if (status == 0) {
        CHECK_EQ_INT(LPModelFree(model), 0);
    } else {
        CHECK_EQ_INT(LPGetErrorCode(), code);
        CHECK_STR(MXGetLastError(), text);
        CHECK(model == NULL);
    }
}

TEST(damage_at_any_byte_gives_the_error_from_memory) {
    static char bytes[8192];
    built_model m;
    int before = open_files();
    model_softmax(&m);
    REQUIRE(m.symbol_size < sizeof bytes - 64 && m.params_size < sizeof bytes - 64);
    write_model(&m);
    for (size_t at = 0; at < m.params_size; at++) {
        memcpy(bytes, m.params, m.params_size);
        bytes[at] = (char)(bytes[at] ^ 0xff);
        write_file(params_path, bytes, m.params_size);
        check_same(m.symbol, m.symbol_size, bytes, m.params_size, params_path);
        write_file(params_path, bytes, at); /* cut off */
        check_same(m.symbol, m.symbol_size, bytes, at, params_path);
    }
    write_model(&m);
    for (size_t at = 0; at < m.symbol_size; at++) {
        memcpy(bytes, m.symbol, m.symbol_size);
        bytes[at] = (char)(bytes[at] ^ 0x15);
        write_file(symbol_path, bytes, m.symbol_size);
        check_same(bytes, m.symbol_size, m.params, m.params_size, symbol_path);
        write_file(symbol_path, m.symbol, at);
        check_same(m.symbol, at, m.params, m.params_size, symbol_path);
    }
    CHECK_EQ_INT(open_files(), before);
    model_free(&m);
}

/* ---- pipes ------------------------------------------------------------------------------- */

typedef struct piped {
    const char *path;
    const char *bytes;
    size_t size;
} piped;

static void *feed(void *context) {
    const piped *p = (const piped *)context;
    FILE *file = fopen(p->path, "wb");
    if (file != NULL) {
        (void)fwrite(p->bytes, 1, p->size, file);
        (void)fclose(file);
    }
    return NULL;
}

TEST(a_pipe_is_read_to_its_end) {
#if defined(_WIN32)
    (void)feed;
    SKIP("Windows has no pipes with names of files");
#else
    built_model m = {0};
    pthread_t thread;
    LPModelHandle model = NULL;
    enum { COUNT = 100000 };
    const int64_t dims[1] = {COUNT};
    float *numbers = calloc(COUNT, sizeof *numbers);
    REQUIRE(numbers != NULL);
    built_head(&m, model_dense(&m, built_variable(&m, "data"), true), 0);
    built_param(&m, "arg:large", 1, dims, numbers); /* several steps of growing */
    built_finish(&m);
    write_model(&m);
    (void)remove(other_path);
    REQUIRE(mkfifo(other_path, 0600) == 0);
    for (size_t cut = 0; cut < 2; cut++) {
        piped p = {other_path, m.params, m.params_size - cut};
        REQUIRE(pthread_create(&thread, NULL, feed, &p) == 0);
        int status = LPModelCreateFromFiles(symbol_path, other_path, NULL, &model);
        REQUIRE(pthread_join(thread, NULL) == 0);
        CHECK_EQ_INT(status, cut == 0 ? 0 : -1);
        if (status == 0) {
            PredictorHandle predictor = predictor_with(model, NULL);
            check_dense(predictor, 1, -1, 9, 19);
            CHECK_EQ_INT(MXPredFree(predictor), 0);
            CHECK_EQ_INT(LPModelFree(model), 0);
        } else {
            CHECK_EQ_INT(LPGetErrorCode(), LP_ERROR_PARAMS);
        }
    }
    (void)remove(other_path);
    free(numbers);
    model_free(&m);
#endif
}

/* ---- files that change --------------------------------------------------------------------- */

TEST(a_file_that_shrinks_while_it_is_read_is_an_error_with_the_byte) {
    enum { SIZE = 100000 };
    static char bytes[SIZE], target[SIZE];
    lp_byte_source source;
    const unsigned char *seen;
    int before = open_files();
    write_file(other_path, bytes, SIZE);
    REQUIRE(lp_byte_source_open(other_path, &source) == LP_OK);
    CHECK_EQ_INT(source.size, SIZE);
    REQUIRE(truncate(other_path, 50000) == 0);
    CHECK_EQ_INT(lp_byte_source_read(&source, 20000, SIZE - 20000, target), LP_ERROR_FILE);
    CHECK_CONTAINS(lp_status_text(), "byte 20000: expected 80000 bytes, found 30000");
    CHECK_EQ_INT(lp_byte_source_view(&source, 60000, 8, &seen), LP_ERROR_FILE);
    CHECK_CONTAINS(lp_status_text(), "byte 60000");
    CHECK_EQ_INT(lp_byte_source_load(&source), LP_ERROR_FILE);
    /* What is still there can be read. */
    CHECK_EQ_INT(lp_byte_source_read(&source, 30000, 20000, target), LP_OK);
    lp_byte_source_close(&source);
    CHECK_EQ_INT(open_files(), before);
}

/* Rewrites the parameters again and again, whole and damaged. */
typedef struct rewriter {
    const built_model *m;
    volatile int stop;
} rewriter;

static void *rewrite_params(void *context) {
    rewriter *r = (rewriter *)context;
    char *bytes = malloc(r->m->params_size + 64);
    for (size_t seed = 0; bytes != NULL && r->stop == 0; seed++) {
        memcpy(bytes, r->m->params, r->m->params_size);
        change_begin(seed);
        size_t size = seed % 2 == 0 ? r->m->params_size : change(bytes, r->m->params_size);
        FILE *file = fopen(params_path, "r+b");
        if (file != NULL) {
            (void)fwrite(bytes, 1, size, file);
            (void)fclose(file);
            (void)truncate(params_path, (off_t)size);
        }
    }
    free(bytes);
    return NULL;
}

TEST(a_file_that_changes_while_it_is_read_does_no_harm) {
    built_model m;
    pthread_t thread;
    int made = 0;
    model_fc(&m);
    write_model(&m);
    rewriter r = {&m, 0};
    REQUIRE(pthread_create(&thread, NULL, rewrite_params, &r) == 0);
    for (int i = 0; i < 2000; i++) {
        LPModelHandle model = NULL;
        int status = LPModelCreateFromFiles(symbol_path, params_path, NULL, &model);
        made += status == 0;
        CHECK(status == 0 || LPGetErrorCode() == LP_ERROR_PARAMS ||
              LPGetErrorCode() == LP_ERROR_FILE);
        CHECK_EQ_INT(LPModelFree(model), 0);
    }
    r.stop = 1;
    REQUIRE(pthread_join(thread, NULL) == 0);
    CHECK(made > 0);
    model_free(&m);
}

/* ---- memory -------------------------------------------------------------------------------- */

/* Three layers of 2 MB and one array that the graph does not know. */
static void model_large(built_model *m, size_t *bytes) {
    enum { SIDE = 724 };
    const int64_t dims[2] = {SIDE, SIDE};
    float *numbers = calloc((size_t)SIDE * SIDE, sizeof *numbers);
    char name[32], full[40];
    REQUIRE(numbers != NULL);
    memset(m, 0, sizeof *m);
    int at = built_variable(m, "data");
    for (int i = 0; i < 3; i++) {
        int inputs[2] = {at, 0};
        (void)snprintf(name, sizeof name, "fc%d_weight", i);
        (void)snprintf(full, sizeof full, "arg:%s", name);
        inputs[1] = built_variable(m, name);
        built_param(m, full, 2, dims, numbers);
        (void)snprintf(name, sizeof name, "fc%d", i);
        at = built_node(m, "FullyConnected", name, "'num_hidden':'724','no_bias':'1'", 2, inputs);
    }
    built_param(m, "arg:nobody", 2, dims, numbers);
    built_head(m, at, 0);
    built_finish(m);
    free(numbers);
    *bytes = sizeof(float) * 3 * SIDE * SIDE;
}

TEST(loading_takes_one_copy_of_the_parameters) {
    built_model m;
    counting_allocator allocator;
    LPModelHandle model = NULL;
    size_t bytes;
    model_large(&m, &bytes);
    write_model(&m);
    REQUIRE(counting_begin(&allocator) == 0);
    CHECK_EQ_INT(LPModelCreateFromFiles(symbol_path, params_path, NULL, &model), 0);
    CHECK(allocator.peak >= bytes);
    CHECK(allocator.peak <= bytes + 128 * 1024);
    CHECK_EQ_INT(LPModelFree(model), 0);
    CHECK_EQ_INT(allocator.live, 0);
    /* A promise of more than the file has takes nothing. */
    size_t cut = m.params_size / 2;
    write_file(params_path, m.params, cut);
    allocator.peak = 0;
    CHECK_FAILS(LPModelCreateFromFiles(symbol_path, params_path, NULL, &model), LP_ERROR_PARAMS,
                "cut off");
    CHECK(allocator.peak <= 128 * 1024);
    CHECK_EQ_INT(allocator.live, 0);
    CHECK_EQ_INT(counting_end(), 0);
    model_free(&m);
}

TEST(every_allocation_may_fail) {
    built_model m;
    counting_allocator allocator;
    int before = open_files();
    model_softmax(&m);
    write_model(&m);
    REQUIRE(counting_begin(&allocator) == 0);
    size_t n = 1;
    for (;; n++) {
        LPModelHandle model = NULL;
        allocator.calls = 0;
        allocator.fail_at = n;
        int status = LPModelCreateFromFiles(symbol_path, params_path, NULL, &model);
        if (allocator.calls < n) {
            CHECK_EQ_INT(status, 0);
            CHECK_EQ_INT(LPModelFree(model), 0);
            break;
        }
        CHECK_EQ_INT(status, -1);
        CHECK_EQ_INT(LPGetErrorCode(), LP_ERROR_MEMORY);
        CHECK(model == NULL);
        CHECK_EQ_INT(allocator.live, 0);
        CHECK_EQ_INT(open_files(), before);
    }
    CHECK(n > 8);
    CHECK_EQ_INT(allocator.live, 0);
    CHECK(!allocator.misaligned);
    CHECK_EQ_INT(counting_end(), 0);
    model_free(&m);
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    if (mkdtemp(folder) == NULL) {
        return 1;
    }
    (void)snprintf(symbol_path, sizeof symbol_path, "%s/m-symbol.json", folder);
    (void)snprintf(params_path, sizeof params_path, "%s/m-0000.params", folder);
    (void)snprintf(other_path, sizeof other_path, "%s/other", folder);
    RUN(a_model_from_files_is_that_from_memory);
    RUN(null_pointers_are_errors);
    RUN(what_is_no_file_is_an_error_with_path_and_reason);
    RUN(names_of_files_may_have_any_letters);
    RUN(empty_and_exchanged_files_are_errors);
    RUN(damage_at_any_byte_gives_the_error_from_memory);
    RUN(a_pipe_is_read_to_its_end);
    RUN(a_file_that_shrinks_while_it_is_read_is_an_error_with_the_byte);
    RUN(a_file_that_changes_while_it_is_read_does_no_harm);
    RUN(loading_takes_one_copy_of_the_parameters);
    RUN(every_allocation_may_fail);
    (void)remove(symbol_path);
    (void)remove(params_path);
    (void)remove(other_path);
    (void)rmdir(folder);
    return check_end();
}
