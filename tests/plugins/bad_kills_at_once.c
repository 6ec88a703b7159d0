/* Fault: kills where it should ask. */
#include "child_parts.h"
static dream_status terminate_hard(dream_run* run, uint32_t urgency, dream_errors* errors) {
  return terminate_child(run, urgency == DREAM_GRACEFUL ? DREAM_FORCE : urgency, errors);
}
DREAM_BAD_CHILD_ENTRY(table.terminate = terminate_hard)
