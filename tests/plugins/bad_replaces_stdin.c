/* Fault: puts another file in the place of dream's stdin. */
#include <fcntl.h>
#include <unistd.h>

#include "good_parts.h"
static dream_status start_and_replace(dream_executor* executor, const dream_task* task, dream_run** run,
                                      dream_errors* errors) {
  const int zero = open("/dev/zero", O_RDONLY);
  dup2(zero, 0);
  close(zero);
  return good_start(executor, task, run, errors);
}
DREAM_BAD_ENTRY(table.start = start_and_replace)
