/* Random damage to a file's bytes, the same for the same seed. */
#ifndef LP_CHANGE_BYTES_H_
#define LP_CHANGE_BYTES_H_

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static uint64_t change_state;

static inline size_t change_below(size_t limit) {
    change_state = change_state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(change_state >> 33) % limit;
}

/* The changes that follow depend on the seed alone. */
static inline void change_begin(size_t seed) {
    change_state = seed * 0x9E3779B97F4A7C15u + 99;
    (void)change_below(2);
}

/* Flips bits, puts in digits and signs, doubles or drops a stretch. Returns the new size; room for 64 more. */
static inline size_t change(char *bytes, size_t size) {
    static const char likely[] = "0123456789-,()[]{}\"'.: eLN";
    for (size_t n = 1 + change_below(3); n > 0 && size > 0; n--) {
        size_t at = change_below(size);
        switch (change_below(4)) {
            case 0:
                bytes[at] = (char)(bytes[at] ^ (1 << change_below(8)));
                break;
            case 1:
                bytes[at] = likely[change_below(sizeof likely - 1)];
                break;
            case 2: {
                size_t length = 1 + change_below(16);
                length = length < size - at ? length : size - at;
                memmove(bytes + at + length, bytes + at, size - at);
                size += length;
                break;
            }
            default: {
                size_t length = 1 + change_below(8);
                length = length < size - at ? length : size - at;
                memmove(bytes + at, bytes + at + length, size - at - length);
                size -= length;
                break;
            }
        }
    }
    return size;
}

#endif /* LP_CHANGE_BYTES_H_ */
