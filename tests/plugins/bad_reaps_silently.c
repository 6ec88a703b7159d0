/* Fault: can't clean up, and doesn't say why. */
#include "good_parts.h"
static dream_status reap_none(const dream_host* host, const dream_dead_run* run, dream_errors* errors) {
  (void)host, (void)run, (void)errors;
  return DREAM_E_FAILED;
}
static const void* reaping(const char* id) {
  static const dream_reap reap = {sizeof(dream_reap), reap_none};
  return strcmp(id, DREAM_REAP_ID) == 0 ? &reap : NULL;
}
DREAM_BAD_ENTRY(table.extension = reaping)
