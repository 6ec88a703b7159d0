/* Fault: never tells whether a run is healthy. */
#include "inside_parts.h"
HEALTH_ENTRY()
