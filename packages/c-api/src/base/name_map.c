/* name_map.c - names to numbers by open addressing, and names that are near. */
#include "name_map.h"

#include <stdio.h>
#include <string.h>

static uint64_t name_map_hash(const char *name, size_t length) {
  uint64_t hash = 1469598103934665603u; /* FNV-1a */
  for (size_t i = 0; i < length; i++) {
    hash = (hash ^ (unsigned char)name[i]) * 1099511628211u;
  }
  return hash ^ hash >> 29;
}

lp_status lp_name_map_create(lp_name_map *map, size_t count, lp_pool *pool) {
  size_t capacity = 8;
  while (capacity / 4 * 3 < count) {
    if (!lp_size_multiply(capacity, 2, &capacity)) {
      return lp_fail_memory("a table of names", count);
    }
  }
  map->slots = lp_pool_array(pool, capacity, sizeof *map->slots);
  if (map->slots == NULL) {
    return LP_ERROR_MEMORY;
  }
  map->capacity = capacity;
  map->count = 0;
  return LP_OK;
}

static lp_name_map_slot *name_map_slot(const lp_name_map *map, const char *name, size_t length) {
  size_t at = (size_t)name_map_hash(name, length) & (map->capacity - 1);
  for (;;) {
    lp_name_map_slot *slot = &map->slots[at];
    if (slot->name == NULL ||
        (strncmp(slot->name, name, length) == 0 && slot->name[length] == '\0')) {
      return slot;
    }
    at = (at + 1) & (map->capacity - 1);
  }
}

uint32_t lp_name_map_add(lp_name_map *map, const char *name, uint32_t value) {
  lp_name_map_slot *slot = name_map_slot(map, name, strlen(name));
  if (slot->name == NULL) {
    slot->name = name;
    slot->value = value;
    map->count++;
  }
  return slot->value;
}

uint32_t lp_name_map_find(const lp_name_map *map, const char *name, size_t length) {
  if (map->capacity == 0) {
    return LP_NAME_MAP_NONE;
  }
  const lp_name_map_slot *slot = name_map_slot(map, name, length);
  return slot->name == NULL ? LP_NAME_MAP_NONE : slot->value;
}

#define NAME_MAP_DISTANCE_LENGTH 48

static size_t name_map_length(const char *name) {
  const char *end = memchr(name, '\0', NAME_MAP_DISTANCE_LENGTH);
  return end == NULL ? NAME_MAP_DISTANCE_LENGTH : (size_t)(end - name);
}

/* Edit distance of two names, cut off at NAME_MAP_DISTANCE_LENGTH bytes each. */
static unsigned name_map_distance(const char *a, const char *b) {
  unsigned row[NAME_MAP_DISTANCE_LENGTH + 1];
  size_t columns = name_map_length(b);
  for (size_t j = 0; j <= columns; j++) {
    row[j] = (unsigned)j;
  }
  for (size_t i = 0; i < NAME_MAP_DISTANCE_LENGTH && a[i] != '\0'; i++) {
    unsigned diagonal = row[0];
    row[0] = (unsigned)i + 1;
    for (size_t j = 1; j <= columns; j++) {
      unsigned best = diagonal + (a[i] != b[j - 1] ? 1u : 0u);
      diagonal = row[j];
      best = row[j] + 1 < best ? row[j] + 1 : best;
      best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
      row[j] = best;
    }
  }
  return row[columns];
}

const char *lp_near_names(const char *name, const char *(*name_at)(void *, uint32_t),
                          void *context, uint32_t count, char *buffer) {
  const char *near[3] = {NULL, NULL, NULL};
  unsigned distance[3];
  unsigned limit = (unsigned)name_map_length(name) / 2 + 1;
  for (uint32_t i = 0; i < count && i < 20000; i++) {
    const char *other = name_at(context, i);
    unsigned d = name_map_distance(name, other);
    if (strstr(other, name) != NULL && name[0] != '\0') {
      d = d < 2 ? d : 2;
    }
    for (int k = 0; d <= limit && k < 3; k++) {
      if (near[k] == NULL || d < distance[k]) {
        const char *kept = near[k];
        unsigned kept_distance = kept == NULL ? 0 : distance[k];
        near[k] = other;
        distance[k] = d;
        if (kept == NULL) {
          break;
        }
        other = kept;
        d = kept_distance;
      }
    }
  }
  buffer[0] = '\0';
  size_t used = 0;
  for (int k = 0; k < 3 && near[k] != NULL; k++) {
    int length = snprintf(buffer + used, LP_NEAR_NAMES_SIZE - used, "%s'%.100s'",
                          k == 0 ? "; did you mean " : ", ", near[k]);
    used += (size_t)length;
  }
  if (used != 0 && used + 1 < LP_NEAR_NAMES_SIZE) {
    buffer[used] = '?';
    buffer[used + 1] = '\0';
  }
  return buffer;
}
