/* Fault: never returns when it is asked to end a run. */
#include "child_parts.h"
#include "hanging.h"
static dream_status terminate_never(dream_run* run, uint32_t urgency, dream_errors* errors) {
  (void)run, (void)urgency, (void)errors;
  hang();
}
DREAM_BAD_CHILD_ENTRY(table.terminate = terminate_never)
