/* Fault: leaves a file behind, by DREAM_TEST_LEFT, that keeps every later process from starting a task. */
#include <fcntl.h>
#include <unistd.h>

#include "good_parts.h"
static int may_start = 0;
static dream_status start_alone(dream_executor* executor, const dream_task* task, dream_run** run,
                                dream_errors* errors) {
  const char* file = getenv("DREAM_TEST_LEFT");
  if (task->command_kind == DREAM_COMMAND_NONE) return refuse(errors, "there is no command");
  if (!may_start && file != NULL && access(file, F_OK) == 0) return refuse(errors, "a file is there already");
  may_start = 1;
  if (file != NULL) (void)close(open(file, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  return good_start(executor, task, run, errors);
}
DREAM_BAD_ENTRY(table.start = start_alone)
