/* Fault: reports two ends of one run. */
#include "good_parts.h"
static dream_status wait_twice(dream_run* run, dream_on_exit on_exit, void* context) {
  good_wait(run, on_exit, context);
  end_with(run, 1);
  return DREAM_OK;
}
DREAM_BAD_ENTRY(table.wait = wait_twice)
