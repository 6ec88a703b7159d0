/* Fault: tells a detail that has a length, and no text. */
#include "good_parts.h"
static dream_status status_without_data(const dream_run* run, dream_state* state) {
  state->detail.size = 1000;
  return good_status(run, state);
}
DREAM_BAD_ENTRY(table.status = status_without_data)
