/* Fault: asks for the pid of a child that it doesn't have. */
#include "good_parts.h"
static dream_status status_of_nobody(const dream_run* run, dream_state* state) {
  const dream_process* process = (const dream_process*)run->host->service(run->host, DREAM_PROCESS_ID);
  if (process != NULL) state->pid = process->pid(run->host, 0);
  return good_status(run, state);
}
DREAM_BAD_ENTRY(table.status = status_of_nobody)
