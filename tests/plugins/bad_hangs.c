/* Fault: wait really waits. */
#include <unistd.h>

#include "good_parts.h"
static dream_status wait_and_see(dream_run* run, dream_on_exit on_exit, void* context) {
  (void)run, (void)on_exit, (void)context;
  for (;;) pause();
}
DREAM_BAD_ENTRY(table.wait = wait_and_see)
