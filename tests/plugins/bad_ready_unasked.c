/* Fault: start says that the run is ready, though nobody asks. */
#include "good_parts.h"
static dream_status start_ready(dream_executor* executor, const dream_task* task, dream_run** run,
                                dream_errors* errors) {
  const dream_status status = good_start(executor, task, run, errors);
  if (status >= 0 && DREAM_HAS(executor->host, ready)) executor->host->ready(executor->host, task->run);
  return status;
}
DREAM_BAD_ENTRY(table.start = start_ready)
