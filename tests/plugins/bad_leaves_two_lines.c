/* Fault: says in two lines what it leaves behind. */
#include "good_parts.h"
static dream_status start_and_leave(dream_executor* executor, const dream_task* task, dream_run** run,
                                    dream_errors* errors) {
  const dream_status status = good_start(executor, task, run, errors);
  if (status >= 0) executor->host->left_behind(executor->host, task->run, dream_text("one\ntwo"));
  return status;
}
DREAM_BAD_ENTRY(table.start = start_and_leave)
