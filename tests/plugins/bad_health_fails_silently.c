/* Fault: can't tell whether a run is healthy, and doesn't say why. */
#include "inside_parts.h"
HEALTH_ENTRY(return DREAM_E_FAILED)
