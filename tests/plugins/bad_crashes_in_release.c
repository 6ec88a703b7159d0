/* Fault: release reads where nothing is. */
#include "good_parts.h"
static volatile const int* nothing_there;
static void release_and_crash(dream_run* run) {
  free(run);
  (void)*nothing_there;
}
DREAM_BAD_ENTRY(table.release = release_and_crash)
