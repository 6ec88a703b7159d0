/* Fault: takes its time to tell how a run is doing. */
#include <time.h>

#include "good_parts.h"
static dream_status status_slowly(const dream_run* run, dream_state* state) {
  const struct timespec nap = {0, 80 * 1000 * 1000};
  nanosleep(&nap, NULL);
  return good_status(run, state);
}
DREAM_BAD_ENTRY(table.status = status_slowly)
