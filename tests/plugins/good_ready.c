/* No fault: its runs are ready as soon as they have started, where somebody asks. */
#include "good_parts.h"
static dream_status start_ready(dream_executor* executor, const dream_task* task, dream_run** run,
                                dream_errors* errors) {
  const dream_status status = good_start(executor, task, run, errors);
  if (status < 0 || (task->flags & DREAM_TASK_TELL_READY) == 0) return status;
  executor->host->started(executor->host, task->run);
  executor->host->ready(executor->host, task->run);
  return DREAM_STARTING;
}
DREAM_BAD_ENTRY((table.start = start_ready, table.abilities = DREAM_PLUGIN_TELLS_READY))
