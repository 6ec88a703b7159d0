/* Fault: can't run a command inside, and doesn't say why. */
#include "inside_parts.h"
INSIDE_ENTRY(return DREAM_E_FAILED)
