/* profile.h - what each step of a plan took. */
#ifndef LP_EXEC_PROFILE_H
#define LP_EXEC_PROFILE_H

#include "../base/memory.h"

typedef struct lp_profile_entry {
  uint64_t least, sum; /* nanoseconds */
} lp_profile_entry;

typedef struct lp_profile {
  lp_profile_entry *entries; /* one a step; NULL: off */
  uint32_t count;
  uint64_t runs; /* whole ones */
} lp_profile;

/* Makes room for `count` steps and forgets what was; on failure nothing changes. */
LP_INTERNAL lp_status lp_profile_begin(lp_profile *profile, uint32_t count);
LP_INTERNAL void lp_profile_end(lp_profile *profile);

#endif
