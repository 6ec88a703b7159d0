/* Fault: release ends the whole process. */
#include "good_parts.h"
static void release_everything(dream_run* run) {
  free(run);
  exit(0);
}
DREAM_BAD_ENTRY(table.release = release_everything)
