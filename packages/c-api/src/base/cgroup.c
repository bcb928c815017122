/* cgroup.c - see cgroup.h. Both versions may be mounted at once; each is asked. */
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE /* O_CLOEXEC */
#endif
#include "cgroup.h"

#include <stdio.h>
#include <string.h>

#if defined(__linux__)
#include <fcntl.h>
#include <unistd.h>
#endif

#define CGROUP_PATH_SIZE 1024
#define CGROUP_FILE_SIZE 4096
#define CGROUP_MOST 1000000000 /* processors, and digits enough for any quota */

/* Reads a number that is not negative and moves past it; false where there is none or it is too long. */
static bool cgroup_read_number(const char **text, uint64_t *value) {
  const char *at = *text;
  uint64_t sum = 0;
  while (*at >= '0' && *at <= '9') {
    if (sum > UINT64_MAX / 16) {
      return false;
    }
    sum = sum * 10 + (uint64_t)(*at++ - '0');
  }
  if (at == *text) {
    return false;
  }
  *text = at;
  *value = sum;
  return true;
}

static unsigned cgroup_divide(uint64_t quota, uint64_t period) {
  if (period == 0) {
    return 0;
  }
  uint64_t processors = quota / period + (quota % period != 0 ? 1 : 0);
  return processors < 1 ? 1u : processors > CGROUP_MOST ? CGROUP_MOST : (unsigned)processors;
}

unsigned lp_cgroup_read_max(const char *cpu_max) {
  uint64_t quota, period;
  if (!cgroup_read_number(&cpu_max, &quota) || *cpu_max++ != ' ' ||
      !cgroup_read_number(&cpu_max, &period)) {
    return 0;
  }
  return cgroup_divide(quota, period);
}

unsigned lp_cgroup_read_quota(const char *quota, const char *period) {
  uint64_t time, every;
  if (!cgroup_read_number(&quota, &time) || !cgroup_read_number(&period, &every)) {
    return 0;
  }
  return cgroup_divide(time, every);
}

/* Whether a list "cpu,cpuacct" up to a colon has cpu. */
static bool cgroup_has_cpu(const char *list, size_t length) {
  for (size_t i = 0; i < length; i++) {
    if ((i == 0 || list[i - 1] == ',') && length - i >= 3 && memcmp(list + i, "cpu", 3) == 0 &&
        (length - i == 3 || list[i + 3] == ',')) {
      return true;
    }
  }
  return false;
}

const char *lp_cgroup_find(const char *text, int version, size_t *length) {
  while (*text != '\0') {
    size_t line = strcspn(text, "\n");
    const char *end = text + line;
    const char *first = memchr(text, ':', line);
    const char *second =
        first == NULL ? NULL : memchr(first + 1, ':', (size_t)(end - first) - 1);
    if (second != NULL) {
      size_t controllers = (size_t)(second - first) - 1;
      bool found = version == 2 ? controllers == 0 && first == text + 1 && text[0] == '0'
                                : cgroup_has_cpu(first + 1, controllers);
      if (found) {
        *length = (size_t)(end - second) - 1;
        return second + 1;
      }
    }
    text = end + (*end == '\n' ? 1 : 0);
  }
  return NULL;
}

#if defined(__linux__)

/* The file's text, cut off at the buffer's size and ended by a NUL; false if it cannot be read. By system calls: memory is the program's allocator's business. */
static bool cgroup_read_file(const char *path, char *buffer, size_t size) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return false;
  }
  size_t used = 0;
  while (used < size - 1) {
    ssize_t count = read(file, buffer + used, size - 1 - used);
    if (count <= 0) {
      break;
    }
    used += (size_t)count;
  }
  buffer[used] = '\0';
  (void)close(file);
  return used > 0;
}

/* The limit of one group: the files of both versions have names of their own. */
static unsigned cgroup_read_group(const char *folder, int version) {
  char path[CGROUP_PATH_SIZE + 64], quota[64], period[64];
  if (version == 2) {
    (void)snprintf(path, sizeof path, "%s/cpu.max", folder);
    return cgroup_read_file(path, quota, sizeof quota) ? lp_cgroup_read_max(quota) : 0;
  }
  (void)snprintf(path, sizeof path, "%s/cpu.cfs_quota_us", folder);
  if (!cgroup_read_file(path, quota, sizeof quota)) {
    return 0;
  }
  (void)snprintf(path, sizeof path, "%s/cpu.cfs_period_us", folder);
  return cgroup_read_file(path, period, sizeof period) ? lp_cgroup_read_quota(quota, period) : 0;
}

/* The least limit of a group and those above it, up to the mount. A container may see the path of the host, of which only the mount itself is there. */
static unsigned cgroup_climb(const char *root, const char *mount, const char *group,
                             size_t length, int version) {
  char folder[CGROUP_PATH_SIZE];
  int used = snprintf(folder, sizeof folder, "%s%s", root, mount);
  if (used < 0 || (size_t)used + length >= sizeof folder) {
    return 0;
  }
  memcpy(folder + used, group, length);
  folder[(size_t)used + length] = '\0';
  unsigned least = 0;
  for (;;) {
    unsigned limit = cgroup_read_group(folder, version);
    least = limit != 0 && (least == 0 || limit < least) ? limit : least;
    char *slash = strrchr(folder + used, '/');
    if (slash == NULL) {
      return least;
    }
    *slash = '\0';
  }
}

unsigned lp_cgroup_processors(const char *root) {
  static const struct {
    const char *mount;
    int version;
  } places[] = {{"/sys/fs/cgroup", 2},
                {"/sys/fs/cgroup/cpu", 1},
                {"/sys/fs/cgroup/cpu,cpuacct", 1}};
  char path[CGROUP_PATH_SIZE], text[CGROUP_FILE_SIZE];
  (void)snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
  if (!cgroup_read_file(path, text, sizeof text)) {
    return 0;
  }
  unsigned least = 0;
  for (size_t i = 0; i < LP_COUNT(places); i++) {
    size_t length;
    const char *group = lp_cgroup_find(text, places[i].version, &length);
    if (group != NULL) {
      unsigned limit = cgroup_climb(root, places[i].mount, group, length, places[i].version);
      least = limit != 0 && (least == 0 || limit < least) ? limit : least;
    }
  }
  return least;
}

#else

unsigned lp_cgroup_processors(const char *root) {
  (void)root;
  return 0;
}

#endif
