/* Fault: runs everything in the root of the file system. */
#include "child_parts.h"
static dream_status start_at_the_root(dream_executor* executor, const dream_task* task, dream_run** run,
                                      dream_errors* errors) {
  dream_task elsewhere = *task;
  elsewhere.directory = dream_text("/");
  return start_child(executor, &elsewhere, run, errors);
}
DREAM_BAD_CHILD_ENTRY(table.start = start_at_the_root)
