/* Fault: the process may run on one CPU alone. */
#include <sched.h>

#include "good_parts.h"
static dream_status start_and_pin(dream_executor* executor, const dream_task* task, dream_run** run,
                                  dream_errors* errors) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(sched_getcpu(), &one);
  (void)sched_setaffinity(0, sizeof one, &one);
  return good_start(executor, task, run, errors);
}
DREAM_BAD_ENTRY(table.start = start_and_pin)
