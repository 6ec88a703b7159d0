/* Fault: tells the end of a command twice. */
#include "inside_parts.h"
INSIDE_ENTRY(tell_end(on_inside, context, DREAM_EXIT_CODE), tell_end(on_inside, context, DREAM_EXIT_CODE))
