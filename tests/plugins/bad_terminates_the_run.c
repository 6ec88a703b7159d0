/* Fault: wants the host to end the run in place of the child. */
#include "child_parts.h"
static dream_status terminate_run(dream_run* run, uint32_t urgency, dream_errors* errors) {
  const struct child_run* child = (const struct child_run*)run;
  if (urgency > DREAM_FORCE) return refuse(errors, "this urgency is not known");
  if (child->over) return DREAM_OK;
  return child->process->terminate(run->host, run->id, urgency, errors);
}
DREAM_BAD_CHILD_ENTRY(table.terminate = terminate_run)
