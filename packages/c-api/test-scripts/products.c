// Convolutions and FullyConnected of many shapes against the same in double, by the definition.
// Prints "N wrong", and with FAKE_CBLAS how often its two functions were called.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "c_predict_api.h"

#if defined(FAKE_CBLAS)
extern int fake_cblas_products, fake_cblas_vectors;
#endif

typedef struct {
    int images, channels, size, filters, kernel, stride, pad, groups;
    const char *act; /* relu, tanh or NULL */
    int add;         /* the data are added behind */
} shape;

static uint32_t seed = 1;
static float number(void) {
    seed = seed * 1664525u + 1013904223u;
    return (float)(seed >> 8) / 8388608.0f - 1.0f;
}

static void *fill(float *to, long n) {
    for (long i = 0; i < n; i++) {
        to[i] = number();
    }
    return to;
}

/* Runs a graph whose variables are data, w and b; returns what it gives. */
static float *run(const char *json, const uint32_t *data, uint32_t dims, const float *x, long nx,
                  const float *w, long nw, const uint32_t *wd, uint32_t wdims, const float *b,
                  uint32_t nb, long ny) {
    const char *keys[] = {"data", "w", "b"};
    uint32_t indptr[4] = {0, dims, dims + wdims, dims + wdims + 1}, all[16];
    static const uint64_t no_arrays[4] = {0x112, 0, 0, 0};
    PredictorHandle h = NULL;
    float *y = malloc((size_t)ny * sizeof *y);
    memcpy(all, data, dims * sizeof *all);
    memcpy(all + dims, wd, wdims * sizeof *all);
    all[dims + wdims] = nb;
    if (MXPredCreate(json, no_arrays, (int)sizeof no_arrays, 1, 0, 3, keys, indptr, all, &h) != 0 ||
        MXPredSetInput(h, "w", w, (uint32_t)nw) != 0 || MXPredSetInput(h, "b", b, nb) != 0 ||
        MXPredSetInput(h, "data", x, (uint32_t)nx) != 0 || MXPredForward(h) != 0 ||
        MXPredGetOutput(h, 0, y, (uint32_t)ny) != 0) {
        fprintf(stderr, "%s\n", MXGetLastError());
        exit(1);
    }
    MXPredFree(h);
    return y;
}

static double finish(const shape *s, double sum, double added) {
    sum = s->act == NULL ? sum : s->act[0] == 'r' ? (sum > 0 ? sum : 0) : tanh(sum);
    return s->add ? sum + added : sum;
}

static void tail(char *json, const shape *s) {
    int last = 3;
    char *at = json + strlen(json);
    if (s->act != NULL) {
        at += sprintf(at, ",{\"op\":\"Activation\",\"name\":\"act\",\"attrs\":{\"act_type\":\"%s\"},\"inputs\":[[%d,0,0]]}", s->act, last++);
    }
    if (s->add) {
        at += sprintf(at, ",{\"op\":\"elemwise_add\",\"name\":\"sum\",\"inputs\":[[%d,0,0],[0,0,0]]}", last++);
    }
    sprintf(at, "],\"arg_nodes\":[0,1,2],\"heads\":[[%d,0,0]],\"attrs\":{\"mxnet_version\":[\"int\",10900]}}", last);
}

static const char *variables =
    "{\"nodes\":[{\"op\":\"null\",\"name\":\"data\",\"inputs\":[]},{\"op\":\"null\",\"name\":\"w\",\"inputs\":[]},"
    "{\"op\":\"null\",\"name\":\"b\",\"inputs\":[]},";

static int differs(double ours, double expected, double depth) {
    return !(fabs(ours - expected) <= 1e-6 + (1e-6 * sqrt(depth) + 2e-6) * sqrt(depth));
}

static int convolution(const shape *s) {
    const int out = (s->size + 2 * s->pad - s->kernel) / s->stride + 1;
    const int per = s->channels / s->groups, fper = s->filters / s->groups;
    const long nx = (long)s->images * s->channels * s->size * s->size;
    const long nw = (long)s->filters * per * s->kernel * s->kernel;
    const long ny = (long)s->images * s->filters * out * out;
    float *x = fill(malloc((size_t)nx * sizeof *x), nx), *w = fill(malloc((size_t)nw * sizeof *w), nw);
    float *b = fill(malloc((size_t)s->filters * sizeof *b), s->filters);
    const uint32_t data[] = {(uint32_t)s->images, (uint32_t)s->channels, (uint32_t)s->size, (uint32_t)s->size};
    const uint32_t wd[] = {(uint32_t)s->filters, (uint32_t)per, (uint32_t)s->kernel, (uint32_t)s->kernel};
    char json[2000];
    int wrong = 0;
    sprintf(json, "%s{\"op\":\"Convolution\",\"name\":\"f\",\"attrs\":{\"kernel\":\"(%d,%d)\",\"stride\":\"(%d,%d)\",\"pad\":\"(%d,%d)\",\"num_filter\":\"%d\",\"num_group\":\"%d\"},\"inputs\":[[0,0,0],[1,0,0],[2,0,0]]}",
            variables, s->kernel, s->kernel, s->stride, s->stride, s->pad, s->pad, s->filters, s->groups);
    tail(json, s);
    float *y = run(json, data, 4, x, nx, w, nw, wd, 4, b, (uint32_t)s->filters, ny);
    for (long i = 0; i < ny; i++) {
        const int ox = (int)(i % out), oy = (int)(i / out % out), f = (int)(i / out / out % s->filters);
        const int n = (int)(i / out / out / s->filters);
        double sum = b[f];
        for (int c = 0; c < per; c++) {
            for (int ky = 0; ky < s->kernel; ky++) {
                for (int kx = 0; kx < s->kernel; kx++) {
                    const int iy = oy * s->stride - s->pad + ky, ix = ox * s->stride - s->pad + kx;
                    if (iy >= 0 && ix >= 0 && iy < s->size && ix < s->size) {
                        sum += (double)x[((n * s->channels + f / fper * per + c) * s->size + iy) * s->size + ix] *
                               w[((f * per + c) * s->kernel + ky) * s->kernel + kx];
                    }
                }
            }
        }
        wrong += differs(y[i], finish(s, sum, s->add ? x[i] : 0), per * s->kernel * s->kernel);
    }
    free(x), free(w), free(b), free(y);
    return wrong;
}

static int fully_connected(const shape *s) {
    const long nx = (long)s->images * s->channels, nw = (long)s->filters * s->channels;
    const long ny = (long)s->images * s->filters;
    float *x = fill(malloc((size_t)nx * sizeof *x), nx), *w = fill(malloc((size_t)nw * sizeof *w), nw);
    float *b = fill(malloc((size_t)s->filters * sizeof *b), s->filters);
    const uint32_t data[] = {(uint32_t)s->images, (uint32_t)s->channels};
    const uint32_t wd[] = {(uint32_t)s->filters, (uint32_t)s->channels};
    char json[2000];
    int wrong = 0;
    sprintf(json, "%s{\"op\":\"FullyConnected\",\"name\":\"f\",\"attrs\":{\"num_hidden\":\"%d\"},\"inputs\":[[0,0,0],[1,0,0],[2,0,0]]}",
            variables, s->filters);
    tail(json, s);
    float *y = run(json, data, 2, x, nx, w, nw, wd, 2, b, (uint32_t)s->filters, ny);
    for (long i = 0; i < ny; i++) {
        double sum = b[i % s->filters];
        for (int k = 0; k < s->channels; k++) {
            sum += (double)x[i / s->filters * s->channels + k] * w[i % s->filters * s->channels + k];
        }
        wrong += differs(y[i], finish(s, sum, s->add ? x[i] : 0), s->channels);
    }
    free(x), free(w), free(b), free(y);
    return wrong;
}

int main(void) {
    const shape convolutions[] = {
        {1, 16, 12, 24, 1, 1, 0, 1, "relu", 0}, {2, 24, 9, 24, 3, 1, 1, 1, NULL, 1},
        {1, 24, 9, 24, 3, 1, 1, 1, "relu", 1},  {1, 32, 8, 48, 3, 2, 1, 2, "tanh", 0},
        {3, 8, 17, 8, 5, 1, 2, 1, "tanh", 1},   {1, 3, 20, 13, 7, 2, 3, 1, "relu", 0},
        {1, 16, 10, 16, 3, 1, 1, 16, NULL, 0},  {1, 4, 3, 2, 1, 1, 0, 1, NULL, 0},
    };
    const shape products[] = {
        {1, 300, 0, 70, 0, 0, 0, 0, "relu", 0},  {5, 129, 0, 129, 0, 0, 0, 0, NULL, 1},
        {70, 600, 0, 65, 0, 0, 0, 0, "tanh", 0}, {2, 7, 0, 3, 0, 0, 0, 0, NULL, 0},
        {4, 256, 0, 256, 0, 0, 0, 0, "relu", 1},
    };
    int wrong = 0;
    for (size_t i = 0; i < sizeof convolutions / sizeof *convolutions; i++) {
        wrong += convolution(&convolutions[i]);
    }
    for (size_t i = 0; i < sizeof products / sizeof *products; i++) {
        wrong += fully_connected(&products[i]);
    }
    printf("%d wrong\n", wrong);
#if defined(FAKE_CBLAS)
    printf("%d products, %d vectors\n", fake_cblas_products, fake_cblas_vectors);
#endif
    puts(LPGetBuildInfo());
    return wrong != 0;
}
