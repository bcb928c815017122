/* What every one of these programs had on top: reading of files, small graymaps, lists of labels. */
#ifndef OLD_FILES_H
#define OLD_FILES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __GNUC__
#define OLD_UNUSED __attribute__((unused))
#else
#define OLD_UNUSED
#endif

#define DIGIT_PIXELS (8 * 8)
#define DIGIT_CLASSES 10

/* The content and, behind it, a NUL, for the symbol is passed as a string. */
static char *read_file(const char *path, long *size) {
    FILE *fp = fopen(path, "rb");
    char *buffer;
    if (fp == NULL) {
        fprintf(stderr, "Can't open %s\n", path);
        exit(1);
    }
    fseek(fp, 0, SEEK_END);
    *size = ftell(fp);
    rewind(fp);
    buffer = (char *)malloc((size_t)*size + 1);
    if (buffer == NULL || fread(buffer, 1, (size_t)*size, fp) != (size_t)*size) {
        fprintf(stderr, "Can't read %s\n", path);
        exit(1);
    }
    buffer[*size] = '\0';
    fclose(fp);
    return buffer;
}

/* A binary graymap (P5) of 8 x 8 pixels, as numbers from 0 to 1. */
OLD_UNUSED static void read_image(const char *path, float *pixels) {
    long size;
    int width, height, maximum, offset = 0, i;
    char *text = read_file(path, &size);
    if (sscanf(text, "P5 %d %d %d%n", &width, &height, &maximum, &offset) != 3 || width != 8 ||
        height != 8 || offset + 1 + DIGIT_PIXELS > size) {
        fprintf(stderr, "%s: not a graymap of 8 x 8 pixels\n", path);
        exit(1);
    }
    for (i = 0; i < DIGIT_PIXELS; i++) {
        pixels[i] = (float)(unsigned char)text[offset + 1 + i] / (float)maximum;
    }
    free(text);
}

OLD_UNUSED static int best_class(const float *scores, int count) {
    int best = 0, i;
    for (i = 1; i < count; i++) {
        if (scores[i] > scores[best]) {
            best = i;
        }
    }
    return best;
}

#endif
