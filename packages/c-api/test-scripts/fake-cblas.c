// The two functions of CBLAS that the engine calls, by the definition, and how often each was called.
// Any other call than those of a row-major product of the standard's is a failure.
#include <stdio.h>
#include <stdlib.h>

enum { ROW_MAJOR = 101, PLAIN = 111, TRANSPOSED = 112 };

int fake_cblas_products = 0, fake_cblas_vectors = 0;

void cblas_sgemm(int order, int trans_a, int trans_b, int m, int n, int k, float alpha,
                 const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc) {
    if (order != ROW_MAJOR || lda < (trans_a == PLAIN ? k : m) ||
        ldb < (trans_b == PLAIN ? n : k) || ldc < n || m < 1 || n < 1 || k < 1) {
        fprintf(stderr, "cblas_sgemm: impossible arguments\n");
        abort();
    }
    fake_cblas_products++;
    for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
            double sum = 0;
            for (int p = 0; p < k; p++) {
                sum += (double)a[trans_a == PLAIN ? i * lda + p : p * lda + i] *
                       (double)b[trans_b == PLAIN ? p * ldb + j : j * ldb + p];
            }
            c[i * ldc + j] = (float)(alpha * sum + (beta == 0 ? 0 : beta * c[i * ldc + j]));
        }
    }
}

void cblas_sgemv(int order, int trans, int m, int n, float alpha, const float *a, int lda,
                 const float *x, int step_x, float beta, float *y, int step_y) {
    if (order != ROW_MAJOR || trans != PLAIN || lda < n || m < 1 || n < 1 || step_x < 1 ||
        step_y < 1) {
        fprintf(stderr, "cblas_sgemv: impossible arguments\n");
        abort();
    }
    fake_cblas_vectors++;
    for (int i = 0; i < m; i++) {
        double sum = 0;
        for (int p = 0; p < n; p++) {
            sum += (double)a[i * lda + p] * (double)x[p * step_x];
        }
        y[i * step_y] = (float)(alpha * sum + (beta == 0 ? 0 : beta * y[i * step_y]));
    }
}
