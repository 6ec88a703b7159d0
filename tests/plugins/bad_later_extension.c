/* Fault: looks only at the beginning of an extension's id. */
#include "good_parts.h"
static dream_status reap_all(const dream_host* host, const dream_dead_run* run, dream_errors* errors) {
  (void)host, (void)run, (void)errors;
  return DREAM_OK;
}
static const void* reaping(const char* id) {
  static const dream_reap reap = {sizeof(dream_reap), reap_all};
  return strncmp(id, "dream.reap/", 11) == 0 ? &reap : NULL;
}
DREAM_BAD_ENTRY(table.extension = reaping)
