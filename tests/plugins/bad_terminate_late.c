/* Fault: fails to terminate what is over. */
#include "good_parts.h"
static dream_status terminate_strictly(dream_run* run, uint32_t urgency, dream_errors* errors) {
  if (run->on_exit != NULL) return refuse(errors, "this run is over");
  return good_terminate(run, urgency, errors);
}
DREAM_BAD_ENTRY(table.terminate = terminate_strictly)
