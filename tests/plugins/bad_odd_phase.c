/* Fault: says that a run goes on which is over. */
#include "good_parts.h"
static dream_status status_running(const dream_run* run, dream_state* state) {
  (void)run;
  state->phase = DREAM_PHASE_RUNNING;
  return DREAM_OK;
}
DREAM_BAD_ENTRY(table.status = status_running)
