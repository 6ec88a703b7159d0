/* Fault: the process is killed when its parent ends. */
#include <signal.h>
#include <sys/prctl.h>

#include "good_parts.h"
static dream_status start_and_change(dream_executor* executor, const dream_task* task, dream_run** run,
                                     dream_errors* errors) {
  (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
  return good_start(executor, task, run, errors);
}
DREAM_BAD_ENTRY(table.start = start_and_change)
