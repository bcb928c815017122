/*
 * One predictor for each thread. They are used on workers and freed on another thread, the reaper.
 * Usage: thread-server SYMBOL PARAMS main|own|crowd|shared IMAGE...
 *   main    MXPredCreate on the main thread
 *   own     MXPredCreate on the worker, one after the other, as was wise with MXNet
 *   crowd   MXPredCreate on the worker, all at once
 *   shared  MXPredCreateMultiThread on the main thread: one copy of the weights
 */
#include <mxnet/c_predict_api.h>
#include <pthread.h>

#include "old-files.h"

#define ROUNDS 20
#define MAX_THREADS 16

static const char *input_keys[] = {"data"};
static const mx_uint indptr[] = {0, 4};
static const mx_uint shape[] = {1, 1, 8, 8};
static char *symbol, *params;
static long params_size;

typedef struct {
    PredictorHandle pred;
    float pixels[DIGIT_PIXELS];
    float scores[DIGIT_CLASSES];
    int same; /* all rounds gave the same numbers */
    char error[256];
} job_t;

static job_t jobs[MAX_THREADS];
static pthread_mutex_t creating = PTHREAD_MUTEX_INITIALIZER;
static int crowd;

static int create(job_t *job) {
    int result;
    if (!crowd) {
        pthread_mutex_lock(&creating);
    }
    result = MXPredCreate(symbol, params, (int)params_size, 1, 0, 1, input_keys, indptr, shape,
                          &job->pred);
    if (!crowd) {
        pthread_mutex_unlock(&creating);
    }
    return result;
}

static void *work(void *arg) {
    job_t *job = (job_t *)arg;
    int round;
    job->same = 1;
    if (job->pred == NULL && create(job) != 0) {
        snprintf(job->error, sizeof job->error, "%s", MXGetLastError());
        return NULL;
    }
    for (round = 0; round < ROUNDS; round++) {
        float scores[DIGIT_CLASSES];
        if (MXPredSetInput(job->pred, "data", job->pixels, DIGIT_PIXELS) != 0 ||
            MXPredForward(job->pred) != 0 ||
            MXPredGetOutput(job->pred, 0, scores, DIGIT_CLASSES) != 0) {
            snprintf(job->error, sizeof job->error, "%s", MXGetLastError());
            return NULL;
        }
        if (round > 0 && memcmp(scores, job->scores, sizeof scores) != 0) {
            job->same = 0;
        }
        memcpy(job->scores, scores, sizeof scores);
    }
    return NULL;
}

static void *reap(void *arg) {
    int i, count = *(int *)arg;
    for (i = 0; i < count; i++) {
        if (MXPredFree(jobs[i].pred) != 0) {
            snprintf(jobs[i].error, sizeof jobs[i].error, "%s", MXGetLastError());
        }
    }
    return NULL;
}

int main(int argc, char *argv[]) {
    pthread_t threads[MAX_THREADS], reaper;
    PredictorHandle preds[MAX_THREADS];
    long symbol_size;
    int count = argc - 4, i, failed = 0;
    if (count < 1 || count > MAX_THREADS) {
        return 1;
    }
    symbol = read_file(argv[1], &symbol_size);
    params = read_file(argv[2], &params_size);
    for (i = 0; i < count; i++) {
        read_image(argv[4 + i], jobs[i].pixels);
    }
    crowd = strcmp(argv[3], "crowd") == 0;
    for (i = 0; i < count && strcmp(argv[3], "main") == 0; i++) {
        if (create(&jobs[i]) != 0) {
            fprintf(stderr, "%s\n", MXGetLastError());
            return 1;
        }
    }
    if (strcmp(argv[3], "shared") == 0) {
        if (MXPredCreateMultiThread(symbol, params, (int)params_size, 1, 0, 1, input_keys, indptr,
                                    shape, count, preds) != 0) {
            fprintf(stderr, "%s\n", MXGetLastError());
            return 1;
        }
        for (i = 0; i < count; i++) {
            jobs[i].pred = preds[i];
        }
    }
    for (i = 0; i < count; i++) {
        pthread_create(&threads[i], NULL, work, &jobs[i]);
    }
    for (i = 0; i < count; i++) {
        pthread_join(threads[i], NULL);
    }
    pthread_create(&reaper, NULL, reap, &count);
    pthread_join(reaper, NULL);
    for (i = 0; i < count; i++) {
        int best = best_class(jobs[i].scores, DIGIT_CLASSES);
        if (jobs[i].error[0] != '\0') {
            fprintf(stderr, "thread %d: %s\n", i, jobs[i].error);
            failed = 1;
        }
        printf("thread %d: class %d, %.6f, %s\n", i, best, jobs[i].scores[best],
               jobs[i].same ? "always the same" : "not always the same");
    }
    return failed;
}
