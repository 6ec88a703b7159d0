/* Fault: release reads where nothing is. */
#include "good_parts.h"
static volatile const int* nothing_there;
__attribute__((no_sanitize("null"))) /* which would end the process in a way of its own */
static void
release_and_crash(dream_run* run) {
  free(run);
  (void)*nothing_there;
}
DREAM_BAD_ENTRY(table.release = release_and_crash)
