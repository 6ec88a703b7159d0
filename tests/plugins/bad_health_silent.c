/* Fault: tells that a run isn't healthy, and not why. */
#include "inside_parts.h"
HEALTH_ENTRY(on_health(context, 0, dream_text("")))
