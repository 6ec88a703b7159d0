/* Fault: changes the working folder of the process. */
#include <unistd.h>

#include "good_parts.h"
static dream_status start_elsewhere(dream_executor* executor, const dream_task* task, dream_run** run,
                                    dream_errors* errors) {
  (void)!chdir("/");
  return good_start(executor, task, run, errors);
}
DREAM_BAD_ENTRY(table.start = start_elsewhere)
