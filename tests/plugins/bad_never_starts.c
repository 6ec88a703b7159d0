/* Fault: says that its child runs only later, and never that it does. */
#include "child_parts.h"
static dream_status start_later(dream_executor* executor, const dream_task* task, dream_run** run,
                                dream_errors* errors) {
  const dream_status status = start_child(executor, task, run, errors);
  return status == DREAM_OK ? DREAM_STARTING : status;
}
DREAM_BAD_CHILD_ENTRY(table.start = start_later)
