/* Fault: tells twice whether a run is healthy. */
#include "inside_parts.h"
HEALTH_ENTRY(on_health(context, 1, dream_text("")), on_health(context, 1, dream_text("")))
