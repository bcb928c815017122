/* Tests of the strided copy, against the plain loops. */
#include "check.h"

#include "../src/kernel/strided_copy.h"

enum { ELEMENTS = 40000 };

static uint32_t state;

static int64_t pick(int64_t count) {
    state = state * 1664525u + 1013904223u;
    return (int64_t)(state >> 8) % count;
}

/* Element by element, in the order of the loops. */
static void copy_plainly(const lp_strided_copy *copy, const unsigned char *from, unsigned char *to,
                         size_t size) {
    int64_t at[LP_STRIDED_COPY_MAX] = {0};
    for (;;) {
        int64_t source = 0;
        int64_t target = 0;
        for (int i = 0; i < copy->ndim; i++) {
            source += at[i] * copy->from[i];
            target += at[i] * copy->to[i];
        }
        memcpy(to + target * (int64_t)size, from + source * (int64_t)size, size);
        int i = copy->ndim - 1;
        while (i >= 0 && ++at[i] == copy->size[i]) {
            at[i--] = 0;
        }
        if (i < 0) {
            return;
        }
    }
}

static unsigned char source[ELEMENTS * 8];
static unsigned char actual[ELEMENTS * 8];
static unsigned char expected[ELEMENTS * 8];

static void compare(const lp_strided_copy *copy, int64_t from, int64_t to, unsigned threads_count) {
    lp_threads *threads = NULL;
    REQUIRE(lp_threads_create(threads_count, &threads) == LP_OK);
    for (size_t size = 1; size <= 8; size *= 2) {
        memset(actual, 0xaa, sizeof actual);
        memset(expected, 0xaa, sizeof expected);
        copy_plainly(copy, source + from * (int64_t)size, expected + to * (int64_t)size, size);
        lp_strided_copy_run(copy, source + from * (int64_t)size, actual + to * (int64_t)size, size,
                            threads);
        CHECK_BYTES(actual, expected, sizeof actual);
    }
    lp_threads_free(threads);
}

TEST(does_what_plain_loops_do) {
    state = 1;
    for (int round = 0; round < 600; round++) {
        lp_strided_copy copy;
        int ndim = (int)pick(6);
        int64_t size[8];
        int order[8];
        int64_t to = 0;
        int64_t from = 0;
        int64_t strides[8];
        int64_t stride = 1;
        for (int i = 0; i < ndim; i++) {
            size[i] = 1 + pick(round % 3 == 0 ? 20 : 5);
            order[i] = i;
        }
        while (ndim > 0) {
            int64_t total = 1;
            for (int i = 0; i < ndim; i++) {
                total *= size[i];
            }
            if (total <= ELEMENTS / 8) {
                break;
            }
            ndim--;
        }
        for (int i = ndim - 1; i > 0; i--) {
            int other = (int)pick(i + 1);
            int swap = order[i];
            order[i] = order[other];
            order[other] = swap;
        }
        /* The order of the source is another one; some of its loops run backwards or stand still. */
        for (int i = ndim - 1; i >= 0; i--) {
            int loop = order[i] < ndim ? order[i] : i;
            strides[loop] = stride;
            stride *= size[loop];
        }
        lp_strided_copy_begin(&copy);
        int64_t gap = 1 + pick(2);
        for (int i = 0; i < ndim; i++) {
            int64_t kind = pick(6);
            int64_t step = kind == 0 ? 0 : kind == 1 ? -strides[i] : strides[i];
            int64_t inner = gap;
            for (int k = i + 1; k < ndim; k++) {
                inner *= size[k];
            }
            if (kind == 1) {
                from += strides[i] * (size[i] - 1);
            }
            lp_strided_copy_add(&copy, size[i], step, inner);
        }
        compare(&copy, from, to + pick(5), 1);
    }
}

TEST(transposes_of_all_sizes_around_a_tile) {
    for (int64_t rows = 1; rows < 36; rows += rows < 14 ? 4 : 1) {
        for (int64_t columns = 1; columns < 36; columns += columns < 14 ? 4 : 1) {
            lp_strided_copy copy;
            lp_strided_copy_begin(&copy);
            lp_strided_copy_add(&copy, 3, rows * columns, rows * columns);
            lp_strided_copy_add(&copy, rows, 1, columns);
            lp_strided_copy_add(&copy, columns, rows, 1);
            compare(&copy, 0, 0, 1);
        }
    }
}

TEST(copies_nothing_where_a_loop_is_empty) {
    lp_strided_copy copy;
    unsigned char byte = 7;
    lp_strided_copy_begin(&copy);
    lp_strided_copy_add(&copy, 3, 1, 1);
    lp_strided_copy_add(&copy, 0, 1, 1);
    lp_strided_copy_run(&copy, NULL, NULL, 4, NULL);
    lp_strided_copy_begin(&copy);
    lp_strided_copy_run(&copy, source + 1, &byte, 1, NULL);
    CHECK_EQ_INT(byte, source[1]);
}

TEST(threads_share_large_copies) {
    enum { ROWS = 700, COLUMNS = 512 };
    uint32_t *large = malloc(ROWS * COLUMNS * sizeof *large);
    uint32_t *turned = malloc(ROWS * COLUMNS * sizeof *turned);
    REQUIRE(large != NULL && turned != NULL);
    for (uint32_t i = 0; i < ROWS * COLUMNS; i++) {
        large[i] = i;
    }
    lp_threads *threads = NULL;
    REQUIRE(lp_threads_create(3, &threads) == LP_OK);
    for (int rows_kind = 0; rows_kind < 2; rows_kind++) {
        lp_strided_copy copy;
        lp_strided_copy_begin(&copy);
        lp_strided_copy_add(&copy, 2, COLUMNS / 2, rows_kind ? COLUMNS / 2 : ROWS * COLUMNS / 2);
        lp_strided_copy_add(&copy, rows_kind ? ROWS : COLUMNS / 2, rows_kind ? COLUMNS : 1,
                            rows_kind ? COLUMNS : ROWS);
        lp_strided_copy_add(&copy, rows_kind ? COLUMNS / 2 : ROWS, rows_kind ? 1 : COLUMNS, 1);
        memset(turned, 0xff, ROWS * COLUMNS * sizeof *turned);
        lp_strided_copy_run(&copy, large, turned, 4, threads);
        int wrong = 0;
        for (uint32_t row = 0; row < ROWS; row++) {
            for (uint32_t column = 0; column < COLUMNS; column++) {
                uint32_t value = row * COLUMNS + column;
                wrong += turned[rows_kind ? value : column * ROWS + row] != value;
            }
        }
        CHECK_EQ_INT(wrong, 0);
    }
    lp_threads_free(threads);
    free(large);
    free(turned);
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    for (size_t i = 0; i < sizeof source; i++) {
        source[i] = (unsigned char)(i * 167 + i / 256 * 13);
    }
    RUN(does_what_plain_loops_do);
    RUN(transposes_of_all_sizes_around_a_tile);
    RUN(copies_nothing_where_a_loop_is_empty);
    RUN(threads_share_large_copies);
    return check_end();
}
