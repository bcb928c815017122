/* Tests of the reader of .params files, from memory and from a file at once: both say and give the same. The files are put together byte by byte after the description of the format; those marked "written by MXNet" were. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L /* mkstemp, posix_memalign */
#endif
#include <stdlib.h>
#include <unistd.h>

#include "aligned_memory.h"
#include "check.h"

#include "../src/format/ndarray_file.h"

static lp_pool pool;
static lp_byte_source source;
static lp_ndarray_file file;

/* The same bytes as a file. */
static lp_pool pool_on_disk;
static lp_byte_source source_on_disk;
static lp_ndarray_file file_on_disk;
static char path[] = "/tmp/libpredict-ndarray-XXXXXX";

/* A file under construction. */
static unsigned char bytes[4096];
static size_t size;

static void put(uint64_t value, size_t width) {
    for (size_t i = 0; i < width; i++) {
        bytes[size++] = (unsigned char)(value >> (8 * i));
    }
}

static void put_float(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put(bits, 4);
}

static void put_start(uint64_t count) {
    size = 0;
    put(0x112, 8);
    put(77, 8); /* reserved: any value */
    put(count, 8);
}

static void put_name(const char *name) {
    put(strlen(name), 8);
    memcpy(bytes + size, name, strlen(name));
    size += strlen(name);
}

/* All but the data of a dense array of shape (a, b). */
static void put_head(int version, uint64_t a, uint64_t b, uint64_t type) {
    static const uint32_t magics[] = {2, 0xF993FAC8, 0xF993FAC9, 0xF993FACA};
    size_t width = version == 0 ? 4 : 8;
    put(magics[version], 4);
    if (version >= 2) {
        put(0, 4);
    }
    if (version >= 1) {
        put(2, 4);
    }
    put(a, width);
    put(b, width);
    put(2, 4); /* gpu */
    put(5, 4);
    put(type, 4);
}

static lp_status open_on_disk(size_t length) {
    lp_pool_free(&pool_on_disk);
    lp_byte_source_close(&source_on_disk);
    FILE *written = fopen(path, "wb");
    REQUIRE(written != NULL && fwrite(bytes, 1, length, written) == length);
    REQUIRE(fclose(written) == 0);
    REQUIRE(lp_byte_source_open(path, &source_on_disk) == LP_OK);
    return lp_ndarray_file_open(&source_on_disk, &pool_on_disk, &file_on_disk);
}

/* Opens a copy that ends where the file ends, so that ASan sees a byte read beyond. */
static unsigned char *exact;

static lp_status open_bytes(size_t length) {
    static char text[LP_ERROR_TEXT_SIZE];
    lp_pool_free(&pool);
    free(exact);
    exact = malloc(length == 0 ? 1 : length);
    REQUIRE(exact != NULL);
    memcpy(exact, bytes, length);
    source = lp_byte_source_memory(exact, length);
    lp_status status = lp_ndarray_file_open(&source, &pool, &file);
    (void)snprintf(text, sizeof text, "%s", lp_status_text());
    CHECK_EQ_INT(open_on_disk(length), status);
    if (status != LP_OK) {
        CHECK_STR(lp_status_text(), text);
    }
    return status;
}

static lp_ndarray_entry entry_at(size_t index) {
    lp_ndarray_entry entry, on_disk;
    REQUIRE(lp_ndarray_file_get(&file, index, &entry) == LP_OK);
    REQUIRE(lp_ndarray_file_get(&file_on_disk, index, &on_disk) == LP_OK);
    REQUIRE(on_disk.name_length == entry.name_length);
    CHECK_BYTES(on_disk.name, entry.name, entry.name_length);
    CHECK(on_disk.none == entry.none && on_disk.dtype == entry.dtype);
    CHECK(on_disk.values == entry.values && on_disk.end == entry.end);
    CHECK(on_disk.stored == entry.stored && lp_shape_equal(&on_disk.shape, &entry.shape));
    return entry;
}

static void copy_entry(const lp_ndarray_entry *entry, lp_dtype to, void *target) {
    static double on_disk[4096];
    size_t length = (size_t)lp_shape_size(&entry->shape) * lp_dtype_size(to);
    REQUIRE(length <= sizeof on_disk);
    CHECK_EQ_INT(lp_ndarray_file_copy(&file, entry, to, target), LP_OK);
    CHECK_EQ_INT(lp_ndarray_file_copy(&file_on_disk, entry, to, on_disk), LP_OK);
    CHECK_BYTES(on_disk, target, length);
}

static void check_name(const lp_ndarray_entry *entry, const char *name) {
    CHECK_EQ_INT(entry->name_length, strlen(name));
    CHECK(memcmp(entry->name, name, strlen(name)) == 0);
}

TEST(reads_dense_arrays_of_every_version) {
    put_start(4);
    for (int version = 0; version < 4; version++) {
        put_head(version, 2, 3, 0);
        for (int i = 0; i < 6; i++) {
            put_float((float)(version * 10 + i));
        }
    }
    put(4, 8);
    put_name("arg:a");
    put_name("");
    put_name("aux:moving_mean");
    put_name("d");
    put(0xff, 1); /* what follows the names does not matter */
    REQUIRE(open_bytes(size) == LP_OK);
    CHECK_EQ_INT(file.count, 4);
    CHECK(file.named);
    static const char *const names[] = {"arg:a", "", "aux:moving_mean", "d"};
    for (size_t i = 0; i < 4; i++) {
        lp_ndarray_entry entry = entry_at(i);
        float values[6];
        CHECK(!entry.none);
        CHECK_EQ_INT(entry.dtype, LP_FLOAT32);
        CHECK_EQ_INT(entry.shape.ndim, 2);
        CHECK_EQ_INT(entry.shape.dim[0], 2);
        CHECK_EQ_INT(entry.shape.dim[1], 3);
        check_name(&entry, names[i]);
        copy_entry(&entry, LP_FLOAT32, values);
        for (size_t k = 0; k < 6; k++) {
            CHECK_EQ_INT(values[k], i * 10 + k);
        }
    }
}

TEST(reads_every_type) {
    static const struct {
        int type;
        size_t width;
        uint64_t bits[2];
        lp_dtype dtype;
        double expected[2];
    } cases[] = {
        {0, 4, {0x3fc00000, 0xc0000000}, LP_FLOAT32, {1.5, -2}},
        {1, 8, {0x3ff8000000000000, 0xc000000000000000}, LP_FLOAT64, {1.5, -2}},
        {2, 2, {0x3e00, 0xc000}, LP_FLOAT16, {1.5, -2}},
        {3, 1, {7, 255}, LP_UINT8, {7, 255}},
        {4, 4, {7, 0xfffffffe}, LP_INT32, {7, -2}},
        {5, 1, {7, 0xfe}, LP_INT8, {7, -2}},
        {6, 8, {7, 0xfffffffffffffffe}, LP_INT64, {7, -2}},
        {7, 1, {0, 9}, LP_BOOL, {0, 1}},
        {8, 2, {7, 0xfffe}, LP_INT32, {7, -2}},
        {9, 2, {7, 0xfffe}, LP_INT32, {7, 65534}},
        {10, 4, {7, 0xfffffffe}, LP_INT64, {7, 4294967294.0}},
        {11, 8, {7, 0x20000000000000}, LP_INT64, {7, 9007199254740992.0}},
        {12, 2, {0x3fc0, 0xc000}, LP_FLOAT32, {1.5, -2}},
    };
    for (size_t i = 0; i < LP_COUNT(cases); i++) {
        put_start(1);
        put_head(2, 1, 2, (uint64_t)cases[i].type);
        put(cases[i].bits[0], cases[i].width);
        put(cases[i].bits[1], cases[i].width);
        put(0, 8);
        REQUIRE(open_bytes(size) == LP_OK);
        CHECK(!file.named);
        lp_ndarray_entry entry = entry_at(0);
        double as_double[2] = {-1, -1};
        CHECK_EQ_INT(entry.dtype, cases[i].dtype);
        check_name(&entry, "");
        copy_entry(&entry, LP_FLOAT64, as_double);
        CHECK_NEAR(as_double[0], cases[i].expected[0], 0);
        CHECK_NEAR(as_double[1], cases[i].expected[1], 0);
        /* In its own type the file's bytes. */
        unsigned char own[16];
        copy_entry(&entry, entry.dtype, own);
        if (cases[i].type < LP_BOOL) {
            CHECK_BYTES(own, bytes + size - 8 - 2 * cases[i].width, 2 * cases[i].width);
        }
    }
    put_start(1);
    put_head(2, 1, 2, 11);
    put(7, 8);
    put(UINT64_C(1) << 63, 8);
    put(0, 8);
    CHECK_EQ_INT(open_bytes(size), LP_ERROR_PARAMS);
    CHECK_STR(lp_status_text(), "params: array 0, byte 72: a uint64 is above 2^63 - 1");
}

TEST(copies_more_than_one_chunk) {
    put_start(1);
    put_head(1, 300, 1, 8);
    for (int i = 0; i < 300; i++) {
        put((uint64_t)(i * 7 - 1000), 2);
    }
    put(0, 8);
    REQUIRE(open_bytes(size) == LP_OK);
    lp_ndarray_entry entry = entry_at(0);
    float values[300];
    copy_entry(&entry, LP_FLOAT32, values);
    for (int i = 0; i < 300; i++) {
        CHECK_EQ_INT(values[i], i * 7 - 1000);
    }
}

TEST(reads_arrays_without_data) {
    put_start(8);
    put(0, 4); /* legacy none */
    put(0xF993FAC8, 4);
    put(0, 4); /* V1 none */
    put(0xF993FAC9, 4);
    put(UINT32_MAX, 4);
    put(0, 4); /* V2 none, undefined storage */
    put(0xF993FAC9, 4);
    put(0, 4);
    put(0, 4); /* V2 none, dense */
    put(0xF993FACA, 4);
    put(0, 4);
    put(UINT32_MAX, 4); /* V3 none: ndim -1 */
    put(0xF993FACA, 4);
    put(0, 4);
    put(2, 4); /* V3 none: a dim -1 */
    put(3, 8);
    put(UINT64_MAX, 8);
    put_head(2, 0, 5, 0); /* a dim 0: type and no data */
    put(0xF993FACA, 4);   /* V3 scalar */
    put(0, 4);
    put(0, 4);
    put(1, 8);
    put(4, 4);
    put(42, 4);
    put(0, 8);
    REQUIRE(open_bytes(size) == LP_OK);
    for (size_t i = 0; i < 6; i++) {
        lp_ndarray_entry entry = entry_at(i);
        CHECK(entry.none);
        CHECK_EQ_INT(entry.dtype, LP_DTYPE_UNKNOWN);
    }
    lp_ndarray_entry empty = entry_at(6);
    CHECK(!empty.none && empty.shape.ndim == 2 && empty.shape.dim[0] == 0);
    copy_entry(&empty, LP_FLOAT32, bytes);
    lp_ndarray_entry scalar = entry_at(7);
    int32_t value = 0;
    CHECK(!scalar.none && scalar.shape.ndim == 0);
    copy_entry(&scalar, LP_INT32, &value);
    CHECK_EQ_INT(value, 42);
}

static void read_hex(const char *hex) {
    size = 0;
    for (const char *at = hex; *at != '\0'; at++) {
        if (*at != ' ') {
            char pair[3] = {at[0], at[1], '\0'};
            bytes[size++] = (unsigned char)strtoul(pair, NULL, 16);
            at++;
        }
    }
}

/* [[0, 0], [1, 2], [0, 3]], written by MXNet 1.9.1 */
static const char row_sparse[] =
    "12010000 00000000 00000000 00000000 01000000 00000000 c9fa93f9 01000000 02000000 02000000"
    "00000000 02000000 00000000 02000000 03000000 00000000 02000000 00000000 01000000 00000000"
    "00000000 06000000 01000000 02000000 00000000 0000803f 00000040 00000000 00004040 01000000"
    "00000000 02000000 00000000 00000000 00000000";
static const char csr[] =
    "12010000 00000000 00000000 00000000 01000000 00000000 c9fa93f9 02000000 01000000 03000000"
    "00000000 02000000 03000000 00000000 02000000 00000000 01000000 00000000 00000000 06000000"
    "01000000 04000000 00000000 06000000 01000000 03000000 00000000 0000803f 00000040 00004040"
    "00000000 00000000 00000000 00000000 02000000 00000000 03000000 00000000 00000000 00000000"
    "01000000 00000000 01000000 00000000 00000000 00000000";

TEST(makes_sparse_arrays_dense) {
    static const float expected[6] = {0, 0, 1, 2, 0, 3};
    for (int i = 0; i < 2; i++) {
        read_hex(i == 0 ? row_sparse : csr);
        REQUIRE(open_bytes(size) == LP_OK);
        lp_ndarray_entry entry = entry_at(0);
        float values[6];
        double wide[6];
        CHECK_EQ_INT(entry.dtype, LP_FLOAT32);
        CHECK(entry.shape.ndim == 2 && entry.shape.dim[0] == 3 && entry.shape.dim[1] == 2);
        memset(values, 0x55, sizeof values);
        copy_entry(&entry, LP_FLOAT32, values);
        CHECK_BYTES(values, expected, sizeof values);
        copy_entry(&entry, LP_FLOAT64, wide);
        for (int k = 0; k < 6; k++) {
            CHECK_NEAR(wide[k], (double)expected[k], 0);
        }
    }
    /* Nothing stored; also written by MXNet. */
    read_hex("12010000 00000000 00000000 00000000 01000000 00000000 c9fa93f9 01000000 02000000"
             "00000000 00000000 02000000 00000000 02000000 03000000 00000000 02000000 00000000"
             "01000000 00000000 00000000 06000000 01000000 00000000 00000000 00000000 00000000");
    REQUIRE(open_bytes(size) == LP_OK);
    lp_ndarray_entry entry = entry_at(0);
    float values[6];
    copy_entry(&entry, LP_FLOAT32, values);
    CHECK(values[0] == 0 && values[5] == 0);
}

TEST(refuses_sparse_indices_out_of_range) {
    read_hex(row_sparse);
    bytes[124] = 3; /* the second row index */
    CHECK_EQ_INT(open_bytes(size), LP_ERROR_PARAMS);
    CHECK_STR(lp_status_text(), "params: array 0, byte 116: entry 1 of a sparse array is expected "
                                "below 3, found 3");
    read_hex(row_sparse);
    memset(bytes + 124, 0xff, 8);
    CHECK_EQ_INT(open_bytes(size), LP_ERROR_PARAMS);
    read_hex(row_sparse);
    bytes[36] = 3; /* rows that are stored */
    CHECK_EQ_INT(open_bytes(size), LP_ERROR_PARAMS);
    CHECK_CONTAINS(lp_status_text(), "a row_sparse array of shape (3,2) cannot have stored values "
                                     "of shape (3,2) and index vectors of 2 and 0 entries");
    read_hex(csr);
    bytes[120 + 32] = 2; /* a column */
    CHECK_EQ_INT(open_bytes(size), LP_ERROR_PARAMS);
    CHECK_CONTAINS(lp_status_text(), "byte 152: entry 0 of a sparse array is expected below 2");
    read_hex(csr);
    bytes[120 + 24] = 4; /* the end of the last row */
    CHECK_EQ_INT(open_bytes(size), LP_ERROR_PARAMS);
    CHECK_STR(lp_status_text(), "params: array 0, byte 120: row 3 of a csr array begins at 4, "
                                "expected a value from 2 to 3");
    read_hex(csr);
    bytes[120 + 8] = 3; /* row 1 begins after row 2 */
    CHECK_EQ_INT(open_bytes(size), LP_ERROR_PARAMS);
    CHECK_CONTAINS(lp_status_text(), "row 2 of a csr array begins at 2, expected a value from 3");
}

static void check_error(const char *expected) {
    CHECK_EQ_INT(open_bytes(size), LP_ERROR_PARAMS);
    CHECK_STR(lp_status_text(), expected);
}

TEST(says_what_is_wrong) {
    size = 0;
    source = lp_byte_source_memory(NULL, 0);
    CHECK_EQ_INT(lp_ndarray_file_open(&source, &pool, &file), LP_ERROR_PARAMS);
    check_error("Invalid NDArray file format: expected at least 24 bytes that begin with 0x112, "
                "found 0 bytes that begin with 0x0");
    put_start(0);
    bytes[0] = 0x13;
    put(0, 8);
    check_error("Invalid NDArray file format: expected at least 24 bytes that begin with 0x112, "
                "found 32 bytes that begin with 0x113");
    put_start(UINT64_MAX);
    put(0, 8);
    check_error("Invalid NDArray file format: byte 16: 18446744073709551615 arrays cannot stand in "
                "32 bytes");
    put_start(1);
    put_head(0, 1, 1, 0);
    put(0, 4);
    put(2, 8);
    check_error("Invalid NDArray file format: byte 52: expected 0 or 1 names, found 2");
    put_start(1);
    put_head(0, 1, 1, 13);
    put(0, 4);
    put(0, 8);
    check_error("params: array 0, byte 44: expected a type code from 0 to 12, found 13");
    put_start(1);
    put(11, 4);
    put(0, 8);
    check_error("params: array 0, byte 28: expected at most 10 dimensions, found 11");
    put_start(1);
    put_head(1, 1, (uint64_t)-5, 0);
    put(0, 8);
    check_error("params: array 0, byte 48: dimension 1 is negative: -5");
    put_start(1);
    put_head(2, 1, UINT64_MAX, 0);
    put(0, 8);
    check_error("params: array 0, byte 52: a dimension is negative: -1");
    put_start(1);
    put_head(2, UINT64_C(1) << 40, UINT64_C(1) << 40, 0);
    put(0, 8);
    check_error("params: array 0, byte 64: the shape (1099511627776,1099511627776) is too big");
    put_start(1);
    put_head(2, 1000, 1000, 0);
    put(0, 8);
    check_error("params: array 0, byte 64: expected 4000000 bytes of data, found 8: the file is "
                "cut off or damaged");
    put_start(1);
    put(0xF993FAC9, 4);
    put(3, 4);
    put(0, 8);
    check_error("params: array 0, byte 28: expected storage type 0 (dense), 1 (row_sparse) or 2 "
                "(csr), found 3");
    put_start(1);
    put_head(0, 1, 1, 0);
    put(0, 4);
    put(1, 8);
    put(UINT64_MAX, 8);
    put(0, 8);
    check_error("params: array 0, byte 68: expected 18446744073709551615 bytes of a name, found 8: "
                "the file is cut off or damaged");
}

TEST(accepts_an_empty_list) {
    put_start(0);
    put(0, 8);
    CHECK_EQ_INT(open_bytes(size), LP_OK);
    CHECK_EQ_INT(file.count, 0);
    CHECK(!file.named);
}

/* A file of all kinds, for damage. */
static void put_mixture(void) {
    unsigned char sparse[512];
    read_hex(row_sparse);
    size_t row_size = size - 32; /* the array alone */
    memcpy(sparse, bytes + 24, row_size);
    read_hex(csr);
    size_t csr_size = size - 32;
    memcpy(sparse + row_size, bytes + 24, csr_size);
    put_start(7);
    memcpy(bytes + size, sparse, row_size + csr_size);
    size += row_size + csr_size;
    for (int version = 0; version < 4; version++) {
        put_head(version, 2, 1, version == 3 ? 11 : (uint64_t)version);
        put(1, 8);
        put(2, version == 1 || version == 3 ? 8 : 0);
        size -= version == 2 ? 4 : 0;
    }
    put(0, 4);
    put(7, 8);
    for (int i = 0; i < 7; i++) {
        put_name("arg:x");
    }
}

static void copy_all(void) {
    static double target[4096];
    for (size_t i = 0; i < file.count; i++) {
        lp_ndarray_entry entry = entry_at(i);
        size_t needed;
        if (!entry.none && lp_shape_bytes(&entry.shape, 8, &needed) && needed <= sizeof target) {
            copy_entry(&entry, LP_FLOAT64, target);
        }
    }
}

TEST(refuses_files_cut_off_anywhere) {
    put_mixture();
    REQUIRE(open_bytes(size) == LP_OK);
    copy_all();
    for (size_t length = 0; length < size; length++) {
        CHECK_EQ_INT(open_bytes(length), LP_ERROR_PARAMS);
    }
}

TEST(survives_changed_bytes) {
    uint32_t random = 1;
    int accepted = 0;
    for (int i = 0; i < 20000; i++) {
        put_mixture();
        for (int k = 0; k < 1 + i % 3; k++) {
            random = random * 1664525u + 1013904223u;
            size_t at = (random >> 8) % size;
            bytes[at] = k % 2 == 0 ? (unsigned char)(random >> 3) : (unsigned char)(random >> 30);
        }
        lp_status status = open_bytes(size);
        CHECK(status == LP_OK || status == LP_ERROR_PARAMS);
        if (status == LP_OK) {
            accepted++;
            copy_all();
        }
    }
    CHECK(accepted > 100 && accepted < 19900); /* both happen */
}

/* ---- memory --------------------------------------------------------------- */

static size_t used;
static size_t most;
static long until_failure;

static void *count_allocate(size_t bytes_wanted, size_t alignment, void *user) {
    (void)user;
    if (until_failure == 0) {
        return NULL;
    }
    until_failure -= until_failure > 0;
    used += bytes_wanted;
    most = used > most ? used : most;
    return aligned_take(alignment, bytes_wanted);
}

static void count_release(void *memory, size_t released, void *user) {
    (void)user;
    used -= released;
    aligned_give(memory);
}

TEST(takes_less_than_ten_times_the_file_and_reports_failed_allocation) {
    lp_pool_free(&pool);
    lp_pool_free(&pool_on_disk);
    lp_byte_source_close(&source_on_disk);
    REQUIRE(lp_memory_set_allocator(count_allocate, count_release, NULL) == LP_OK);
    /* The smallest arrays there are. */
    enum { ARRAYS = 250000 };
    unsigned char *many = calloc(1, 24 + ARRAYS * 4 + 8);
    REQUIRE(many != NULL);
    put_start(ARRAYS);
    memcpy(many, bytes, 24);
    source = lp_byte_source_memory(many, 24 + ARRAYS * 4 + 8);
    until_failure = -1;
    CHECK_EQ_INT(lp_ndarray_file_open(&source, &pool, &file), LP_OK);
    CHECK(most < 5 * (24 + ARRAYS * 4));
    lp_pool_free(&pool);
    until_failure = 0;
    CHECK_EQ_INT(lp_ndarray_file_open(&source, &pool, &file), LP_ERROR_MEMORY);
    lp_pool_free(&pool);
    CHECK_EQ_INT(used, 0);
    REQUIRE(lp_memory_set_allocator(NULL, NULL, NULL) == LP_OK);
    free(many);
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    int made = mkstemp(path);
    if (made < 0 || close(made) != 0) {
        return 1;
    }
    RUN(reads_dense_arrays_of_every_version);
    RUN(reads_every_type);
    RUN(copies_more_than_one_chunk);
    RUN(reads_arrays_without_data);
    RUN(makes_sparse_arrays_dense);
    RUN(refuses_sparse_indices_out_of_range);
    RUN(says_what_is_wrong);
    RUN(accepts_an_empty_list);
    RUN(refuses_files_cut_off_anywhere);
    RUN(survives_changed_bytes);
    RUN(takes_less_than_ten_times_the_file_and_reports_failed_allocation);
    lp_pool_free(&pool);
    lp_pool_free(&pool_on_disk);
    lp_byte_source_close(&source_on_disk);
    (void)remove(path);
    free(exact);
    return check_end();
}
