/* Fault: says of a run that it is over, whose child lives. */
#include "child_parts.h"
static dream_status status_over(const dream_run* run, dream_state* state) {
  (void)run;
  state->phase = DREAM_PHASE_EXITED;
  return DREAM_OK;
}
DREAM_BAD_CHILD_ENTRY(table.status = status_over)
