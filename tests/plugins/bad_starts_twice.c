/* Fault: start says that the process runs, and then says it again. */
#include "good_parts.h"
static dream_status start_twice(dream_executor* executor, const dream_task* task, dream_run** run,
                                dream_errors* errors) {
  executor->host->started(executor->host, task->run);
  return good_start(executor, task, run, errors);
}
DREAM_BAD_ENTRY(table.start = start_twice)
