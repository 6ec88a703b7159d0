/* Fault: reports an end of no kind. */
#include "good_parts.h"
static dream_status wait_oddly(dream_run* run, dream_on_exit on_exit, void* context) {
  dream_exit ending;
  (void)run;
  memset(&ending, 0, sizeof ending);
  ending.size = sizeof ending;
  on_exit(context, &ending);
  return DREAM_OK;
}
DREAM_BAD_ENTRY(table.wait = wait_oddly)
