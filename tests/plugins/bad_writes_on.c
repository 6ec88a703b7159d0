/* Fault: doesn't look at what a write answers. */
#include "good_parts.h"
static dream_status start_and_write(dream_executor* executor, const dream_task* task, dream_run** run,
                                    dream_errors* errors) {
  const dream_host* host = executor->host;
  const dream_output* output = (const dream_output*)host->service(host, DREAM_OUTPUT_ID);
  if (output != NULL && task->command_kind <= DREAM_COMMAND_ARGV) {
    output->write(host, task->run, DREAM_STDOUT, dream_text("one\n"));
    output->write(host, task->run, DREAM_STDOUT, dream_text("two\n"));
  }
  return good_start(executor, task, run, errors);
}
DREAM_BAD_ENTRY(table.start = start_and_write)
