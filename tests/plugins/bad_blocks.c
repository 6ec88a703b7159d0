/* Fault: takes its time to tell how a run is doing. How long, in milliseconds, DREAM_TEST_BLOCKS says. */
#include <time.h>

#include "good_parts.h"
static dream_status status_slowly(const dream_run* run, dream_state* state) {
  const char* time = getenv("DREAM_TEST_BLOCKS");
  const clock_t end = clock() + atoi(time == NULL ? "80" : time) * (CLOCKS_PER_SEC / 1000);
  while (clock() < end) continue;
  return good_status(run, state);
}
DREAM_BAD_ENTRY(table.status = status_slowly)
