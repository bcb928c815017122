/* name_map.h - finds numbers by name; built once, then only read. */
#ifndef LP_BASE_NAME_MAP_H
#define LP_BASE_NAME_MAP_H

#include "memory.h"

#define LP_NAME_MAP_NONE UINT32_MAX

typedef struct lp_name_map_slot {
  const char *name; /* not owned; NULL: empty */
  uint32_t value;
} lp_name_map_slot;

typedef struct lp_name_map {
  lp_name_map_slot *slots; /* a power of two, at most three quarters full */
  size_t capacity;
  size_t count;
} lp_name_map;

/* Makes room for `count` names, in the pool. */
LP_INTERNAL lp_status lp_name_map_create(lp_name_map *map, size_t count, lp_pool *pool);
/* Adds a name (it must outlive the map) or, if it is there already, changes nothing; returns the value that stands there. */
LP_INTERNAL uint32_t lp_name_map_add(lp_name_map *map, const char *name, uint32_t value);
/* The value of a name of `length` bytes, or LP_NAME_MAP_NONE. */
LP_INTERNAL uint32_t lp_name_map_find(const lp_name_map *map, const char *name, size_t length);

/*
 * Writes up to three known names that are nearest to `name` as
 * "; did you mean 'a', 'b'?" into buffer; "" if nothing is near.
 * `name_at` gives the i-th of `count` names. Returns buffer.
 */
#define LP_NEAR_NAMES_SIZE 400
LP_INTERNAL const char *lp_near_names(const char *name, const char *(*name_at)(void *, uint32_t),
                                      void *context, uint32_t count, char *buffer);

#endif
