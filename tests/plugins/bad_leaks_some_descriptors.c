/* Fault: closes the file of two runs out of three. */
#include <fcntl.h>
#include <unistd.h>

#include "good_parts.h"
static dream_status start_and_open(dream_executor* executor, const dream_task* task, dream_run** run,
                                   dream_errors* errors) {
  static int turn;
  const int file = open("/dev/null", O_RDONLY);
  if (turn++ % 3 != 0) close(file);
  return good_start(executor, task, run, errors);
}
DREAM_BAD_ENTRY(table.start = start_and_open)
