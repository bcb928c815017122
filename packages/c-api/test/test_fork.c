/* Pools and locks in a forked child, and what signals the workers take. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* sigtimedwait, usleep */
#endif
#include "api_models.h"
#include "base/threads.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORKERS 4
#define CHUNKS 64
#define FORKS 60

#if defined(LP_NO_THREADS)
#define ONE_THREAD 1 /* nothing to lose in a fork; and no lock that two threads could share */
#else
#define ONE_THREAD 0
#endif

/* Threads that start allocate, and AddressSanitizer's allocator (not glibc's) is lost in a child when
 * a fork comes in the middle of that. */
static void let_threads_start(void) { usleep(10000); }

#if defined(__SANITIZE_ADDRESS__)
#define ALLOCATOR_SURVIVES_FORKS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ALLOCATOR_SURVIVES_FORKS 0
#endif
#endif
#ifndef ALLOCATOR_SURVIVES_FORKS
#define ALLOCATOR_SURVIVES_FORKS 1
#endif

/* What a child that ran `body` told: its exit code; a hang or a crash is the number of the signal plus 1000. */
static int in_child(int (*body)(void *), void *context) {
    int status = 0;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        alarm(20);
        _exit(body(context));
    }
    if (child < 0 || waitpid(child, &status, 0) != child) {
        return -1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

static void mark(void *context, int64_t chunk, unsigned worker) {
    atomic_int *counts = context;
    atomic_fetch_add(&counts[chunk], worker < WORKERS ? 1 : 1000);
}

/* Runs one loop; how many chunks were not done exactly once. */
static int loop_failures(lp_threads *threads) {
    atomic_int counts[CHUNKS];
    int failures = 0;
    for (int i = 0; i < CHUNKS; i++) {
        atomic_init(&counts[i], 0);
    }
    lp_threads_run(threads, CHUNKS, mark, counts);
    for (int i = 0; i < CHUNKS; i++) {
        failures += atomic_load(&counts[i]) != 1;
    }
    return failures;
}

static int use_and_free(void *context) {
    lp_threads *threads = context;
    int failures = 0;
    for (int i = 0; i < 3; i++) {
        failures += loop_failures(threads);
    }
    usleep(1000); /* workers of the child go to sleep */
    failures += loop_failures(threads);
    lp_threads_free(threads);
    return failures;
}

static int only_free(void *context) {
    lp_threads_free(context);
    return 0;
}

static int grandchild(void *context) {
    int failures = loop_failures(context);
    let_threads_start();
    return failures + in_child(use_and_free, context);
}

TEST(a_child_uses_and_frees_the_pool_of_its_parent) {
    lp_threads *threads = NULL;
    REQUIRE(lp_threads_create(WORKERS, &threads) == LP_OK);
    CHECK_EQ_INT(in_child(use_and_free, threads), 0); /* no worker was started yet */
    CHECK_EQ_INT(loop_failures(threads), 0);
    let_threads_start();
    for (int i = 0; i < FORKS; i++) {
        /* Workers that spin, that are about to sleep, that sleep. */
        usleep((useconds_t)(i % 6 * 40));
        CHECK_EQ_INT(in_child(i % 2 == 0 ? use_and_free : only_free, threads), 0);
        CHECK_EQ_INT(loop_failures(threads), 0);
    }
    CHECK_EQ_INT(in_child(grandchild, threads), 0);
    CHECK_EQ_INT(loop_failures(threads), 0);
    lp_threads_free(threads);
}

typedef struct guarded {
    lp_lock *lock;
    volatile int first;
    volatile int second;
    atomic_bool stop;
} guarded;

static void *change(void *context) {
    guarded *both = context;
    while (!atomic_load(&both->stop)) {
        lp_lock_take(both->lock);
        both->first++;
        usleep(300);
        both->second++;
        lp_lock_give(both->lock);
    }
    return NULL;
}

static int take_and_compare(void *context) {
    guarded *both = context;
    lp_lock_take(both->lock);
    int same = both->first == both->second;
    lp_lock_give(both->lock);
    lp_lock_free(both->lock);
    lp_lock *other = NULL;
    int made = lp_lock_create(&other) == LP_OK;
    lp_lock_free(other);
    return same && made ? 0 : 1;
}

TEST(what_a_lock_guards_is_whole_in_a_child) {
    if (ONE_THREAD) {
        return;
    }
    guarded both = {.first = 0};
    lp_lock *others[3] = {NULL};
    pthread_t thread;
    /* Locks before and behind it in the list, and gone again from the middle. */
    REQUIRE(lp_lock_create(&others[0]) == LP_OK);
    REQUIRE(lp_lock_create(&both.lock) == LP_OK);
    REQUIRE(lp_lock_create(&others[1]) == LP_OK);
    REQUIRE(lp_lock_create(&others[2]) == LP_OK);
    lp_lock_free(others[1]);
    REQUIRE(pthread_create(&thread, NULL, change, &both) == 0);
    let_threads_start();
    for (int i = 0; i < FORKS; i++) {
        CHECK_EQ_INT(in_child(take_and_compare, &both), 0);
    }
    atomic_store(&both.stop, true);
    CHECK_EQ_INT(pthread_join(thread, NULL), 0);
    lp_lock_free(others[0]);
    lp_lock_free(both.lock);
    lp_lock_free(others[2]);
}

static int wait_for_signal(void *context) {
    lp_threads *threads = NULL;
    sigset_t awaited;
    const struct timespec limit = {.tv_sec = 10};
    (void)context;
    if (lp_threads_create(WORKERS, &threads) != LP_OK || loop_failures(threads) != 0) {
        return 1;
    }
    /* A program that blocks a signal and waits for it, with threads that were there before. */
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGUSR1);
    if (pthread_sigmask(SIG_BLOCK, &awaited, NULL) != 0 || kill(getpid(), SIGUSR1) != 0) {
        return 2;
    }
    usleep(2000);
    int taken = sigtimedwait(&awaited, NULL, &limit);
    int failures = loop_failures(threads);
    lp_threads_free(threads);
    return taken == SIGUSR1 && failures == 0 ? 0 : 3;
}

TEST(workers_take_no_signals_of_the_program) {
    CHECK_EQ_INT(in_child(wait_for_signal, NULL), 0);
}

static int same_mask(void *context) {
    lp_threads *threads = NULL;
    sigset_t before, after;
    (void)context;
    sigemptyset(&before);
    sigaddset(&before, SIGUSR2);
    if (pthread_sigmask(SIG_SETMASK, &before, NULL) != 0 ||
        lp_threads_create(WORKERS, &threads) != LP_OK || loop_failures(threads) != 0 ||
        pthread_sigmask(SIG_SETMASK, NULL, &after) != 0) {
        return 1;
    }
    lp_threads_free(threads);
    return sigismember(&after, SIGUSR2) == 1 && sigismember(&after, SIGUSR1) == 0 ? 0 : 2;
}

TEST(the_mask_of_the_calling_thread_stays) { CHECK_EQ_INT(in_child(same_mask, NULL), 0); }

/* ---- through the API ------------------------------------------------------------------------- */

static int predict_and_free(void *context) {
    PredictorHandle p = context;
    check_dense(p, 1, -1, 9, 19);
    return (MXPredFree(p) == 0 ? 0 : 1) + check_state.failures_here;
}

/* Others make and free predictors of the model, under its lock, while this thread forks. */
typedef struct churn {
    PredictorHandle predictor;
    atomic_bool stop;
} churn;

static void *reshape_all_the_time(void *context) {
    churn *c = context;
    const char *keys[] = {"data"};
    for (uint32_t i = 0; !atomic_load(&c->stop); i++) {
        const uint32_t starts[] = {0, 2}, dims[] = {1 + i % 3, 2};
        PredictorHandle other = NULL;
        if (MXPredReshape(1, keys, starts, dims, c->predictor, &other) == 0) {
            (void)MXPredForward(other);
            (void)MXPredFree(other);
        }
    }
    return NULL;
}

TEST(a_child_predicts_while_others_work_on_the_model) {
    if (ONE_THREAD || !ALLOCATOR_SURVIVES_FORKS) {
        return;
    }
    built_model m;
    churn c = {.predictor = NULL};
    pthread_t thread;
    model_fc(&m);
    const char *keys[] = {"data"};
    const uint32_t starts[] = {0, 2}, dims[] = {1, 2};
    PredictorHandle both[2] = {NULL, NULL};
    REQUIRE(MXPredCreateMultiThread(m.symbol, m.params, (int)m.params_size, 1, 0, 1, keys,
                                    starts, dims, 2, both) == 0);
    c.predictor = both[1];
    check_dense(both[0], 1, -1, 9, 19);
    REQUIRE(pthread_create(&thread, NULL, reshape_all_the_time, &c) == 0);
    for (int i = 0; i < FORKS; i++) {
        CHECK_EQ_INT(in_child(predict_and_free, both[0]), 0);
    }
    atomic_store(&c.stop, true);
    CHECK_EQ_INT(pthread_join(thread, NULL), 0);
    check_dense(both[0], 1, -1, 9, 19);
    CHECK_EQ_INT(MXPredFree(both[0]), 0);
    CHECK_EQ_INT(MXPredFree(both[1]), 0);
    model_free(&m);
}

int main(int argc, char **argv) {
    check_begin(argc, argv);
    RUN(a_child_uses_and_frees_the_pool_of_its_parent);
    RUN(what_a_lock_guards_is_whole_in_a_child);
    RUN(workers_take_no_signals_of_the_program);
    RUN(the_mask_of_the_calling_thread_stays);
    RUN(a_child_predicts_while_others_work_on_the_model);
    return check_end();
}
