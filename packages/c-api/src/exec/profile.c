/* profile.c - memory of a profile. */
#include "profile.h"

#include <string.h>

lp_status lp_profile_begin(lp_profile *profile, uint32_t count) {
  size_t bytes;
  lp_profile_entry *entries = NULL;
  if (lp_size_multiply(count, sizeof *entries, &bytes)) {
    entries = lp_allocate(bytes);
  }
  if (entries == NULL) {
    return lp_fail_memory("a profile", count * sizeof *entries);
  }
  memset(entries, 0, bytes);
  lp_profile_end(profile);
  profile->entries = entries;
  profile->count = count;
  return LP_OK;
}

void lp_profile_end(lp_profile *profile) {
  lp_release(profile->entries, profile->count * sizeof *profile->entries);
  memset(profile, 0, sizeof *profile);
}
