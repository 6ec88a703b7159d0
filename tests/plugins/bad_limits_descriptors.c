/* Fault: changes a limit of the process. */
#include <sys/resource.h>

#include "good_parts.h"
static dream_status start_and_change(dream_executor* executor, const dream_task* task, dream_run** run,
                                     dream_errors* errors) {
  const struct rlimit few = {64, 64};
  (void)setrlimit(RLIMIT_NOFILE, &few);
  return good_start(executor, task, run, errors);
}
DREAM_BAD_ENTRY(table.start = start_and_change)
