/* Fault: tells how it is doing in two lines, and in colour. */
#include "good_parts.h"
static dream_status status_in_colour(const dream_run* run, dream_state* state) {
  state->detail = dream_text("\033[31mred\nand more");
  return good_status(run, state);
}
DREAM_BAD_ENTRY(table.status = status_in_colour)
