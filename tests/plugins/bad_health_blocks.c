/* Fault: takes its time when it is asked whether a run is healthy. */
#include "inside_parts.h"
HEALTH_ENTRY(take_the_time(), on_health(context, 1, dream_text("")))
