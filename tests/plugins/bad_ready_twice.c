/* Fault: says twice that a run is ready. */
#include "good_parts.h"
static dream_status start_ready(dream_executor* executor, const dream_task* task, dream_run** run,
                                dream_errors* errors) {
  const dream_status status = good_start(executor, task, run, errors);
  if (status < 0 || (task->flags & DREAM_TASK_TELL_READY) == 0) return status;
  executor->host->ready(executor->host, task->run);
  executor->host->ready(executor->host, task->run);
  return status;
}
DREAM_BAD_ENTRY((table.start = start_ready, table.abilities = DREAM_PLUGIN_TELLS_READY))
