/* Fault: never reports an end. */
#include "good_parts.h"
static dream_status wait_for_ever(dream_run* run, dream_on_exit on_exit, void* context) {
  (void)run, (void)on_exit, (void)context;
  return DREAM_OK;
}
static dream_status status_running(const dream_run* run, dream_state* state) {
  (void)run;
  state->phase = DREAM_PHASE_RUNNING;
  return DREAM_OK;
}
DREAM_BAD_ENTRY((table.wait = wait_for_ever, table.status = status_running))
