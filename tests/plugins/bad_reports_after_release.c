/* Fault: reports a run that was released. */
#include "good_parts.h"
static void release_and_report(dream_run* run) {
  end_with(run, 0);
  good_release(run);
}
DREAM_BAD_ENTRY(table.release = release_and_report)
