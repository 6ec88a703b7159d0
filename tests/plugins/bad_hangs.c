/* Fault: wait really waits. */
#include "good_parts.h"
#include "hanging.h"
static dream_status wait_and_see(dream_run* run, dream_on_exit on_exit, void* context) {
  (void)run, (void)on_exit, (void)context;
  hang();
}
DREAM_BAD_ENTRY(table.wait = wait_and_see)
