/* Fault: passes on only the first request to end. */
#include "child_parts.h"
static dream_status terminate_once(dream_run* run, uint32_t urgency, dream_errors* errors) {
  struct child_run* child = (struct child_run*)run;
  if (urgency <= DREAM_FORCE && child->asked++ > 0) return DREAM_OK;
  return terminate_child(run, urgency, errors);
}
DREAM_BAD_CHILD_ENTRY(table.terminate = terminate_once)
