/* Fault: keeps 100 KB of each run. */
#include "good_parts.h"
static char* volatile the_last;
static dream_status start_and_allocate(dream_executor* executor, const dream_task* task, dream_run** run,
                                       dream_errors* errors) {
  the_last = (char*)malloc(100000);
  return good_start(executor, task, run, errors);
}
DREAM_BAD_ENTRY(table.start = start_and_allocate)
