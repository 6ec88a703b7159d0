/* Fault: tells a detail that nobody reads to its end. */
#include "good_parts.h"
static dream_status status_at_length(const dream_run* run, dream_state* state) {
  static char text[1 << 20];
  memset(text, 'a', sizeof text);
  state->detail.data = text;
  state->detail.size = sizeof text;
  return good_status(run, state);
}
DREAM_BAD_ENTRY(table.status = status_at_length)
