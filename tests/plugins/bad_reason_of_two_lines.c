/* Fault: says in two lines how its run has ended. */
#include "good_parts.h"
static dream_status wait_and_tell(dream_run* run, dream_on_exit on_exit, void* context) {
  dream_exit ending;
  (void)run;
  memset(&ending, 0, sizeof ending);
  ending.size = sizeof ending;
  ending.kind = DREAM_EXIT_CODE;
  ending.text = dream_text("done\nat last");
  on_exit(context, &ending);
  return DREAM_OK;
}
DREAM_BAD_ENTRY(table.wait = wait_and_tell)
