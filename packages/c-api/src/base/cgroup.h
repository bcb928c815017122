/*
 * cgroup.h - how many processors Linux's control groups allow this process.
 *
 * A container's share of processor time is a quota per period, on the
 * process's own group or any above it; the least counts. What cannot be read
 * sets no limit.
 */
#ifndef LP_BASE_CGROUP_H
#define LP_BASE_CGROUP_H

#include "config.h"

/* Processors that a quota allows: quota / period rounded up, at least 1; 0: no limit, or no sense in the text. Texts end with a NUL. */
LP_INTERNAL unsigned lp_cgroup_read_max(const char *cpu_max); /* version 2: "150000 100000\n", "max 100000\n" */
LP_INTERNAL unsigned lp_cgroup_read_quota(const char *quota, const char *period); /* version 1: cpu.cfs_quota_us, -1: none; cpu.cfs_period_us */
/*
 * The group of the CPU controller in the text of /proc/self/cgroup. version 2:
 * of the line "0::/path"; 1: of the line whose controllers have cpu. NULL: no
 * such line; else the path without its newline is in *length bytes.
 */
LP_INTERNAL const char *lp_cgroup_find(const char *text, int version, size_t *length);
/* All together below `root` ("" for the system's own files); 0: no limit. */
LP_INTERNAL unsigned lp_cgroup_processors(const char *root);

#endif
