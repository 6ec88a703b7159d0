/* Fault: answers with a status that doesn't exist. */
#include "good_parts.h"
static dream_status wait_oddly(dream_run* run, dream_on_exit on_exit, void* context) {
  good_wait(run, on_exit, context);
  return 4711;
}
DREAM_BAD_ENTRY(table.wait = wait_oddly)
