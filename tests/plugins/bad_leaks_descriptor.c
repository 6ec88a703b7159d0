/* Fault: opens a file for each run and closes none. */
#include <fcntl.h>

#include "good_parts.h"
static dream_status start_and_open(dream_executor* executor, const dream_task* task, dream_run** run,
                                   dream_errors* errors) {
  (void)!open("/dev/null", O_RDONLY);
  return good_start(executor, task, run, errors);
}
DREAM_BAD_ENTRY(table.start = start_and_open)
