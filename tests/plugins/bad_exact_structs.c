/* Fault: takes only a task of the size that it knows. */
#include "good_parts.h"
static dream_status start_exactly(dream_executor* executor, const dream_task* task, dream_run** run,
                                  dream_errors* errors) {
  if (task->size != sizeof *task) return refuse(errors, "this task has another size");
  return good_start(executor, task, run, errors);
}
DREAM_BAD_ENTRY(table.start = start_exactly)
