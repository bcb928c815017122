/* The native methods of DigitPredictor. DigitPredictor.h comes from javac -h. */
#include <mxnet/c_predict_api.h>
#include <stdlib.h>

#include "DigitPredictor.h"

static void raise_last_error(JNIEnv *env) {
    jclass type = (*env)->FindClass(env, "java/lang/IllegalStateException");
    (*env)->ThrowNew(env, type, MXGetLastError());
}

JNIEXPORT jlong JNICALL Java_DigitPredictor_create(JNIEnv *env, jclass self, jstring symbol,
                                                   jbyteArray params, jstring key,
                                                   jintArray shape) {
    const char *json = (*env)->GetStringUTFChars(env, symbol, NULL);
    const char *keys[1];
    jbyte *bytes = (*env)->GetByteArrayElements(env, params, NULL);
    jint *dims = (*env)->GetIntArrayElements(env, shape, NULL);
    mx_uint indptr[2];
    PredictorHandle handle = NULL;
    int failed;
    (void)self;
    keys[0] = (*env)->GetStringUTFChars(env, key, NULL);
    indptr[0] = 0;
    indptr[1] = (mx_uint)(*env)->GetArrayLength(env, shape);
    failed = MXPredCreate(json, bytes, (*env)->GetArrayLength(env, params), 1, 0, 1, keys, indptr,
                          (const mx_uint *)dims, &handle);
    (*env)->ReleaseStringUTFChars(env, symbol, json);
    (*env)->ReleaseStringUTFChars(env, key, keys[0]);
    (*env)->ReleaseByteArrayElements(env, params, bytes, JNI_ABORT);
    (*env)->ReleaseIntArrayElements(env, shape, dims, JNI_ABORT);
    if (failed) {
        raise_last_error(env);
    }
    return (jlong)handle;
}

JNIEXPORT jfloatArray JNICALL Java_DigitPredictor_forward(JNIEnv *env, jclass self, jlong handle,
                                                          jstring key, jfloatArray data) {
    PredictorHandle pred = (PredictorHandle)handle;
    const char *name = (*env)->GetStringUTFChars(env, key, NULL);
    jfloat *elements = (*env)->GetFloatArrayElements(env, data, NULL);
    int failed = MXPredSetInput(pred, name, elements, (mx_uint)(*env)->GetArrayLength(env, data)) ||
                 MXPredForward(pred);
    mx_uint *shape, dims, size = 1, i;
    jfloatArray result = NULL;
    float *scores = NULL;
    (void)self;
    (*env)->ReleaseStringUTFChars(env, key, name);
    (*env)->ReleaseFloatArrayElements(env, data, elements, JNI_ABORT);
    if (!failed && !(failed = MXPredGetOutputShape(pred, 0, &shape, &dims))) {
        for (i = 0; i < dims; i++) {
            size *= shape[i];
        }
        scores = (float *)malloc(size * sizeof(float));
        failed = scores == NULL || MXPredGetOutput(pred, 0, scores, size);
    }
    if (failed) {
        raise_last_error(env);
    } else if ((result = (*env)->NewFloatArray(env, (jsize)size)) != NULL) {
        (*env)->SetFloatArrayRegion(env, result, 0, (jsize)size, scores);
    }
    free(scores);
    return result;
}

JNIEXPORT void JNICALL Java_DigitPredictor_free(JNIEnv *env, jclass self, jlong handle) {
    (void)env;
    (void)self;
    MXPredFree((PredictorHandle)handle);
}
