/* Fault: lets the process have an alarm. */
#include <unistd.h>

#include "good_parts.h"
static dream_status start_and_change(dream_executor* executor, const dream_task* task, dream_run** run,
                                     dream_errors* errors) {
  (void)alarm(3600);
  return good_start(executor, task, run, errors);
}
DREAM_BAD_ENTRY(table.start = start_and_change)
