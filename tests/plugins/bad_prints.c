/* Fault: writes to dream's own stdout. */
#include <stdio.h>

#include "good_parts.h"
static dream_status start_and_print(dream_executor* executor, const dream_task* task, dream_run** run,
                                    dream_errors* errors) {
  puts("starting");
  return good_start(executor, task, run, errors);
}
DREAM_BAD_ENTRY(table.start = start_and_print)
