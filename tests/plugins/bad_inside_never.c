/* Fault: never tells how a command ended. */
#include "inside_parts.h"
INSIDE_ENTRY()
