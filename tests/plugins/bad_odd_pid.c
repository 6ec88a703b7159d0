/* Fault: tells a pid that no process has. */
#include "child_parts.h"
static dream_status status_of_minus_one(const dream_run* run, dream_state* state) {
  state->pid = -1;
  return status_child(run, state);
}
DREAM_BAD_CHILD_ENTRY(table.status = status_of_minus_one)
