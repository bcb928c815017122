/* Builds small models in memory: the text of a symbol file and the bytes of a .params file.
 *
 *     built_model m = {0};
 *     int data = built_variable(&m, "data");
 *     int weight = built_variable(&m, "fc_weight");
 *     int fc = built_node(&m, "FullyConnected", "fc", "'num_hidden':'2','no_bias':'True'",
 *                         2, (const int[]){data, weight});
 *     built_head(&m, fc, 0);
 *     built_param(&m, "arg:fc_weight", 2, (const int64_t[]){2, 3}, values);
 *     built_finish(&m);          -> m.symbol, m.params, m.params_size
 *     built_free(&m);
 *
 * Inputs are output 0 of the nodes given; BUILT_OUTPUT(node, k) is another one. Attributes are
 * written with ' for ". A test that runs out of memory here ends the program.
 */
#ifndef LP_BUILD_MODEL_H_
#define LP_BUILD_MODEL_H_

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct built_bytes {
    char *bytes;
    size_t size;
    size_t capacity;
} built_bytes;

typedef struct built_model {
    char *symbol;        /* after built_finish; NUL-terminated */
    size_t symbol_size;  /* without the NUL */
    char *params;
    size_t params_size;
    int num_nodes;
    built_bytes nodes;
    built_bytes heads;
    built_bytes variables;
    built_bytes arrays;
    built_bytes names;
    uint64_t num_arrays;
    const char *version; /* mxnet_version; NULL: 10901; "": none */
} built_model;

#define BUILT_OUTPUT(node, output) ((node) + ((output) << 24))

static inline void built_put(built_bytes *to, const void *bytes, size_t size) {
    if (to->capacity - to->size < size) {
        size_t capacity = (to->size + size) * 2 + 256;
        char *grown = (char *)realloc(to->bytes, capacity);
        if (grown == NULL) {
            abort();
        }
        to->bytes = grown;
        to->capacity = capacity;
    }
    if (size != 0) {
        memcpy(to->bytes + to->size, bytes, size);
        to->size += size;
    }
}

static inline void built_print(built_bytes *to, const char *format, ...) {
    char text[2048];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof text) {
        abort();
    }
    built_put(to, text, (size_t)length);
}

static inline void built_quoted(built_bytes *to, const char *text) {
    for (; *text != '\0'; text++) {
        char c = *text == '\'' ? '"' : *text;
        built_put(to, &c, 1);
    }
}

static inline int built_node(built_model *m, const char *op, const char *name, const char *attrs,
                             int num_inputs, const int *inputs) {
    built_bytes *to = &m->nodes;
    built_print(to, "%s{\"op\":\"%s\",\"name\":\"%s\"", m->num_nodes == 0 ? "" : ",\n", op, name);
    if (attrs[0] != '\0') {
        built_print(to, ",\"attrs\":{");
        built_quoted(to, attrs);
        built_print(to, "}");
    }
    built_print(to, ",\"inputs\":[");
    for (int i = 0; i < num_inputs; i++) {
        built_print(to, "%s[%d,%d,0]", i == 0 ? "" : ",", inputs[i] & 0xffffff, inputs[i] >> 24);
    }
    built_print(to, "]}");
    if (strcmp(op, "null") == 0) {
        built_print(&m->variables, "%s%d", m->variables.size == 0 ? "" : ",", m->num_nodes);
    }
    return m->num_nodes++;
}

static inline int built_variable(built_model *m, const char *name) {
    return built_node(m, "null", name, "", 0, NULL);
}

/* A node with one input. */
static inline int built_unary(built_model *m, const char *op, const char *name, const char *attrs,
                              int input) {
    return built_node(m, op, name, attrs, 1, &input);
}

/* A node with two inputs. */
static inline int built_binary(built_model *m, const char *op, const char *name, const char *attrs,
                               int left, int right) {
    int inputs[2];
    inputs[0] = left;
    inputs[1] = right;
    return built_node(m, op, name, attrs, 2, inputs);
}

static inline void built_head(built_model *m, int node, int output) {
    built_print(&m->heads, "%s[%d,%d,0]", m->heads.size == 0 ? "" : ",", node, output);
}

static inline void built_u32(built_bytes *to, uint32_t value) {
    for (int i = 0; i < 4; i++) {
        char byte = (char)(value >> (8 * i) & 0xff);
        built_put(to, &byte, 1);
    }
}

static inline void built_u64(built_bytes *to, uint64_t value) {
    built_u32(to, (uint32_t)value);
    built_u32(to, (uint32_t)(value >> 32));
}

/* An array of any type, in the format of 0.12 and later. */
static inline void built_typed_param(built_model *m, const char *name, int type, size_t type_size,
                                     int ndim, const int64_t *dims, const void *data) {
    built_bytes *to = &m->arrays;
    size_t elements = 1;
    built_u32(to, 0xF993FAC9u);
    built_u32(to, 0);
    built_u32(to, (uint32_t)ndim);
    for (int i = 0; i < ndim; i++) {
        built_u64(to, (uint64_t)dims[i]);
        elements *= (size_t)dims[i];
    }
    built_u32(to, 1);
    built_u32(to, 0);
    built_u32(to, (uint32_t)type);
    built_put(to, data, elements * type_size);
    built_u64(&m->names, strlen(name));
    built_put(&m->names, name, strlen(name));
    m->num_arrays++;
}

static inline void built_param(built_model *m, const char *name, int ndim, const int64_t *dims,
                               const float *data) {
    built_typed_param(m, name, 0, sizeof(float), ndim, dims, data);
}

static inline void built_finish(built_model *m) {
    built_bytes text = {0};
    built_bytes params = {0};
    built_print(&text, "{\"nodes\":[");
    built_put(&text, m->nodes.bytes, m->nodes.size);
    built_print(&text, "],\"arg_nodes\":[");
    built_put(&text, m->variables.bytes, m->variables.size);
    built_print(&text, "],\"heads\":[");
    built_put(&text, m->heads.bytes, m->heads.size);
    built_print(&text, "]");
    if (m->version == NULL || m->version[0] != '\0') {
        built_print(&text, ",\"attrs\":{\"mxnet_version\":[\"int\",%s]}",
                    m->version == NULL ? "10901" : m->version);
    }
    built_print(&text, "}");
    m->symbol_size = text.size;
    built_put(&text, "", 1);
    m->symbol = text.bytes;
    built_u64(&params, 0x112);
    built_u64(&params, 0);
    built_u64(&params, m->num_arrays);
    built_put(&params, m->arrays.bytes, m->arrays.size);
    built_u64(&params, m->num_arrays);
    built_put(&params, m->names.bytes, m->names.size);
    m->params = params.bytes;
    m->params_size = params.size;
}

static inline void built_free(built_model *m) {
    free(m->symbol);
    free(m->params);
    free(m->nodes.bytes);
    free(m->heads.bytes);
    free(m->variables.bytes);
    free(m->arrays.bytes);
    free(m->names.bytes);
    memset(m, 0, sizeof *m);
}

#endif /* LP_BUILD_MODEL_H_ */
