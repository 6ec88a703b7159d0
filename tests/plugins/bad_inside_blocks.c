/* Fault: takes its time for a command inside, as many milliseconds as DREAM_TEST_BLOCKS says. */
#include <unistd.h>

#include "inside_parts.h"
static void take_the_time(void) {
  const char* milliseconds = getenv("DREAM_TEST_BLOCKS");
  usleep((milliseconds == NULL ? 0U : (unsigned)strtoul(milliseconds, NULL, 10)) * 1000U);
}
INSIDE_ENTRY(take_the_time(), tell_end(on_inside, context, DREAM_EXIT_CODE))
