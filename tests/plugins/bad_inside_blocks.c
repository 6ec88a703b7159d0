/* Fault: takes its time for a command inside, as many milliseconds as DREAM_TEST_BLOCKS says. */
#include <time.h>

#include "inside_parts.h"
static void take_the_time(void) {
  const char* milliseconds = getenv("DREAM_TEST_BLOCKS");
  const clock_t end =
      clock() + (milliseconds == NULL ? 0 : strtol(milliseconds, NULL, 10)) * (CLOCKS_PER_SEC / 1000);
  while (clock() < end) continue;
}
INSIDE_ENTRY(take_the_time(), tell_end(on_inside, context, DREAM_EXIT_CODE))
