/*
 * classify.c - says what an image shows. The engine is in this program: predict.c is all of it.
 *     classify IMAGE [SYMBOL PARAMS SIZE]
 *
 * IMAGE: PGM (one channel) or PPM (three), binary, 8 bits, as large as the network's input, SIZE x
 * SIZE; values are divided by the largest. Without a network: handwritten digits, white on black.
 */
#include "predict.c" /* before any other header */

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define DIGITS "../models/digits/digits"

/* A number of the image's head, behind blanks and comments; 0: there is none. */
static unsigned read_number(FILE *file) {
    unsigned number = 0;
    char hash[2];
    while (fscanf(file, " %1[#]%*[^\n]", hash) == 1) continue;
    return fscanf(file, "%9u", &number) == 1 ? number : 0;
}

/* The image as the network takes it, channel by channel; NULL after a message. */
static float *read_image(const char *path, unsigned size, uint32_t *channels) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) return perror(path), NULL;
    const int kind = getc(file) == 'P' ? getc(file) : 0;
    const unsigned width = read_number(file), height = read_number(file), most = read_number(file);
    *channels = kind == '6' ? 3 : 1;
    const size_t area = (size_t)size * size, bytes = area * *channels;
    float *pixels = calloc(bytes, sizeof *pixels);
    size_t got = 0;
    if ((kind != '5' && kind != '6') || most < 1 || most > 255 || !isspace(getc(file))) {
        fprintf(stderr, "%s: not a binary PGM or PPM image of 8 bits\n", path);
    } else if (width != size || height != size) {
        fprintf(stderr, "%s: expected %ux%u pixels, found %ux%u\n", path, size, size, width, height);
    } else {
        for (int value; pixels != NULL && got < bytes && (value = getc(file)) != EOF; got++) {
            pixels[got % *channels * area + got / *channels] = (float)value / (float)most;
        }
        if (got < bytes) {
            fprintf(stderr, "%s: expected %zu bytes of pixels, found %zu\n", path, bytes, got);
        }
    }
    fclose(file);
    return got == bytes ? pixels : (free(pixels), NULL);
}

static void print_top_three(const float *scores, size_t count) {
    for (size_t rank = 0; rank < 3; rank++) {
        for (size_t i = 0; i < count; i++) {
            size_t better = 0;
            for (size_t k = 0; k < count; k++) {
                better += scores[k] > scores[i] || (scores[k] == scores[i] && k < i);
            }
            if (better == rank) printf("class %zu: %.4f\n", i, (double)scores[i]);
        }
    }
}

int main(int argc, char **argv) {
    const char *symbol = argc == 5 ? argv[2] : DIGITS "-symbol.json", *data[] = {"data"};
    const char *params = argc == 5 ? argv[3] : DIGITS "-0000.params";
    const unsigned size = argc == 5 ? (unsigned)atoi(argv[4]) : 8;
    if ((argc != 2 && argc != 5) || size < 1 || size > 4096) {
        fprintf(stderr, "usage: classify IMAGE [SYMBOL PARAMS SIZE]\n");
        return 2;
    }
    uint32_t shape[4] = {1, 1, size, size}, starts[] = {0, 4};
    LPModelHandle model = NULL;
    PredictorHandle predictor = NULL;
    const void *scores = NULL;
    size_t bytes = 0;
    float *pixels = read_image(argv[1], size, &shape[1]);
    if (pixels != NULL &&
        (LPModelCreateFromFiles(symbol, params, NULL, &model) != 0 ||
         LPPredCreate(model, 1, data, starts, shape, 0, NULL, NULL, 0, NULL, NULL, NULL,
                      &predictor) != 0 ||
         MXPredSetInput(predictor, "data", pixels, shape[1] * size * size) != 0 ||
         MXPredForward(predictor) != 0 ||
         LPPredGetOutputData(predictor, 0, &scores, &bytes) != 0)) {
        fprintf(stderr, "%s\n", MXGetLastError());
    }
    print_top_three(scores, bytes / sizeof(float));
    MXPredFree(predictor);
    LPModelFree(model);
    free(pixels);
    return scores == NULL;
}
