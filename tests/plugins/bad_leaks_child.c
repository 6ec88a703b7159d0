/* Fault: has a child for each run, and awaits none. */
#include <unistd.h>

#include "good_parts.h"
static dream_status start_a_child(dream_executor* executor, const dream_task* task, dream_run** run,
                                  dream_errors* errors) {
  if (fork() == 0) _exit(0);
  return good_start(executor, task, run, errors);
}
DREAM_BAD_ENTRY(table.start = start_a_child)
