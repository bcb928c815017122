/*
 * A server that forks: the parent loads and warms up, children answer.
 * Usage: prefork-server SYMBOL PARAMS BATCH IMAGE...
 */
#include <mxnet/c_predict_api.h>
#include <sys/wait.h>
#include <unistd.h>

#include "old-files.h"

static char *symbol, *params;
static long params_size;
static int batch;
static float *input, *output;

static PredictorHandle create(void) {
    const char *keys[] = {"data"};
    const mx_uint indptr[] = {0, 4};
    mx_uint shape[] = {0, 1, 8, 8};
    PredictorHandle pred = NULL;
    shape[0] = (mx_uint)batch;
    if (MXPredCreate(symbol, params, (int)params_size, 1, 0, 1, keys, indptr, shape, &pred) != 0) {
        fprintf(stderr, "%s\n", MXGetLastError());
        _exit(1);
    }
    return pred;
}

/* The image in every place of the batch; answers for the last place. */
static void answer(PredictorHandle pred, const char *path, char *text, size_t size,
                   const char *who) {
    float pixels[DIGIT_PIXELS], *last = output + (batch - 1) * DIGIT_CLASSES;
    int i, best;
    read_image(path, pixels);
    for (i = 0; i < batch; i++) {
        memcpy(input + i * DIGIT_PIXELS, pixels, sizeof pixels);
    }
    if (MXPredSetInput(pred, "data", input, (mx_uint)(batch * DIGIT_PIXELS)) != 0 ||
        MXPredForward(pred) != 0 ||
        MXPredGetOutput(pred, 0, output, (mx_uint)(batch * DIGIT_CLASSES)) != 0) {
        fprintf(stderr, "%s\n", MXGetLastError());
        _exit(1);
    }
    best = best_class(last, DIGIT_CLASSES);
    snprintf(text, size, "%s: class %d, %.6f\n", who, best, last[best]);
}

/* A child writes into a pipe; the parent prints, so that the order is always the same. */
static int serve(PredictorHandle parents, const char *path, int round) {
    char text[256] = "";
    int ends[2], status = 0;
    ssize_t got;
    pid_t pid;
    fflush(NULL);
    if (pipe(ends) != 0 || (pid = fork()) < 0) {
        perror("fork");
        return 1;
    }
    if (pid == 0) {
        alarm(20); /* a child that hangs is a child that failed */
        if (round % 2 == 0) {
            answer(parents, path, text, sizeof text, "child, parent's predictor");
        } else {
            PredictorHandle own = create();
            answer(own, path, text, sizeof text, "child, own predictor");
            MXPredFree(own);
        }
        MXPredFree(parents);
        _exit(write(ends[1], text, strlen(text)) == (ssize_t)strlen(text) ? 0 : 1);
    }
    close(ends[1]);
    got = read(ends[0], text, sizeof text - 1);
    text[got > 0 ? got : 0] = '\0';
    close(ends[0]);
    waitpid(pid, &status, 0);
    printf("%s", text);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        printf("the child ended with status %x\n", (unsigned)status);
        return 1;
    }
    return 0;
}

int main(int argc, char *argv[]) {
    PredictorHandle pred;
    char text[256];
    long symbol_size;
    int i, failed = 0;
    if (argc < 5) {
        return 1;
    }
    symbol = read_file(argv[1], &symbol_size);
    params = read_file(argv[2], &params_size);
    batch = atoi(argv[3]);
    input = (float *)malloc((size_t)batch * DIGIT_PIXELS * sizeof(float));
    output = (float *)malloc((size_t)batch * DIGIT_CLASSES * sizeof(float));
    pred = create();
    for (i = 0; i < argc - 4; i++) {
        answer(pred, argv[4 + i], text, sizeof text, "parent");
        printf("%s", text);
        failed += serve(pred, argv[4 + i], i);
    }
    answer(pred, argv[4], text, sizeof text, "parent, at the end");
    printf("%s", text);
    MXPredFree(pred);
    return failed != 0;
}
