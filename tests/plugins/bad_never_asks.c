/* Fault: does nothing when it is asked gracefully. */
#include "child_parts.h"
static dream_status terminate_by_force_only(dream_run* run, uint32_t urgency, dream_errors* errors) {
  return urgency == DREAM_GRACEFUL ? DREAM_OK : terminate_child(run, urgency, errors);
}
DREAM_BAD_CHILD_ENTRY(table.terminate = terminate_by_force_only)
